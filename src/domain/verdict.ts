import type { Timestamp } from "./clock.ts";
import type { RunId } from "./ids.ts";

/** What a completed request can mean. */
export const VERDICT_KINDS = [
  "passed",
  "fixed",
  "flaky",
  "regression",
  "known_failure",
  "never_passed",
  "first_run",
  "over_limit",
  "infrastructure",
  "misconfigured",
  "aborted",
] as const;

/**
 * - `passed`: it did what it was asked, or needed no run;
 * - `fixed`: it failed before, and passes now;
 * - `flaky`: it passed and failed with the same input, or failed as it does now and then;
 * - `regression`: it failed, and history says that it should pass;
 * - `known_failure`: the same failure as before;
 * - `never_passed`: it failed, as every run before;
 * - `first_run`: it failed, and there is no history to judge by;
 * - `over_limit`: it ran out of memory, disk or time, and is given no more;
 * - `infrastructure`: not the work's fault: a worker was lost, or many different subjects fail alike;
 * - `misconfigured`: it was never run, because what it was given is wrong;
 * - `aborted`: somebody ended it, or a dependency failed.
 */
export type VerdictKind = (typeof VERDICT_KINDS)[number];

/** Which failures count: all of them, those that history says should have passed, or none. */
export const FAIL_ON = ["any", "regression", "never"] as const;
export type FailOn = (typeof FAIL_ON)[number];

/** Automatic runs again are charged to one of these, each with a limit of its own. */
export const RETRY_BUDGETS = ["infrastructure", "preemption", "resource", "flaky"] as const;

/**
 * - `infrastructure`: the worker was lost, or the run could not be set up;
 * - `preemption`: the worker was taken away on purpose;
 * - `resource`: it ran out of memory, disk or time, and is given more;
 * - `flaky`: it failed, and may pass when it is run again.
 */
export type RetryBudget = (typeof RETRY_BUDGETS)[number];

/** On which history a verdict stands: that of the key, or of its subject in any context, where the key has none. */
export const VERDICT_LEVELS = ["key", "subject", "task", "none"] as const;
export type VerdictLevel = (typeof VERDICT_LEVELS)[number];

export const DEFAULT_FAIL_ON: FailOn = "regression";

/** One judgement, by Almanac or by a person. */
export type Judgement = {
  kind: VerdictKind;
  /** True: what depends on it does not go on, and commands that wait for it say that it failed. */
  fatal: boolean;
  /** The sentence for people, with its numbers. */
  because: string;
  /** The probability that the kind is right, 0 to 1, as far as history tells. */
  confidence: number;
  /** The runs that it stands on, newest first, at most 20; their requests may have expired. */
  evidence: RunId[];
  level: VerdictLevel;
  at: Timestamp;
  /** The person who overruled what Almanac said; null: Almanac itself. */
  by: string | null;
  note: string | null;
};

/** What a finished request means, and what was thought of it before. */
export type Verdict = Judgement & {
  /** How many automatic runs again it was given of each kind; kinds of which it got none are absent. */
  spent: Partial<Record<RetryBudget, number>>;
  /** Of what did not succeed: which failures counted when it was judged. */
  fail_on?: FailOn;
  /** How its last run failed; absent when it did not, or left nothing to tell by. */
  fingerprint?: string;
  first_error?: string;
  /** Overruled judgements, the newest first. */
  overruled: Judgement[];
};
