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
  /** What a run is given where nothing else is known. */
  defaults: Pick<Record<Resource, number>, "duration">;
};

/** A step smaller than this is not worth another attempt. */
const SMALLEST_STEP = 1.1;

/** Above this share of the largest worker the next step is the largest worker. */
const NEARLY_ALL = 0.6;

/**
 * The allocation of the next attempt: only the exhausted resource grows. Memory and disk by the ladder of the estimate, then
 * half way (in logarithms) to the largest worker, at last the largest worker; time by `nextDuration`. Undefined
 * when there is no more to give: the death is final.
 */
export function nextAfterDeath(query: DeathQuery): Allocation | undefined {
  const { allocation, exhausted } = query;
  const died = Math.max(allocation[exhausted].amount, query.limit ?? 0);
  const bound = lowestMaximum(exhausted, query.requirements ?? {}) ?? Infinity;
  const most = Math.min(bound, exhausted === "duration" ? Infinity : (query.largest?.[exhausted] ?? Infinity));
  if (!(died < most)) return undefined;
  const step = exhausted === "duration" ? nextDuration(query, died) : stepAbove(query, died, most);
  if (step === undefined) return undefined;
  const amount = Math.min(most, roundUp(step, exhausted));
  const note = amount === most ? "raised to the most there is after a death" : "raised after a death";
  return { ...allocation, [exhausted]: { amount, source: "retry", note } };
}

/**
 * A limit that history tightened is confirmed once at the limit that there would be without it; one that a task or nobody set,
 * at twice as much. A second death is final: what hangs would only hang again.
 */
function nextDuration({ allocation, defaults }: DeathQuery, died: number): number | undefined {
  const { source } = allocation.duration;
  if (source === "retry") return undefined;
  return source === "history" ? Math.max(defaults.duration, 2 * died) : 2 * died;
}

function stepAbove({ estimate, exhausted }: DeathQuery, died: number, most: number): number {
  const rung = estimate[exhausted]?.ladder.find((step) => step >= died * SMALLEST_STEP);
  const step = rung ?? Math.max(2 * died, Number.isFinite(most) ? Math.sqrt(died * most) : 0);
  return step >= most * NEARLY_ALL ? most : step;
}
