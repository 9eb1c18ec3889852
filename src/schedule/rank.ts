import type { PlanPolicy } from "./policy.ts";

/**
 * The place of a request in the order of service, which never changes while it waits: age lifts all at the
 * same rate, so what counts is how much earlier than another it came.
 */
export type Rank = {
  /** Priority, less the age step in which it became pending: one step earlier is worth one priority. */
  level: number;
  /** Estimated seconds of the longest chain of its workflow that begins with it; 0 outside of workflows. */
  path: number;
  /** When it became pending, milliseconds since 1970. */
  at: number;
  /** The request's number decides between equals. */
  id: number;
};

/** The rank of a request of this priority that became pending at this time. */
export function rankOf(
  request: { id: number; priority: number; path: number; pendingMs: number },
  policy: Pick<PlanPolicy, "ageStepMs">,
): Rank {
  const { id, priority, path, pendingMs } = request;
  return { level: priority - Math.floor(pendingMs / policy.ageStepMs), path, at: pendingMs, id };
}

/** True when `a` is to be served before `b`: higher level, then longer path, then longer waiting, then lower number. */
export function isRankedBefore(a: Rank, b: Rank): boolean {
  if (a.level !== b.level) return a.level > b.level;
  if (a.path !== b.path) return a.path > b.path;
  if (a.at !== b.at) return a.at < b.at;
  return a.id < b.id;
}
