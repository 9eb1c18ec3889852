import type { RunId, WorkRequestId } from "../domain/ids.ts";

/** A run of one worker, and what became of its request on others. */
export type WorkerRun = {
  run_id: RunId;
  work_request_id: WorkRequestId;
  hasPassed: boolean;
  /** A later run of the same request passed on another worker. */
  hasPassedElsewhere: boolean;
};

/** So many different requests must have failed on it and passed elsewhere, with nothing that passed on it since the first. */
const LEAST_REQUESTS = 3;

/**
 * For so many it may be drained, where the policy says so: with one run in five failing by chance, five in a row do so in one of
 * 3,125 cases.
 */
const REQUESTS_TO_DRAIN = 5;

/** Why a worker is thought to be at fault, and whether that is enough to give it no more. */
export type WorkerDoubt = { because: string; evidence: RunId[]; isStrong: boolean };

/**
 * Whether a worker fails what passes elsewhere. `runs`: its newest, newest first; runs that nobody would count (aborted, lost)
 * left out. Undefined when there is no such suspicion. With one run in five failing by chance, three in a row do so in
 * one of 125 cases, and then `resume` clears it.
 */
export function suspectWorker(runs: readonly WorkerRun[]): WorkerDoubt | undefined {
  const firstPass = runs.findIndex(({ hasPassed }) => hasPassed);
  const failed = firstPass === -1 ? runs : runs.slice(0, firstPass);
  const telling = failed.filter(({ hasPassedElsewhere }) => hasPassedElsewhere);
  const requests = new Set(telling.map(({ work_request_id }) => work_request_id));
  if (requests.size < LEAST_REQUESTS) return undefined;
  const because = `its last ${failed.length} runs failed; ${requests.size} of their requests passed on other workers`;
  const evidence = telling.slice(0, 20).map(({ run_id }) => run_id);
  return { because, evidence, isStrong: requests.size >= REQUESTS_TO_DRAIN };
}
