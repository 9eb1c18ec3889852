import type { RunId, WorkRequestId } from "../../src/domain/ids.ts";
import { resultOf, type Outcome } from "../../src/domain/outcome.ts";
import type { VerdictKind } from "../../src/domain/verdict.ts";
import { failureMark } from "../../src/verdict/fingerprint.ts";
import type { JudgeQuestion } from "../../src/verdict/judge.ts";
import type { PastRun } from "../../src/verdict/past.ts";

export const PASSED: Outcome = { kind: "exited", code: 0 };
export const FAILED: Outcome = { kind: "exited", code: 1 };

/** Two failures that are not alike. */
export const COMPILE = "src/main.c:7: error: foo undeclared";
export const NETWORK = "fatal: could not resolve host";

/** One run of a request: `outcome`, and the line that its log ends with. */
export function run(request: number, attempt: number, outcome: Outcome, line?: string): PastRun {
  const failure = failureMark(outcome, line === undefined ? [] : [{ stream: "stderr", text: line }]);
  return {
    work_request_id: request as WorkRequestId, // a number from 1, as ids are
    run_id: `${request}.${attempt}` as RunId, // the form of one
    result: resultOf(outcome) ?? "error",
    outcome,
    worker_name: `w-${attempt}`,
    ...(failure !== undefined && { failure }),
  };
}

/**
 * A history from letters, oldest first, a request each: `P` passed, `F` failed (as COMPILE), `N` failed otherwise
 * (as NETWORK), `K` failed as NETWORK and passed when it was run again, `I` was lost with its worker.
 */
export function history(letters: string, person?: { index: number; said: VerdictKind }): PastRun[] {
  return Array.from(letters).flatMap((letter, index) => {
    const id = index + 1;
    const runs = runsOf(letter, id);
    return person?.index === index ? runs.map((one) => ({ ...one, person_verdict: person.said })) : runs;
  });
}

function runsOf(letter: string, id: number): PastRun[] {
  switch (letter) {
    case "P":
      return [run(id, 1, PASSED)];
    case "F":
      return [run(id, 1, FAILED, COMPILE)];
    case "N":
      return [run(id, 1, FAILED, NETWORK)];
    case "K":
      return [run(id, 1, FAILED, NETWORK), run(id, 2, PASSED)];
    case "I":
      return [run(id, 1, { kind: "worker_lost" })];
    default:
      throw new TypeError(`no such letter: ${letter}`);
  }
}

/** The question about a request whose runs ended so, in this order. */
export function question(past: readonly PastRun[], ends: readonly (readonly [Outcome, string?])[]): JudgeQuestion {
  const runs = ends.map(([outcome, line], index) => run(1000, index + 1, outcome, line));
  return { runs, history: past, result: runs.at(-1)?.result ?? "error", errors: [], level: "key" };
}
