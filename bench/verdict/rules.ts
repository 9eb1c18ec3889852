import type { FailureMark } from "../../src/domain/failure.ts";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import { runId } from "../../src/domain/ids.ts";
import { resultOf, type Outcome } from "../../src/domain/outcome.ts";
import type { VerdictKind } from "../../src/domain/verdict.ts";
import { DEFAULT_RETRY_LIMITS, decideRetry, type RetryQuestion } from "../../src/verdict/decide-retry.ts";
import { judge, type JudgeQuestion } from "../../src/verdict/judge.ts";
import type { PastRun } from "../../src/verdict/past.ts";

type End = { outcome: Outcome; failure?: FailureMark };

/** What a rule made of one request. */
export type Judged = { kind: VerdictKind; runs: PastRun[] };

/** A way to decide what failures mean. `draw` makes another run of the request. */
export type Rule = {
  name: string;
  judge(id: WorkRequestId, history: readonly PastRun[], draw: () => End): Judged;
};

/** How many runs of history a rule sees, as the server does. */
const HISTORY = 200;

/** Almanac's own: `decideRetry` and `judge`, as the server calls them. */
export const almanac: Rule = {
  name: "almanac",
  judge(id, history, draw) {
    const runs: PastRun[] = [];
    const recent = history.slice(-HISTORY);
    // ends: each run again is charged to a budget
    for (;;) {
      runs.push(runOf(id, runs.length, draw()));
      const finding = judge(questionOf(runs, recent));
      const decision = decideRetry(retryQuestion(runs, finding.isWorthAnotherRun));
      if (decision.kind === "final") return { kind: finding.kind, runs };
    }
  },
};

/** Any failure is a regression; infrastructure is run again, as all rules do. */
const failOnAny: Rule = {
  name: "fail on any failure",
  judge(id, _history, draw) {
    const runs = drawAgain(id, draw, 0);
    return { kind: hasPassed(runs) ? "passed" : "regression", runs };
  },
};

/** Every failure is run again up to twice; what fails three times is a regression. */
const retryTwice: Rule = {
  name: "retry every failure twice",
  judge(id, _history, draw) {
    const runs = drawAgain(id, draw, 2);
    if (!hasPassed(runs)) return { kind: "regression", runs };
    return { kind: runs.some(({ result }) => result === "failure") ? "flaky" : "passed", runs };
  },
};

/** A failure is a regression when the last request passed, and known when it did not. */
const lastRunOnly: Rule = {
  name: "compare with the last run",
  judge(id, history, draw) {
    const runs = drawAgain(id, draw, 0);
    const last = history.findLast(({ result }) => result !== "error");
    const isSame = last !== undefined && (last.result === "success") === hasPassed(runs);
    if (hasPassed(runs)) return { kind: isSame || last === undefined ? "passed" : "fixed", runs };
    if (last === undefined) return { kind: "first_run", runs };
    return { kind: isSame ? "known_failure" : "regression", runs };
  },
};

export const RULES: readonly Rule[] = [almanac, failOnAny, retryTwice, lastRunOnly];

function drawAgain(id: WorkRequestId, draw: () => End, extra: number): PastRun[] {
  const runs: PastRun[] = [];
  let lost = 0;
  // ends: so often, or when it passes
  for (let failures = 0; failures <= extra;) {
    const run = runOf(id, runs.length, draw());
    runs.push(run);
    if (run.result === "success") break;
    if (run.result === "failure") failures += 1;
    else if ((lost += 1) > DEFAULT_RETRY_LIMITS.infrastructure) break;
  }
  return runs;
}

function hasPassed(runs: readonly PastRun[]): boolean {
  return runs.at(-1)?.result === "success";
}

function runOf(id: WorkRequestId, index: number, { outcome, failure }: End): PastRun {
  return {
    work_request_id: id,
    run_id: runId(id, index + 1),
    outcome,
    result: resultOf(outcome) ?? "error",
    worker_name: `w-${index + 1}`,
    ...(failure !== undefined && { failure }),
  };
}

function questionOf(runs: readonly PastRun[], history: readonly PastRun[]): JudgeQuestion {
  return { runs, history, result: runs.at(-1)?.result ?? "error", errors: [], level: "key" };
}

const SOURCES: RetryQuestion["sources"] = {
  memory: "history",
  disk_space: "history",
  cpu_count: "history",
  duration: "history",
};

function retryQuestion(runs: readonly PastRun[], isWorthAnotherRun: boolean): RetryQuestion {
  const outcomes = runs.map(({ outcome }) => outcome);
  const outcome = outcomes.at(-1)!; // at least one was drawn
  return {
    outcome,
    earlier: outcomes.slice(0, -1),
    sources: SOURCES,
    limits: DEFAULT_RETRY_LIMITS,
    isWorthAnotherRun,
    random: 0,
  };
}
