import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import type { Finding } from "../../domain/finding.ts";
import type { RunId } from "../../domain/ids.ts";
import type { LogLine } from "../../domain/log-line.ts";
import type { LastPass } from "../../domain/last-pass.ts";
import { outcomeText } from "../../domain/outcome-text.ts";
import type { Run } from "../../domain/run.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { element as e } from "../element.ts";
import { verdictSentence } from "./answers.ts";
import { logAddress, runLink } from "./links.ts";
import { lineText } from "./log-lines.ts";
import { table } from "./table.ts";
import { ago } from "./time.ts";

/** What is known of how a run failed beside its log; as the API says it. */
export type ShownFailure = {
  alike: readonly { run_id: RunId | null; task_name: string; subject: string; completed_at: Timestamp }[];
  last_pass: LastPass | null;
  finding: Pick<Finding, "id" | "state" | "owner"> | null;
};

/** What the card of a failure is made from. */
export type FailureData = {
  request: WorkRequest;
  runs: readonly Run[];
  /** The run that is shown. */
  run: Run | undefined;
  now: Timestamp;
  failure: ShownFailure | null;
  /** The first line of the log of the run that is shown that names an error; undefined: none does. */
  firstError: number | undefined;
  /** The lines from there on, or else the last ones. */
  errorLines: readonly LogLine[];
};

/** What went wrong, before everything else: what it means, how it ended, what it wrote, and what may be the cause. */
export function failureCard(root: string, data: FailureData): VNode | null {
  const { request, runs, run, failure, firstError } = data;
  if (request.result !== "failure" && request.result !== "error") return null;
  const errors = request.output_data?.errors ?? [];
  const ends = errors.map(({ code, message }) => `${message} (${code})`);
  const newest = runs.at(-1);
  if (ends.length === 0 && newest?.outcome) ends.push(`Run ${newest.id} ended: ${outcomeText(newest.outcome)}.`);
  const lines = run === newest ? data.errorLines.map(lineText) : [];
  const { verdict } = request;
  return e(
    "div",
    { class: "card" },
    verdict === null ? null : e("p", {}, e("strong", {}, verdictSentence(verdict))),
    ...ends.map((text) => e("p", {}, text)),
    lines.length === 0 || run === undefined
      ? null
      : e("pre", { class: "log", tabIndex: 0, "aria-label": "What it wrote of it" }, ...lines),
    lines.length === 0 || run === undefined ? null : logLink(root, run, firstError),
    ...(failure === null ? [] : [alikePart(root, failure, data.now), ...changePart(root, failure.last_pass, data.now)]),
    failure?.finding ? findingPart(root, failure.finding) : null,
  );
}

function logLink(root: string, run: Run, line: number | undefined): VNode {
  if (line === undefined) return e("p", {}, e("a", { href: "#log" }, "More of its log"));
  const href = logAddress(root, run, { at: line });
  return e("p", {}, e("a", { href }, `The first line that names an error: ${line}`));
}

function alikePart(root: string, { alike }: ShownFailure, now: Timestamp): VNode | null {
  if (alike.length === 0) return null;
  const links = alike.flatMap(({ run_id, task_name, subject, completed_at }, index) => [
    index === 0 ? "" : ", ",
    run_id === null ? "an imported run" : runLink(root, run_id),
    ` (${[task_name, subject].filter(Boolean).join(" ")}, `,
    ago(completed_at, now),
    ")",
  ]);
  return e("p", {}, "The same failure elsewhere: ", ...links, ".");
}

/** Where it is said whose it is, and that it is known. */
function findingPart(root: string, { id, state, owner }: NonNullable<ShownFailure["finding"]>): VNode {
  const link = e("a", { href: `${root}regressions/${id}` }, `Finding ${id}`);
  const whose = owner === null ? "nobody has taken it" : `${owner} looks after it`;
  return e("p", {}, link, ` is ${state}; ${whose}.`);
}

/** What a run had otherwise than the last one of its key that passed; `isKept`: the request of that one is still there. */
export function changePart(
  root: string,
  passed: LastPass | null,
  now: Timestamp,
  isKept = passed?.changes !== null,
): (VNode | null)[] {
  if (passed === null) return [e("p", {}, "No run of its key is known that passed before it.")];
  const { run_id, completed_at, changes } = passed;
  const run = run_id === null ? "an imported run" : isKept ? runLink(root, run_id) : run_id;
  const before = [run, " passed ", ago(completed_at, now)];
  if (changes === null) {
    return [e("p", {}, "Before it ", ...before, "; what has changed since cannot be told: that run is not kept.")];
  }
  if (changes.length === 0) {
    return [e("p", {}, "Before it ", ...before, "; nothing that is known of has changed since.")];
  }
  return [
    e("p", {}, "Before it ", ...before, ". What has changed since:"),
    table(
      "What has changed since it last passed",
      [
        { name: "What", look: "name" },
        { name: "Then", look: "wide" },
        { name: "Now", look: "wide" },
      ],
      changes.map((change) => [change.what, change.before ?? "–", change.after ?? "–"]),
    ),
  ];
}
