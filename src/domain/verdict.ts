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
