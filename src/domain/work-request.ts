import type { Input } from "./artifact.ts";
import type { Allocation, Estimate, Requirements } from "./allocation.ts";
import type { Timestamp } from "./clock.ts";
import type { WorkRequestId, WorkerName } from "./ids.ts";
import type { OutputData } from "./output-data.ts";
import type { Reactions } from "./reaction.ts";
import type { HistoryKey } from "./task.ts";
import type { FailOn, Verdict } from "./verdict.ts";

/** `blocked` → `pending` → `running` → `completed`, or `aborted` from any of the first three. */
export const STATUSES = ["blocked", "pending", "running", "completed", "aborted"] as const;

/**
 * - `blocked`: waits for its dependencies, or for a person when `unblock_strategy` is `manual`;
 * - `pending`: could run; waits for a worker;
 * - `running`: one of its runs is placed on a worker (the run tells whether it has started);
 * - `completed`: has a result and `output_data`;
 * - `aborted`: ended by a person, or because a dependency failed.
 */
export type Status = (typeof STATUSES)[number];

/** What came out of a completed request. */
export const RESULTS = ["success", "failure", "error", "skipped"] as const;

/** `failure` is the work's fault; `error` is not (worker lost, could not be set up, bad configuration). */
export type Result = (typeof RESULTS)[number];

export const UNBLOCK_STRATEGIES = ["deps", "manual"] as const;

/** `deps`: when all dependencies completed and each succeeded or is allowed to fail; `manual`: by a person. */
export type UnblockStrategy = (typeof UNBLOCK_STRATEGIES)[number];

export const WAITING_CODES = [
  "dependencies",
  "manual",
  "not_planned_yet",
  "no_worker",
  "no_room",
  "never_fits",
  "backoff",
  "reserved",
  "max_share",
  "probing",
  "delay",
  "confirmation",
] as const;

/**
 * - `dependencies`, `manual`: it is blocked;
 * - `not_planned_yet`: planning has not looked at it yet;
 * - `no_worker`: those that could take it are away; `never_fits`: none could ever;
 * - `no_room`: those that could take it are busy; `reserved`: the room that there is, is kept for another request;
 * - `backoff`: a failed run is tried again after a while;
 * - `max_share`: its owner has as much as it may have;
 * - `probing`: its needs are not known, and the first runs of its kind are waited for;
 * - `delay`: it is there to wait until a time; `confirmation`: for a person's answer.
 */
export type WaitingCode = (typeof WAITING_CODES)[number];

/** Why a request waits: recorded when it changes, and answered by `why`. */
export type WaitingReason = {
  /** For what. */
  code: WaitingCode;
  /** The sentence for people, with its numbers. */
  message: string;
  /** When this reason began to hold. */
  since: Timestamp;
};

/** When half, and when nine of ten times, it will have happened. */
export type ExpectedRange = {
  /** Half of such requests are there by then. */
  p50: Timestamp;
  /** Nine of ten are. */
  p90: Timestamp;
};

/** When a request should start and end, from running the plan forward with durations as they are predicted. */
export type ExpectedTimes = {
  /** Absent when it has been placed. */
  start?: ExpectedRange;
  /** Absent when nothing is known of how long it takes. */
  end?: ExpectedRange;
  /** Of one that runs: how long such runs take on its worker, from their start; half, and nine of ten, take no longer. */
  usual_seconds?: {
    /** Half of them take no longer. */
    p50: number;
    /** Nine of ten take no longer. */
    p90: number;
  };
  /** Its run takes longer than was predicted: by so many seconds over its p95. */
  overdue_seconds?: number;
};

/** Who or what ended an aborted request, or has asked for the end of one that still runs. */
export type AbortRecord = {
  /** When that was asked for. */
  at: Timestamp;
  /** The name of the token; of what Almanac ends itself, why. */
  by: string;
  /** What that person said. */
  reason?: string;
};

/** One asked-for execution of a task. */
export type WorkRequest = HistoryKey & {
  /** Counted up by the database. */
  id: WorkRequestId;
  /** The name given in the submission, unique within it; empty if none. */
  name: string;
  /** How far it is. */
  status: Status;
  /** What came of it; null while it is not `completed`. */
  result: Result | null;
  /** What was asked for, as the task has it. */
  task_data: Record<string, unknown>;
  /** From the task's `dynamicData()` when the request became pending. */
  parameter_summary: string | null;
  /** How much it works on, in a unit of its task's own; null: the task does not say. */
  input_size: number | null;
  /** What was demanded. */
  requirements: Requirements;
  /** What the newest run is, or the next will be, given; null until the request became pending. */
  allocation: Allocation | null;
  /** What history predicted when the allocation was made; null when there was none to make it from. */
  estimate: Estimate | null;
  /** Where its newest run is, or was. */
  worker_name: WorkerName | null;
  /** What it was submitted with, or has of its workflow; higher goes first. */
  priority_base: number;
  /** What people have added since. */
  priority_adjustment: number;
  /** When it goes on from `blocked`. */
  unblock_strategy: UnblockStrategy;
  /** True: dependents go on although this request fails. */
  allow_failure: boolean;
  /** False: the run does not train shared estimates. */
  trusted: boolean;
  /** Which failures count, as it or its task says; null: as layers of the configuration say, else those of `regression`. */
  fail_on: FailOn | null;
  /** Whom to tell what, as it or its task says; of webhooks only their hosts, but for `admin`. */
  reactions: Reactions;
  /** The requests that it waits for. */
  dependencies: WorkRequestId[];
  /** The workflow that it is a part of; then `name` is unique within that one. */
  workflow_id: WorkRequestId | null;
  /** What its workflow calls the requests that it belongs with. */
  workflow_group: string | null;
  /** What it takes over from some of them. */
  inputs: Input[];
  /** The request that this one was made again from. */
  supersedes: WorkRequestId | null;
  /** The request that was made again from this one; null: none was. */
  superseded_by: WorkRequestId | null;
  /** When it was submitted. */
  created_at: Timestamp;
  /** The name of the token that submitted it. */
  created_by: string;
  /** When it last became pending. */
  pending_at: Timestamp | null;
  /** When its first run started. */
  started_at: Timestamp | null;
  /** When it ended; null: it has not. */
  completed_at: Timestamp | null;
  /** Seconds after its end when the request, its runs, logs and outputs are deleted; null: never. */
  expire_after: number | null;
  /** Who ended it, or wants it to end; null: nobody. */
  aborted: AbortRecord | null;
  /** Why it waits; null: it does not. */
  waiting: WaitingReason | null;
  /** What it leaves; null until it is `completed`. */
  output_data: OutputData | null;
  /** How many runs it has had. */
  run_count: number;
  /** Worked out when asked, of requests that wait or run; absent where nothing can be said. */
  expected?: ExpectedTimes;
  /** Told of requests that run: the most memory that the newest run has used so far, bytes; absent until its worker has said. */
  used_memory?: number;
  /** What it means; null while it has not ended. */
  verdict: Verdict | null;
  /** Workers that its next run keeps off while there are others: it failed there. */
  avoid_workers: WorkerName[] | null;
};

/** Whether a list of requests is of those that ended, the last first: when that is asked for, or a span in which they ended. */
export function isByEnd({
  order,
  since,
  until,
}: {
  order?: "submitted" | "ended" | undefined;
  since?: Timestamp | undefined;
  until?: Timestamp | undefined;
}): boolean {
  return order === "ended" || since !== undefined || until !== undefined;
}
