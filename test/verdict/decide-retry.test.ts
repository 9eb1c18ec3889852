import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OUTCOME_KINDS, type Outcome } from "../../src/domain/outcome.ts";
import {
  backOffSeconds,
  budgetOf,
  decideRetry,
  spentBudgets,
  type RetryQuestion,
} from "../../src/verdict/decide-retry.ts";

const LOST: Outcome = { kind: "worker_lost" };
const PREEMPTED: Outcome = { kind: "worker_lost", preempted: true };
const FAILED: Outcome = { kind: "exited", code: 1 };
const OUT_OF_MEMORY: Outcome = { kind: "out_of_memory", limit: 10 };
const limits = { infrastructure: 2, preemption: 3, resource: 1, flaky: 1 };
const sources: RetryQuestion["sources"] = {
  memory: "history",
  disk_space: "history",
  cpu_count: "task",
  duration: "default",
};

function asked(outcome: Outcome, earlier: Outcome[], more: Partial<RetryQuestion> = {}): RetryQuestion {
  return { outcome, earlier, sources, limits, isWorthAnotherRun: true, random: 0.5, ...more };
}

describe("another run", () => {
  it("is charged to the budget of its cause, and each budget to itself", () => {
    expect(decideRetry(asked(LOST, [PREEMPTED, FAILED, LOST]))).toMatchObject({
      kind: "again",
      budget: "infrastructure",
    });
    expect(decideRetry(asked(LOST, [LOST, LOST]))).toEqual({ kind: "final" });
    expect(decideRetry(asked(PREEMPTED, [LOST, LOST, PREEMPTED]))).toMatchObject({ budget: "preemption" });
    expect(decideRetry(asked(FAILED, [LOST, LOST]))).toMatchObject({ kind: "again", budget: "flaky" });
    expect(decideRetry(asked(FAILED, [FAILED]))).toEqual({ kind: "final" });
    expect(decideRetry(asked(OUT_OF_MEMORY, [FAILED]))).toMatchObject({ kind: "grow", resource: "memory" });
    expect(decideRetry(asked(OUT_OF_MEMORY, [{ kind: "timed_out", limit: 1 }]))).toEqual({ kind: "final" });
  });

  it("of a failure is given only when it would tell more", () => {
    expect(decideRetry(asked(FAILED, [], { isWorthAnotherRun: false }))).toEqual({ kind: "final" });
  });

  it("is never given more than a person demanded", () => {
    const demanded = { ...sources, memory: "request" as const };
    expect(decideRetry(asked(OUT_OF_MEMORY, [], { sources: demanded }))).toEqual({ kind: "final" });
  });

  it("is given for set-up that failed only when the code says that it may pass", () => {
    const failed = (code: string): Outcome => ({ kind: "start_failed", errors: [{ code, message: "" }] });
    expect(budgetOf(failed("worker-disk-full"))).toBe("infrastructure");
    expect(budgetOf(failed("command-not-found"))).toBeUndefined();
  });

  it("comes after a pause that doubles up to a minute, spread by half either way", () => {
    expect([0, 1, 2, 9].map((spent) => backOffSeconds(spent, 0))).toEqual([0.5, 1, 2, 30]);
    fc.assert(
      fc.property(fc.nat(20), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (spent, random) => {
        const seconds = backOffSeconds(spent, random);
        expect(seconds).toBeGreaterThanOrEqual(0.5);
        // the largest number below 1 is rounded up to it
        expect(seconds).toBeLessThanOrEqual(90);
      }),
    );
  });

  it("ends: no order of outcomes gets more runs than all budgets together", () => {
    const outcome = fc.constantFrom(LOST, PREEMPTED, FAILED, OUT_OF_MEMORY);
    fc.assert(
      fc.property(fc.infiniteStream(outcome), (stream) => {
        const earlier: Outcome[] = [];
        const most = Object.values(limits).reduce((sum, limit) => sum + limit, 0);
        for (const next of stream) {
          if (decideRetry(asked(next, earlier)).kind === "final") break;
          earlier.push(next);
          expect(earlier.length).toBeLessThanOrEqual(most);
        }
        const spent = Object.values(spentBudgets(earlier)).reduce((sum, count) => sum + count, 0);
        expect(spent).toBe(earlier.length);
      }),
    );
  });

  it("knows each way in which a run can end", () => {
    const some: Record<Outcome["kind"], Outcome> = {
      exited: FAILED,
      signalled: { kind: "signalled", signal: "SIGSEGV" },
      out_of_memory: OUT_OF_MEMORY,
      out_of_disk: { kind: "out_of_disk", limit: 1 },
      timed_out: { kind: "timed_out", limit: 1 },
      outputs_missing: { kind: "outputs_missing", globs: ["*.deb"] },
      start_failed: { kind: "start_failed", errors: [] },
      aborted: { kind: "aborted", by: "me" },
      worker_lost: LOST,
    };
    const budgets = OUTCOME_KINDS.map((kind) => budgetOf(some[kind]));
    expect(budgets).toEqual([
      "flaky",
      "flaky",
      "resource",
      "resource",
      "resource",
      "flaky",
      undefined,
      undefined,
      "infrastructure",
    ]);
  });
});
