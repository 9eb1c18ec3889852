import { assertNever } from "./assert-never.ts";
import type { Finding, FindingKind } from "./finding.ts";
import { formatBytes, formatDuration, formatShare } from "./units.ts";

type Amounts = Pick<Finding, "kind" | "before_amount" | "after_amount">;

/** What was found, beside the key that it was found of: `fails, and passed before`; `takes 3m12s, and took 2m11s (+46 %)`. */
export function findingText({ kind, before_amount: before, after_amount: after }: Amounts): string {
  const change = before === null || after === null || before <= 0 ? "" : ` (${signedShare(after / before - 1)})`;
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

/** How sure something is: `97 %`; nothing that is counted is ever sure. */
export function sureText(confidence: number): string {
  return confidence >= 0.995 ? "over 99 %" : formatShare(confidence);
}

function signedShare(share: number): string {
  return share < 0 ? `−${formatShare(-share)}` : `+${formatShare(share)}`;
}

/** What each kind of finding is about, in a word or two. */
export const FINDING_WORDS: Record<FindingKind, string> = {
  regression: "failures",
  farm: "failures of the farm",
  memory: "memory",
  duration: "duration",
};
