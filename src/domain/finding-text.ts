import { assertNever } from "./assert-never.ts";
import type { Finding, FindingKind } from "./finding.ts";
import type { LastPass } from "./last-pass.ts";
import { formatBytes, formatDuration, formatShare, formatSignedShare, wholeNumber } from "./units.ts";

type Amounts = Pick<Finding, "kind" | "before_amount" | "after_amount">;

/** What was found, beside the key that it was found of: `fails, and passed before`; `takes 3m12s, and took 2m11s (+46 %)`. */
export function findingText({ kind, before_amount: before, after_amount: after }: Amounts): string {
  const change = before === null || after === null || before <= 0 ? "" : ` (${formatSignedShare(after / before - 1)})`;
  const amounts = (format: (amount: number) => string, now: string, then: string) =>
    after === null || before === null
      ? `${now} otherwise than before`
      : `${now} ${format(after)}, and ${then} ${format(before)}${change}`;
  switch (kind) {
    case "regression":
      return "fails, and passed before";
    case "farm":
      return "fails as many others do";
    case "memory":
      return amounts(formatBytes, "uses", "used");
    case "duration":
      return amounts(formatDuration, "takes", "took");
    default:
      return assertNever(kind);
  }
}

/** Whom it hits: `3 requests (5 runs show it), and 12 more not run because of it`; undefined where it was seen in imported runs alone. */
export function concernsText({
  request_count: shown,
  stopped_count: stopped,
  run_count: runs,
}: Pick<Finding, "request_count" | "stopped_count" | "run_count">): string | undefined {
  if (shown === 0) return undefined;
  const count = `${wholeNumber(shown)} ${shown === 1 ? "request" : "requests"}`;
  // a request may have had several, and runs that were made elsewhere are of none
  const requests = runs <= shown ? count : `${count} (${wholeNumber(runs)} runs show it)`;
  return stopped === 0 ? requests : `${requests}, and ${wholeNumber(stopped)} more not run because of it`;
}

/** What a run had otherwise than the last one of its key that passed, by names: `input src.tar, worker and 3 more`. */
export function changedText(last_pass: LastPass | null): string | undefined {
  const changes = last_pass?.changes ?? undefined;
  if (changes === undefined) return undefined;
  if (changes.length === 0) return "nothing that is known of";
  const shown = changes.length > 3 ? 2 : 3;
  const names = changes.slice(0, shown).map(({ what }) => what);
  return `${names.join(", ")}${changes.length > shown ? ` and ${changes.length - shown} more` : ""}`;
}

/** How sure something is: `97 %`; nothing that is counted is ever sure. */
export function sureText(confidence: number): string {
  return confidence >= 0.995 ? "over 99 %" : formatShare(confidence);
}

/** What each kind of finding is about, in a word or two. */
export const FINDING_WORDS: Record<FindingKind, string> = {
  regression: "failures",
  farm: "failures of the farm",
  memory: "memory",
  duration: "duration",
};
