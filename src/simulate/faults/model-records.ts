import type { Allocation, AmountSource, Resource } from "../../domain/allocation.ts";
import type { WorkerSelf } from "../../contract/worker-protocol.ts";
import type { RunId, WorkRequestId, WorkerName } from "../../domain/ids.ts";
import type { Outcome } from "../../domain/outcome.ts";
import type { Result, Status, WaitingReason } from "../../domain/work-request.ts";
import type { GoingRun, Planner, WaitingRequest } from "../../schedule/planner.ts";
import { rankOf } from "../../schedule/rank.ts";
import type { SimulatedSubmission } from "./server-under-test.ts";

/** A request in the model's database. */
export type ModelRequest = {
  id: WorkRequestId;
  submission: SimulatedSubmission;
  status: Status;
  result: Result | null;
  allocation: Allocation;
  waiting: Pick<WaitingReason, "code" | "message"> | null;
  pendingMs: number;
  notBeforeMs: number;
  outcomes: Outcome[];
  runCount: number;
};

/** A run with its lease. */
export type ModelRun = {
  id: RunId;
  work_request_id: WorkRequestId;
  attempt: number;
  worker_name: WorkerName;
  allocation: Allocation;
  lease_token: string;
  leaseExpiresMs: number;
  state: "assigned" | "running" | "ended";
  outcome: Outcome | null;
  abortBy: string | null;
  assignedMs: number;
};

/** A worker as it last told of itself. */
export type ModelWorker = {
  name: WorkerName;
  self: WorkerSelf;
  lastSeenMs: number;
  isDraining: boolean;
  sequence: number;
};

/** What survives a kill. */
export type Database = {
  requests: Map<WorkRequestId, ModelRequest>;
  runs: Map<RunId, ModelRun>;
  workers: Map<WorkerName, ModelWorker>;
  submissions: Map<string, WorkRequestId>;
};

const LIMIT_SECONDS = 3_600;
const GIB = 1024 ** 3;

/** What the largest worker of any scenario has. */
export const LARGEST_MEMORY = 8 * GIB;

/** True when nothing happens to it any more. */
export function hasEnded({ status }: ModelRequest): boolean {
  return status === "completed" || status === "aborted";
}

/** What a request is given at first. */
export function allocationOf({ memory, cpu_count }: SimulatedSubmission): Allocation {
  return {
    memory: { amount: memory, source: "history" },
    disk_space: { amount: GIB, source: "default" },
    cpu_count: { amount: cpu_count, source: "history" },
    duration: { amount: LIMIT_SECONDS, source: "default" },
    tags: [],
  };
}

/** Where each amount came from. */
export function sourcesOf(allocation: Allocation): Record<Resource, AmountSource> {
  const { memory, disk_space, cpu_count, duration } = allocation;
  return {
    memory: memory.source,
    disk_space: disk_space.source,
    cpu_count: cpu_count.source,
    duration: duration.source,
  };
}

/** The request as the planner takes it. */
export function waitingOf(
  { id, allocation, submission, pendingMs }: ModelRequest,
  { policy }: Planner,
): WaitingRequest {
  const rank = rankOf({ id, priority: submission.priority, path: 0, pendingMs }, policy);
  return { id, task_name: "simulated", allocation, rank };
}

/** The run as the planner takes it. */
export function goingOf({ work_request_id, worker_name, allocation, assignedMs }: ModelRun): GoingRun {
  const { memory, disk_space, cpu_count, duration } = allocation;
  const amounts = { memory: memory.amount, disk_space: disk_space.amount, cpu_count: cpu_count.amount };
  return { id: work_request_id, worker_name, amounts, startedMs: assignedMs, limit: duration.amount };
}
