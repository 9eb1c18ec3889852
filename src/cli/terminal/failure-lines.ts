import type { FailureFacts } from "../../contract/answers.ts";
import type { Change, LastPass } from "../../domain/last-pass.ts";
import { formatMoment } from "./relative-time.ts";
import { symbols } from "./glyph.ts";
import { sanitizeText } from "./sanitize.ts";
import type { Surface } from "./surface.ts";

/** What `almanac why` says of a failure: its line, who failed alike, and what has changed since it last passed. */
export function failureLines({ first_error, alike, last_pass, finding }: FailureFacts, surface: Surface): string[] {
  const others = alike.map(({ run_id, task_name, subject }) =>
    [run_id ?? "an imported run", task_name, subject].filter((part) => part !== "").join(" "),
  );
  return [
    ...(first_error === null ? [] : [`  error  ${sanitizeText(first_error)}\n`]),
    ...(others.length === 0 ? [] : [`  alike  ${sanitizeText(others.join(", "))}\n`]),
    ...(last_pass === null ? [] : passLines(last_pass, surface)),
    ...(finding === null
      ? []
      : [sanitizeText(`  found  ${foundText(finding)}: almanac regressions ${finding.id}`) + "\n"]),
  ];
}

function foundText({ id, state, owner }: NonNullable<FailureFacts["finding"]>): string {
  return `finding ${id}, which is ${state}${owner === null ? "" : ` and looked after by ${owner}`}`;
}

/** The last run of a key that passed, and what another one had otherwise. */
export function passLines({ run_id, completed_at, changes }: LastPass, surface: Surface): string[] {
  const passed = `  passed ${run_id ?? "in an imported run"} at ${formatMoment(completed_at, surface)}`;
  if (changes === null) return [`${passed}; what has changed since cannot be told\n`];
  if (changes.length === 0) return [`${passed}; nothing that is known of has changed since\n`];
  return [`${passed}; since then have changed:\n`, ...changeLines(changes, surface)];
}

/** One line for each thing that was otherwise. */
export function changeLines(changes: readonly Change[], surface: Surface): string[] {
  const { arrow } = symbols(surface);
  return changes.map(
    ({ what, before, after }) => sanitizeText(`    ${what}: ${before ?? "-"} ${arrow} ${after ?? "-"}`) + "\n",
  );
}
