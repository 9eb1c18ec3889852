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
export type LongestWait = {
  /** Which request. */
  work_request_id: WorkRequestId;
  /** When it was submitted or, before a second run, when the one before ended. */
  since: Timestamp;
};

/** Requests that wait for the same. */
export type WaitingGroup = {
  /** For what; null: planning has said nothing yet. */
  code: WaitingCode | null;
  /** How many. */
  count: number;
  /** The one of them that was submitted first. */
  first_id: WorkRequestId;
};

/** What waits in a status. */
export type WaitingStanding = {
  /** Null: none waits. */
  longest: LongestWait | null;
  /** For what they wait, what most wait for first; of the `looked` that were submitted first. */
  groups: WaitingGroup[];
  /** How many of those that wait were looked at for `groups`. */
  looked: number;
};

/** How many requests failed. */
export type FailureCounts = {
  /** By their work. */
  failure: number;
  /** By something else than their work. */
  error: number;
  /** Those of them whose verdict is `regression`. */
  regression: number;
};

/** How a farm stands, in numbers. */
export type FarmStanding = {
  /** When it stood so. */
  now: Timestamp;
  /** Requests by status. */
  counts: Record<Status, number>;
  /** What waits, by status. */
  waiting: Record<WaitingStatus, WaitingStanding>;
  /** Of the requests that ended in the last 24 hours, which began then. */
  failed: FailureCounts & {
    /** When they began, to the minute. */
    since: Timestamp;
  };
  /** Workers by state. */
  workers: Record<WorkerState, number>;
  /** Runs that workers have now. */
  runs: number;
  /** Of workers that are not offline: what they can give, and what their runs hold and use. Bytes, bytes, cores. */
  held: Record<keyof Capacity, HeldPart & { capacity: number }>;
  /** What runs of the last seven days held of memory, byte-hours; at most a minute old; null: none has ended. */
  week: HeldAmounts | null;
};
