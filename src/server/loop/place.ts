import { randomBytes } from "node:crypto";
import { epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import { runId, type WorkerName } from "../../domain/ids.ts";
import type { Placement } from "../../domain/run.ts";
import type { Capacity } from "../../domain/worker.ts";
import { ROOM_RESOURCES, type PlanWorker } from "../../schedule/fit.ts";
import { plan, type Plan, type PlanRequest } from "../../schedule/plan.ts";
import type { LeasedRun, PendingRequest, StoreReader, WorkerRow } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { workerOf } from "./workers.ts";

/** How many pending requests one round of planning looks at. */
const PLAN_BATCH = 1_000;

/** Plans once from what is in the database, and writes down what was decided. */
export async function planOnce(context: LoopContext): Promise<void> {
  const { read } = context.store;
  const now = await read.now();
  const pending = await read.pending(now, PLAN_BATCH);
  if (pending.length === 0) return;
  const workers = await planWorkers(read, now, context.settings.leaseMs);
  const decided = plan({ workers, pending: pending.flatMap((request) => planRequest(request)) }, now);
  const byId = new Map(pending.map((request) => [request.id, request]));
  // the plan names only requests that it was given; together, so that their commits are one
  await Promise.all(decided.assignments.map(({ id, placement }) => place(context, byId.get(id)!, placement)));
  await recordReasons(context, decided.waiting, byId, now);
}

/** The workers as planning sees them, with what their runs have reserved. */
export async function planWorkers(read: StoreReader, now: Timestamp, leaseMs: number): Promise<PlanWorker[]> {
  const runs = Map.groupBy(await read.activeRuns(), (run) => run.worker_name);
  return (await read.workers()).map((row) => planWorker(row, runs.get(row.worker_name) ?? [], now, leaseMs));
}

function planWorker(row: WorkerRow, runs: readonly LeasedRun[], now: Timestamp, leaseMs: number): PlanWorker {
  const { worker_name, state, capacity, tags, tasks } = workerOf(row, now, leaseMs);
  const reserved: Capacity = { memory: 0, disk_space: 0, cpu_count: 0 };
  for (const run of runs) {
    for (const resource of ROOM_RESOURCES) reserved[resource] += reservedBy(run, resource);
  }
  const inUse = (figure: "memory" | "disk_space") =>
    runs.reduce((sum, run) => sum + (run.runtime_statistics[figure] ?? 0), 0);
  return {
    worker_name,
    state,
    capacity,
    tags,
    tasks,
    reserved,
    run_count: runs.length,
    usable: {
      ...(row.available_memory !== null && { memory: row.available_memory + inUse("memory") }),
      ...(row.available_disk_space !== null && { disk_space: row.available_disk_space + inUse("disk_space") }),
    },
  };
}

/** What a run has of its worker: its allocation, and the memory that the worker gave it beyond that. */
function reservedBy(run: LeasedRun, resource: (typeof ROOM_RESOURCES)[number]): number {
  const { amount } = run.allocation[resource];
  const raised = resource === "memory" ? (run.measurement?.memory_raises?.at(-1)?.to ?? 0) : 0;
  return Math.max(amount, raised);
}

function planRequest(request: PendingRequest): PlanRequest[] {
  const { id, task_name, allocation } = request;
  return allocation === null ? [] : [{ id, task_name, allocation }];
}

/** Makes the run of a placed request, if the request still waits. */
async function place(context: LoopContext, request: PendingRequest, placement: Placement): Promise<void> {
  const { store, settings } = context;
  await store.transaction(async (tx) => {
    const current = await tx.lockWorkRequest(request.id);
    if (current?.status !== "pending" || current.allocation === null) return; // ended, or to be prepared anew
    const attempt = current.run_count + 1;
    const worker = await tx.worker(placement.worker_name);
    const run_id = runId(request.id, attempt);
    await tx.insertRun({
      id: run_id,
      work_request_id: request.id,
      attempt,
      estimate: current.estimate ?? {},
      placement,
      worker_name: placement.worker_name,
      cpu_model: worker?.cpu_model ?? null,
      allocation: current.allocation,
      lease_token: newLeaseToken(),
      lease_expires_at: timestamp(epochMs(await tx.now()) + settings.leaseMs),
    });
    await tx.updateWorkRequest(request.id, {
      status: "running",
      worker_name: placement.worker_name,
      run_count: attempt,
      waiting: null,
      not_before: null,
    });
    await tx.appendEvents([placedEvent(request, run_id, placement)]);
  });
}

/** A new lease's token: long, random, and worth nothing once the run has ended. */
function newLeaseToken(): string {
  return randomBytes(16).toString("base64url");
}

function placedEvent(request: PendingRequest, run_id: ReturnType<typeof runId>, placement: Placement) {
  const worker_name: WorkerName = placement.worker_name;
  return { kind: "placed" as const, work_request_id: request.id, run_id, worker_name, data: { rule: placement.rule } };
}

/** Writes down why requests wait, where that has changed; all in one transaction, for it is only for people. */
async function recordReasons(
  context: LoopContext,
  waiting: Plan["waiting"],
  byId: ReadonlyMap<PendingRequest["id"], PendingRequest>,
  now: Timestamp,
): Promise<void> {
  const changed = waiting.filter(({ id, reason }) => {
    const known = byId.get(id)?.waiting;
    return known?.code !== reason.code || known.message !== reason.message;
  });
  if (changed.length === 0) return;
  await context.store.transaction(async (tx) => {
    for (const { id, reason } of changed) {
      const known = byId.get(id)?.waiting;
      const since = known?.code === reason.code ? known.since : now;
      const current = await tx.lockWorkRequest(id);
      if (current?.status !== "pending") continue;
      await tx.updateWorkRequest(id, { waiting: { ...reason, since } });
      // the record keeps the kinds of reasons over time, not each change of a number in them
      if (known?.code !== reason.code) {
        await tx.appendEvents([{ kind: "waiting", work_request_id: id, data: { ...reason } }]);
      }
    }
  });
}
