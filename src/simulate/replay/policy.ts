import type { Allocation } from "../../domain/allocation.ts";
import type { WorkRequestId, WorkerName } from "../../domain/ids.ts";
import type { FleetWorker } from "../../schedule/fleet/worker-slot.ts";
import type { Planner, WaitingRequest } from "../../schedule/planner.ts";
import { DEFAULT_POLICY } from "../../schedule/policy.ts";
import { rankOf } from "../../schedule/rank.ts";
import type { TraceTask } from "../trace/trace.ts";
import type { Given, MachineSpec, RunEnd } from "./machine.ts";

/** What a replay needs of a scheduler. */
export type Scheduler = Pick<
  Planner,
  "setWorker" | "addRequest" | "removeRequest" | "endRun" | "changeRun" | "decide" | "wakeAtMs"
>;

/** A way to size requests and to schedule them. */
export type ReplayPolicy = {
  readonly name: string;
  readonly scheduler: Scheduler;
  /** Workers raise memory limits while they have memory that nobody reserved. */
  readonly isElastic: boolean;
  submit(task: TraceTask): void;
  /** What a request that is placed now is given. */
  given(task: TraceTask, nowMs: number): Given;
  /** Takes in the end of a run: `again` when the request was put into the scheduler anew. */
  ended(task: TraceTask, end: RunEnd, nowMs: number): "done" | "again" | "given_up";
};

/** A machine as the scheduler knows it. */
export function fleetWorker(machine: MachineSpec, slowness: number): FleetWorker {
  return {
    worker_name: machine.name as WorkerName, // a trace's machine has a name of that form
    state: "online",
    capacity: machine.capacity,
    tags: machine.tags,
    tasks: { allow: [], deny: [] },
    slowness,
  };
}

/** Traces have no disk: every request needs the same little of it. */
const DISK = 2 ** 20;

/** A request for the scheduler, with these amounts; in the order of submission. */
export function requestOf(task: TraceTask, given: Given, p95: number | undefined): WaitingRequest {
  return {
    id: task.id as WorkRequestId, // numbered from 1
    task_name: task.key.task_name,
    allocation: allocationOf(given),
    rank: rankOf({ id: task.id, priority: 0, path: 0, pendingMs: task.submitMs }, DEFAULT_POLICY),
    ...(p95 !== undefined && { p95 }),
  };
}

function allocationOf({ memory, cpus, limit }: Given): Allocation {
  return {
    memory: { amount: memory, source: "history" },
    disk_space: { amount: DISK, source: "history" },
    cpu_count: { amount: cpus, source: "history" },
    duration: { amount: limit, source: "history" },
    tags: [],
  };
}
