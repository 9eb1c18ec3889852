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
  /** The request's number; of a plan a number of its own. */
  id: WorkRequestId;
  /** Unique within the workflow. */
  name: string;
  /** What it belongs with, for folding; null: with nothing. */
  group: string | null;
  /** How far it is. */
  status: Status;
  /** What came of it; null: nothing yet. */
  result: Result | null;
  /** What it means; null: it has not ended. */
  verdict_kind: VerdictKind | null;
  /** True: it failed, and that counts for the workflow. */
  is_failed: boolean;
  /** True: dependents go on although it fails. */
  allow_failure: boolean;
  /** The nodes that it waits for. */
  dependencies: WorkRequestId[];
  /** Where its newest run is, or was; null: it has none. */
  worker_name: WorkerName | null;
  /** When it last became pending. */
  pending_at: Timestamp | null;
  /** When its first run started. */
  started_at: Timestamp | null;
  /** When it ended. */
  completed_at: Timestamp | null;
  /** Seconds that it takes as history says; null: nothing is known. */
  duration_p50: number | null;
  /** As `duration_p50`, of 95 in 100 runs. */
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
  /** The request's number. */
  id: WorkRequestId;
  /** What it is called. */
  name: string;
  /** How far it is. */
  status: Status;
  seconds: number;
  /** False: nobody knows how long it takes. */
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
  /** The workflow itself. */
  work_request: WorkRequest;
  /** In one sentence. */
  sentence: string;
  /** Its requests by status. */
  counts: Record<Status, number>;
  /** How many requests it has. */
  total: number;
  /** Requests that failed, were in error or aborted, and count. */
  failed: number;
  /** Requests that failed, but do not count: known failures, and those that are allowed to fail. */
  excused: number;
  /** The chain of requests that takes longest, first to last; those that have ended included. */
  critical_path: CriticalStep[];
  /** How long that chain takes in all. */
  critical_seconds: number;
  /** How many requests that have not ended nobody knows the duration of: they make the times below uncertain. */
  unknown_durations: number;
  /** Absent: no worker is known to be faster. */
  faster?: FasterStep;
  /** When it should end; absent where nothing is known of it. */
  expected?: ExpectedTimes;
};
