import type { Allocation, Estimate, Resource } from "../domain/allocation.ts";
import type { Capacity } from "../domain/worker.ts";
import { lowestMaximum, roundUp } from "./allocate.ts";
import type { RequirementsBySource } from "./allocate.ts";

/** A run that died of a resource, and what the next attempt can count on. */
export type DeathQuery = {
  /** What the run was given. */
  allocation: Allocation;
  /** What was predicted for it, whose ladder is climbed first. */
  estimate: Estimate;
  exhausted: Resource;
  /** The limit in force when it died, where the worker had raised it above the allocation. */
  limit?: number;
  largest?: Partial<Capacity>;
  /** Their maxima are never passed. */
  requirements?: RequirementsBySource;
};

/** A step smaller than this is not worth another attempt. */
const SMALLEST_STEP = 1.1;

/** Above this share of the largest worker the next step is the largest worker. */
const NEARLY_ALL = 0.6;

/** Durations have no largest worker: three doublings at most, counted from the first estimate. */
const LONGEST_FACTOR = 8;

/**
 * The allocation of the next attempt: only the exhausted resource grows, by the ladder of the estimate, then
 * half way (in logarithms) to the largest worker, at last the largest worker. Undefined when there is no more to give.
 */
export function nextAfterDeath(query: DeathQuery): Allocation | undefined {
  const { allocation, exhausted } = query;
  const died = Math.max(allocation[exhausted].amount, query.limit ?? 0);
  const top = topOf(query, died);
  if (!(died < top)) return undefined;
  const amount = Math.min(top, roundUp(stepAbove(query, died, top), exhausted));
  const note = amount === top ? "raised to the most there is after a death" : "raised after a death";
  return { ...allocation, [exhausted]: { amount, source: "retry", note } };
}

function stepAbove({ estimate, exhausted }: DeathQuery, died: number, top: number): number {
  const rung = estimate[exhausted]?.ladder.find((step) => step >= died * SMALLEST_STEP);
  const step = rung ?? Math.max(2 * died, Number.isFinite(top) ? Math.sqrt(died * top) : 0);
  return step >= top * NEARLY_ALL ? top : step;
}

/** The most that the resource can ever be given. */
function topOf({ allocation, estimate, exhausted, largest, requirements }: DeathQuery, died: number): number {
  const bound = lowestMaximum(exhausted, requirements ?? {}) ?? Infinity;
  if (exhausted === "duration") {
    const first = estimate.duration?.allocate ?? allocation.duration.amount;
    return Math.min(bound, estimate.duration === undefined ? 2 * died : LONGEST_FACTOR * first);
  }
  return Math.min(bound, largest?.[exhausted] ?? Infinity);
}
