import type { FailureMark } from "../domain/failure.ts";
import type { RunId, WorkRequestId } from "../domain/ids.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { VerdictKind } from "../domain/verdict.ts";
import type { Result } from "../domain/work-request.ts";

/** What judging reads of a finished run. */
export type PastRun = {
  work_request_id?: WorkRequestId;
  run_id?: RunId;
  result: Result;
  outcome: Outcome;
  failure?: FailureMark;
  worker_name?: string;
  /** What a person said of its request. */
  person_verdict?: VerdictKind;
};

/** The runs of one request that say something of the work, oldest first; a run of no request stands alone. */
export type PastRequest = {
  work_request_id: WorkRequestId | undefined;
  runs: PastRun[];
  /** How it ended in the end. */
  hasPassed: boolean;
  failed: PastRun[];
  person_verdict: VerdictKind | undefined;
};

/** What people say that takes a request out of what is known of the work. */
const NOT_THE_WORK: ReadonlySet<VerdictKind | undefined> = new Set(["infrastructure", "misconfigured", "aborted"]);

/**
 * Gathers runs, oldest first, into requests in the order in which they ended. Left out is what says nothing of the work: errors,
 * deaths of a limit that was raised afterwards, and what people have said was not the work's fault.
 */
export function requestsOf(runs: readonly PastRun[]): PastRequest[] {
  const requests = new Map<unknown, PastRequest>();
  for (const run of runs) {
    if (!saysSomething(run)) continue;
    const key = run.work_request_id ?? run;
    const known = requests.get(key);
    if (known !== undefined) {
      requests.delete(key); // stands where its last run ended
      requests.set(key, withRun(known, run));
    } else requests.set(key, withRun(emptyRequest(run), run));
  }
  return [...requests.values()].filter(({ person_verdict }) => !NOT_THE_WORK.has(person_verdict));
}

function saysSomething({ result }: PastRun): boolean {
  return result === "success" || result === "failure";
}

function emptyRequest({ work_request_id }: PastRun): PastRequest {
  return { work_request_id, runs: [], hasPassed: false, failed: [], person_verdict: undefined };
}

function withRun(request: PastRequest, run: PastRun): PastRequest {
  const hasPassed = run.result === "success";
  return {
    work_request_id: request.work_request_id,
    runs: [...request.runs, run],
    hasPassed,
    failed: hasPassed ? request.failed : [...request.failed, run],
    person_verdict: run.person_verdict ?? request.person_verdict,
  };
}

/** True for an end that running again may change: the command failed by itself. */
export function isOwnFailure(outcome: Outcome): boolean {
  return (outcome.kind === "exited" && outcome.code !== 0) || ["signalled", "outputs_missing"].includes(outcome.kind);
}
