import type { Timestamp } from "../../domain/clock.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { WaitingCode } from "../../domain/work-request.ts";

/** How many requests failed. */
export type FailureCounts = { failure: number; error: number; regression: number };

/** Of requests that wait for the same: how many, and the one that was submitted first; null: planning has said nothing yet. */
export type WaitingGroup = { code: WaitingCode | null; count: number; first_id: WorkRequestId };

/** How a farm stands, in numbers; a part of the store. */
export type StandingReader = {
  /** Of the requests that have ended since then. */
  failuresSince(since: Timestamp): Promise<FailureCounts>;
  /** For what the first so many of the requests of a status wait, by their ids; what most wait for first. */
  waitingFor(status: "blocked" | "pending", limit: number): Promise<WaitingGroup[]>;
};
