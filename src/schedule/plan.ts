import { epochMs, type Timestamp } from "../domain/clock.ts";
import type { WorkRequestId } from "../domain/ids.ts";
import type { Placement } from "../domain/run.ts";
import type { WaitingReason } from "../domain/work-request.ts";
import type { Needs, PlanWorker } from "./fit.ts";
import { Planner, type GoingRun, type WaitingRequest } from "./planner.ts";
import type { PlanPolicy } from "./policy.ts";

export { keptCandidates } from "./candidates.ts";

/** A pending request as planning sees it; the list is in the order in which requests are to be served. */
export type PlanRequest = Needs & Omit<WaitingRequest, "rank">;

export type PlanState = {
  workers: readonly (PlanWorker & { slowness?: number })[];
  pending: readonly PlanRequest[];
  /**
   * The runs that go on, all of them: then the workers' own figures of what is reserved are not used, and workers
   * can be kept for requests at the head. Without them nothing is known of when room will be free.
   */
  runs?: readonly GoingRun[];
};

/** What to do now, and why the rest waits. */
export type Plan = {
  assignments: { id: WorkRequestId; placement: Placement }[];
  waiting: { id: WorkRequestId; reason: Omit<WaitingReason, "since"> }[];
};

/**
 * Gives each request, in order, the worker on which it fits tightest; says of each other why it waits. Pure. Plans
 * from nothing each time: what goes on planning keeps a `Planner`, which looks only at what has changed.
 */
export function plan(state: PlanState, now: Timestamp, policy: Partial<PlanPolicy> = {}): Plan {
  const nowMs = epochMs(now);
  const planner = new Planner({ ...policy, ...(state.runs === undefined && { reservations: 0 }) });
  for (const { reserved, run_count, ...worker } of state.workers) {
    planner.setWorker(worker, state.runs === undefined ? { reserved, run_count } : undefined);
  }
  for (const run of state.runs ?? []) planner.addRun(run);
  for (const [index, request] of state.pending.entries()) {
    planner.addRequest({ ...request, rank: { level: 0, path: 0, at: index, id: request.id } });
  }
  const assignments = planner.decide(nowMs).map(({ id, placement }) => ({ id, placement }));
  const ids = state.pending.map(({ id }) => id).filter((id) => planner.isWaiting(id));
  const reasons = planner.reasonsFor(ids, nowMs);
  const waiting = [...reasons].map(([id, { code, message }]) => ({ id, reason: { code, message } }));
  return { assignments, waiting };
}
