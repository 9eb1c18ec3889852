import type { AllocatedAmount, EstimateEvidence, Requirements, Resource } from "./allocation.ts";
import { formatAmount } from "./amount-text.ts";

/** `2.0G`, `at least 2.0G, at most 8.0G`; undefined when nothing was asked of the resource. */
export function askedText(requirements: Requirements, resource: Resource): string | undefined {
  const bound = (word: string, amount: number | undefined): string[] =>
    amount === undefined ? [] : [`${word}${formatAmount(resource, amount)}`];
  const parts = [
    ...bound("", requirements[resource]),
    ...bound("at least ", requirements.min?.[resource]),
    ...bound("at most ", requirements.max?.[resource]),
  ];
  return parts.length === 0 ? undefined : parts.join(", ");
}

/** What the runs of a level have in common. */
export const LEVEL_WORDS: Record<EstimateEvidence["level"], string> = {
  key: "this key",
  subject: "this subject, any context",
  context: "this context, any subject",
  task: "this task",
  default: "nothing",
};

/** Methods in other words than the estimator's own; the usual one needs none. */
const METHOD_WORDS: Record<string, string> = {
  ladder: "",
  "ladder by input size": "by input size",
  largest: "the largest, for there are few",
  "spread of the task": "spread as in the whole task",
};

/** `40 runs of this key`; `40 runs of this key (by input size)`, where it is not the usual method. */
export function evidenceText({ level, runs, method }: EstimateEvidence): string {
  const how = METHOD_WORDS[method] ?? method;
  return `${runs} run${runs === 1 ? "" : "s"} of ${LEVEL_WORDS[level]}${how === "" ? "" : ` (${how})`}`;
}

/** Where an amount came from: `history: 40 runs of this key; clamped to the largest worker`. */
export function sourceText({ source, evidence, note }: AllocatedAmount): string {
  const how = evidence === undefined ? source : `${source}: ${evidenceText(evidence)}`;
  return note === undefined ? how : `${how}; ${note}`;
}

/** `12 of 1,000`, a share of runs; little is not nothing. */
export function ofThousand(share: number): string {
  const runs = share * 1000;
  const text = runs > 0 && runs < 0.5 ? "<1" : String(Math.round(runs));
  return `${text} of 1,000`;
}
