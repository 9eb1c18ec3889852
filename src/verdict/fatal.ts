import { assertNever } from "../domain/assert-never.ts";
import type { FailOn, VerdictKind } from "../domain/verdict.ts";
import type { Result } from "../domain/work-request.ts";

/** What decides whether a verdict is fatal. */
export type FatalQuestion = {
  kind: VerdictKind;
  /** Null: it was aborted. */
  result: Result | null;
  /** True: history has a success to compare with, at the level on which it was judged. */
  hasPassedBefore: boolean;
  fail_on: FailOn;
};

/**
 * Whether a verdict is fatal. With `any` every failure is; with `regression` those that history says should have
 * passed, and what was not run at all; with `never` none. What somebody ended is fatal with each: it was not done.
 */
export function isFatal({ kind, result, hasPassedBefore, fail_on }: FatalQuestion): boolean {
  if (kind === "aborted") return true;
  if (result === "success" || result === "skipped") return false;
  switch (fail_on) {
    case "never":
      return false;
    case "any":
      return true;
    case "regression":
      return FATAL_AS_REGRESSION[kind](hasPassedBefore);
    default:
      return assertNever(fail_on);
  }
}

const always = (): boolean => true;
const never = (): boolean => false;
const ifPassedBefore = (hasPassedBefore: boolean): boolean => hasPassedBefore;

/** Of requests that did not succeed. Without a run there is nothing for dependents to go on with. */
const FATAL_AS_REGRESSION: Record<VerdictKind, (hasPassedBefore: boolean) => boolean> = {
  passed: never,
  fixed: never,
  flaky: never,
  known_failure: never,
  never_passed: never,
  first_run: never,
  regression: always,
  over_limit: ifPassedBefore,
  infrastructure: always,
  misconfigured: always,
  aborted: always,
};
