import type { HeldAmounts } from "./accuracy.ts";
import type { Timestamp } from "./clock.ts";
import type { WorkRequestId } from "./ids.ts";
import type { Status, WaitingCode } from "./work-request.ts";
import type { HeldPart } from "./worker-load.ts";
import type { Capacity, WorkerState } from "./worker.ts";

/** The statuses of what has not begun, or is to begin anew. */
export const WAITING_STATUSES = ["pending", "blocked"] as const satisfies readonly Status[];
export type WaitingStatus = (typeof WAITING_STATUSES)[number];

/** The request of a status that waits longest, and since when: see `waitsSince`. */
export type LongestWait = { work_request_id: WorkRequestId; since: Timestamp };

/** Of requests that wait for the same: how many, and the one that was submitted first; null: planning has said nothing yet. */
export type WaitingGroup = { code: WaitingCode | null; count: number; first_id: WorkRequestId };

/** What waits in a status. */
export type WaitingStanding = {
  /** Null: none waits. */
  longest: LongestWait | null;
  /** For what they wait, what most wait for first; of the `looked` that were submitted first. */
  groups: WaitingGroup[];
  looked: number;
};

/** How many requests failed. */
export type FailureCounts = { failure: number; error: number; regression: number };

/** How a farm stands, in numbers. */
export type FarmStanding = {
  now: Timestamp;
  /** Requests by status. */
  counts: Record<Status, number>;
  waiting: Record<WaitingStatus, WaitingStanding>;
  /** Of the requests that ended in the last 24 hours, which began then. */
  failed: FailureCounts & { since: Timestamp };
  /** Workers by state. */
  workers: Record<WorkerState, number>;
  /** Runs that workers have now. */
  runs: number;
  /** Of workers that are not offline: what they can give, and what their runs hold and use. Bytes, bytes, cores. */
  held: Record<keyof Capacity, HeldPart & { capacity: number }>;
  /** What runs of the last seven days held of memory, byte-hours; at most a minute old; null: none has ended. */
  week: HeldAmounts | null;
};
