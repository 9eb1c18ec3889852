import type { WorkRequestId } from "../domain/ids.ts";
import type { Candidate, Placement } from "../domain/run.ts";
import type { WaitingReason } from "../domain/work-request.ts";
import type { Timestamp } from "../domain/clock.ts";
import { candidateFor, ROOM_RESOURCES, roomOf, type Needs, type PlanWorker } from "./fit.ts";
import { waitingReason } from "./reasons.ts";

/** A pending request as planning sees it; the list is in the order in which requests are to be served. */
export type PlanRequest = Needs & { id: WorkRequestId };

export type PlanState = { workers: readonly PlanWorker[]; pending: readonly PlanRequest[] };

/** What to do now, and why the rest waits. */
export type Plan = {
  assignments: { id: WorkRequestId; placement: Placement }[];
  waiting: { id: WorkRequestId; reason: Omit<WaitingReason, "since"> }[];
};

/** How many candidates are kept with a placement or an answer. */
export const KEPT_CANDIDATES = 20;

/** Gives each request, in order, the worker on which it fits tightest; says of each other why it waits. Pure. */
export function plan(state: PlanState, now: Timestamp): Plan {
  const workers = state.workers.map((worker) => ({ ...worker, reserved: { ...worker.reserved } }));
  const result: Plan = { assignments: [], waiting: [] };
  for (const request of state.pending) {
    const candidates = workers.map((worker) => candidateFor(request, worker));
    const chosen = tightest(request, workers, candidates);
    if (chosen === undefined) {
      result.waiting.push({ id: request.id, reason: waitingReason(request, candidates) });
      continue;
    }
    reserve(chosen, request);
    result.assignments.push({ id: request.id, placement: placementOf(chosen, candidates, now) });
  }
  return result;
}

/** Candidates for people: the chosen and the nearest first, cut to what is kept. */
export function keptCandidates(candidates: readonly Candidate[]): Candidate[] {
  const order = ["chosen", "fits", "no_room", "draining", "offline", "too_small", "lacks_tag", "not_allowed"];
  const rank = (candidate: Candidate) => order.indexOf(candidate.verdict);
  return candidates.toSorted((a, b) => rank(a) - rank(b)).slice(0, KEPT_CANDIDATES);
}

/**
 * The worker that has least left over, each resource counted against the largest worker's: so small
 * workers are filled first and large ones stay free for what only they can hold.
 */
function tightest(
  request: PlanRequest,
  workers: readonly PlanWorker[],
  candidates: readonly Candidate[],
): PlanWorker | undefined {
  const largest = ROOM_RESOURCES.map((resource) => Math.max(...workers.map((worker) => worker.capacity[resource]), 1));
  let best: PlanWorker | undefined;
  let bestLeft = Number.POSITIVE_INFINITY;
  for (const [index, worker] of workers.entries()) {
    if (candidates[index]!.verdict !== "fits") continue; // one candidate for each worker, in the same order
    let left = 0;
    for (const [position, resource] of ROOM_RESOURCES.entries()) {
      left += (roomOf(worker, resource) - request.allocation[resource].amount) / largest[position]!; // same length
    }
    if (left < bestLeft || (left === bestLeft && best !== undefined && worker.worker_name < best.worker_name)) {
      best = worker;
      bestLeft = left;
    }
  }
  return best;
}

function reserve(worker: PlanWorker, request: PlanRequest): void {
  for (const resource of ROOM_RESOURCES) worker.reserved[resource] += request.allocation[resource].amount;
  worker.run_count += 1;
}

function placementOf(chosen: PlanWorker, candidates: readonly Candidate[], now: Timestamp): Placement {
  const fitting = candidates.filter((candidate) => candidate.verdict === "fits").length;
  const named = candidates.map((candidate) =>
    candidate.worker_name === chosen.worker_name ? { ...candidate, verdict: "chosen" as const } : candidate,
  );
  return {
    at: now,
    worker_name: chosen.worker_name,
    rule: fitting === 1 ? "the only worker with room" : `the tightest fit of ${fitting} workers with room`,
    candidates: keptCandidates(named),
    candidate_count: candidates.length,
  };
}
