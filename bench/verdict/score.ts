import type { WorkRequestId } from "../../src/domain/ids.ts";
import type { VerdictKind } from "../../src/domain/verdict.ts";
import { seededRandom, type Random } from "../../src/simulate/random.ts";
import type { PastRun } from "../../src/verdict/past.ts";
import { generateKey, type GeneratedKey, type Truth } from "./generate.ts";
import type { Rule } from "./rules.ts";

/** How a farm of generated keys is made. */
export type FarmOptions = {
  keys: number;
  requests: number;
  flakeRate: number;
  infrastructureRate: number;
  seed: number;
};

/** Verdicts whose truth is known. */
export const SCORED = [
  "passed",
  "regression",
  "known_failure",
  "flaky",
  "fixed",
  "never_passed",
  "first_run",
  "infrastructure",
] as const;
type Scored = (typeof SCORED)[number];

/** How right a rule was, and what it cost. */
export type Score = {
  rule: string;
  flake_rate: number;
  requests: number;
  /** Runs beyond the first of each request, without those for infrastructure, which all rules spend alike. */
  extra_runs: number;
  verdicts: Record<Scored, { said: number; right: number; true_count: number }>;
};

/** One key in ten has never passed; of the others, two in three break once. */
const NEVER_PASSED = 0.1;
const BREAKS = 2 / 3;
/** One key in five has logs that say nothing. */
const SILENT = 0.2;
/** Requests before a key's first break. */
const WARM_UP = 10;
/** A break lasts so many requests on average (geometric). */
const BREAK_LENGTH = 15;

/** Lets a rule judge a whole farm, each key in the order of its requests. */
export function scoreRule(rule: Rule, options: FarmOptions): Score {
  const random = seededRandom(options.seed);
  const score: Score = {
    rule: rule.name,
    flake_rate: options.flakeRate,
    requests: 0,
    extra_runs: 0,
    verdicts: emptyCounts(),
  };
  for (let key = 0; key < options.keys; key += 1) {
    // each key has a generator of its own, so that all rules meet the same keys
    const own = seededRandom(Math.floor(random() * 2 ** 32));
    scoreKey(rule, generateKey(keyOptions(options, own), own), score);
  }
  return score;
}

function emptyCounts(): Score["verdicts"] {
  // made of the names themselves
  return Object.fromEntries(SCORED.map((kind) => [kind, { said: 0, right: 0, true_count: 0 }])) as Score["verdicts"];
}

function keyOptions({ requests, flakeRate, infrastructureRate }: FarmOptions, random: Random) {
  const from = WARM_UP + Math.floor(random() * (requests - WARM_UP - 5));
  const length = 1 + Math.floor(Math.log(1 - random()) / Math.log(1 - 1 / BREAK_LENGTH));
  return {
    requests,
    flakeRate,
    infrastructureRate,
    breaks: random() < BREAKS ? [{ from, length }] : [],
    hasNeverPassed: random() < NEVER_PASSED,
    isTelling: random() >= SILENT,
  };
}

function scoreKey(rule: Rule, key: GeneratedKey, score: Score): void {
  const history: PastRun[] = [];
  for (const [index, truth] of key.truths.entries()) {
    const id = (index + 1) as WorkRequestId; // counted up from 1, as ids are
    const { kind, runs } = rule.judge(id, history, () => key.run(index));
    history.push(...runs);
    score.requests += 1;
    score.extra_runs +=
      runs.filter(({ result }) => result !== "error").length - (runs.some(({ result }) => result !== "error") ? 1 : 0);
    count(score, kind, trueKind(key, index, truth, runs));
  }
}

function count(score: Score, said: VerdictKind, truth: Scored): void {
  const counts = SCORED.find((kind) => kind === said);
  if (counts !== undefined) score.verdicts[counts].said += 1;
  score.verdicts[truth].true_count += 1;
  if (said === truth) score.verdicts[truth].right += 1;
}

/** What a request truly means, given the runs that the rule let it have. */
function trueKind(key: GeneratedKey, index: number, truth: Truth, runs: readonly PastRun[]): Scored {
  const work = runs.filter(({ result }) => result !== "error");
  if (work.length === 0) return "infrastructure";
  const hasPassed = work.at(-1)?.result === "success";
  const failures = work.filter(({ result }) => result === "failure").length;
  const before = key.truths[index - 1];
  if (truth === "never") return index === 0 ? "first_run" : "never_passed";
  if (truth === "broken") {
    if (hasPassed) return failures > 0 ? "flaky" : "passed";
    return before === "broken" ? "known_failure" : "regression";
  }
  if (failures > 0) return index === 0 && !hasPassed ? "first_run" : "flaky";
  return before === "broken" ? "fixed" : "passed";
}

/** Of what was called so, the part that was; of what was so, the part that was called so. */
export function precisionAndRecall({ said, right, true_count }: { said: number; right: number; true_count: number }) {
  return {
    precision: said === 0 ? undefined : right / said,
    recall: true_count === 0 ? undefined : right / true_count,
  };
}
