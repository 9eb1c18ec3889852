import { epochMs, type Timestamp } from "./clock.ts";
import type { WorkRequest } from "./work-request.ts";

/** Since when a request waits that waits: before a second run since the one before ended, not since it was submitted. */
export function waitsSince({ pending_at, created_at }: Pick<WorkRequest, "pending_at" | "created_at">): Timestamp {
  return pending_at ?? created_at;
}

/** Seconds from when a request was submitted to its first run, or to its end without one; of one that has had none, until now. */
export function waitedSeconds(
  request: Pick<WorkRequest, "created_at" | "started_at" | "completed_at" | "aborted">,
  nowMs: number,
): number {
  const end = request.started_at ?? request.completed_at ?? request.aborted?.at;
  return Math.max(0, (end === undefined ? nowMs : epochMs(end)) - epochMs(request.created_at)) / 1000;
}
