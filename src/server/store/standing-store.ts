import type { FailureCounts, LongestWait, WaitingGroup, WaitingStatus } from "../../domain/farm-standing.ts";
import type { Timestamp } from "../../domain/clock.ts";

/** How a farm stands, in numbers; a part of the store. */
export type StandingReader = {
  /** Of the requests that have ended since then. */
  failuresSince(since: Timestamp): Promise<FailureCounts>;
  /** For what the first so many of the requests of a status wait, by their ids; what most wait for first. */
  waitingFor(status: WaitingStatus, limit: number): Promise<WaitingGroup[]>;
  /** Of the requests of a status, the one that waits longest; undefined: none waits. */
  waitsLongest(status: WaitingStatus): Promise<LongestWait | undefined>;
};
