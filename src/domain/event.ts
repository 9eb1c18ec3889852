import type { Timestamp } from "./clock.ts";
import type { RunId, WorkRequestId, WorkerName } from "./ids.ts";

/** What happened, in the order in which it was committed. */
export const EVENT_KINDS = [
  "created",
  "unblocked",
  "allocated",
  "waiting",
  "placed",
  "started",
  "progress",
  "run_ended",
  "retried",
  "completed",
  "aborted",
  "abort_requested",
  "priority_changed",
  "worker_joined",
  "worker_changed",
  "worker_removed",
  "share_changed",
  "layer_changed",
  "advice_changed",
  "token_changed",
  "schedule_changed",
  "hook_changed",
  "history_imported",
  "judged",
  "finding",
  "delivery",
  "delivery_tried",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** One recorded change; the record of a request is the list of its events. */
export type Event = {
  /** Counted up; never reused. */
  id: number;
  /** When it was committed. */
  at: Timestamp;
  /** What happened. */
  kind: EventKind;
  /** The request that it is about. */
  work_request_id?: WorkRequestId;
  /** The run that it is about. */
  run_id?: RunId;
  /** The worker that it is about. */
  worker_name?: WorkerName;
  /** More by kind, for people and for live pages. */
  data: Record<string, unknown>;
};
