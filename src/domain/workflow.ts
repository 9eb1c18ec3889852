import type { Timestamp } from "./clock.ts";
import type { WorkRequestId, WorkerName } from "./ids.ts";
import type { HistoryKey } from "./task.ts";
import type { VerdictKind } from "./verdict.ts";
import type { ExpectedTimes, Result, Status, WorkRequest } from "./work-request.ts";

/** How many requests one workflow may have, those of its sub-workflows not counted. */
export const MAX_WORKFLOW_REQUESTS = 20_000;
/** How deep workflows may be in workflows. */
export const MAX_WORKFLOW_DEPTH = 8;

/** The internal task of a point at which a workflow looks at its results so far, and may go on planning. */
export const CALLBACK_TASK = "callback";

/** One request of a workflow, as its graph shows it. Those that were made again by hand are left out. */
export type WorkflowNode = HistoryKey & {
  id: WorkRequestId;
  /** Unique within the workflow. */
  name: string;
  /** What it belongs with, for folding; null: with nothing. */
  group: string | null;
  status: Status;
  result: Result | null;
  verdict_kind: VerdictKind | null;
  /** True: it failed, and that counts for the workflow. */
  is_failed: boolean;
  allow_failure: boolean;
  dependencies: WorkRequestId[];
  worker_name: WorkerName | null;
  pending_at: Timestamp | null;
  started_at: Timestamp | null;
  completed_at: Timestamp | null;
  /** Seconds that it takes as history says; null: nothing is known. */
  duration_p50: number | null;
  duration_p95: number | null;
  /** Part of the longest chain. */
  is_critical: boolean;
  /** By how many seconds it may be longer before the workflow takes longer, as far as durations are known. */
  slack_seconds: number;
  /** Absent: it has ended, or nothing is known. */
  expected?: ExpectedTimes;
};

/** One step of the longest chain of a workflow. Seconds: what it took, or what history says; 0: not known. */
export type CriticalStep = {
  id: WorkRequestId;
  name: string;
  status: Status;
  seconds: number;
  is_known: boolean;
};

/** Where the longest step of the chain that has not ended would take less. */
export type FasterStep = {
  id: WorkRequestId;
  name: string;
  worker_name: WorkerName;
  /** How many seconds less it would take there. */
  seconds: number;
  /** Less than on the worker where it runs; null: than on an ordinary one. */
  than: WorkerName | null;
};

/** How a workflow stands: computed from its requests when it is asked for. */
export type WorkflowState = {
  work_request: WorkRequest;
  /** In one sentence. */
  sentence: string;
  /** Its requests by status. */
  counts: Record<Status, number>;
  total: number;
  /** Requests that failed, were in error or aborted, and count. */
  failed: number;
  /** Requests that failed, but do not count: known failures, and those that are allowed to fail. */
  excused: number;
  /** The chain of requests that takes longest, first to last; those that have ended included. */
  critical_path: CriticalStep[];
  critical_seconds: number;
  /** How many requests that have not ended nobody knows the duration of: they make the times below uncertain. */
  unknown_durations: number;
  /** Absent: no worker is known to be faster. */
  faster?: FasterStep;
  /** When it should end; absent where nothing is known of it. */
  expected?: ExpectedTimes;
};
