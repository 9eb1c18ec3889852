import { epochMs, type Timestamp } from "../../../domain/clock.ts";
import type { Capacity } from "../../../domain/worker.ts";
import type { Allocation } from "../../../domain/allocation.ts";
import type { FleetWorker } from "../../../schedule/fleet/worker-slot.ts";
import type { GoingRun, WaitingRequest } from "../../../schedule/planner.ts";
import type { PlanPolicy } from "../../../schedule/policy.ts";
import { rankOf } from "../../../schedule/rank.ts";
import type { Share } from "../../../schedule/shares.ts";
import type { GoingRow, PlanRow, RunFigures, WorkerRow } from "../../store/store.ts";
import { workerOf } from "../workers.ts";
import type { Speeds } from "./speeds.ts";

/*
 * What is stored, as planning reads it.
 */

/** A pending request whose needs are known. */
export type PreparedRow = PlanRow & { allocation: Allocation };

export function isPrepared(row: PlanRow): row is PreparedRow {
  return row.status === "pending" && row.allocation !== null;
}

/** The bounded shares of tokens, by the tokens' names. */
export type TokenShares = ReadonlyMap<string, number>;

/** A request that waits. */
export function waitingRequest(row: PreparedRow, shares: TokenShares, policy: PlanPolicy): WaitingRequest {
  const { id, task_name, allocation, first_pending_at, remaining_path } = row;
  const priority = row.priority_base + row.priority_adjustment;
  const pendingMs = first_pending_at === null ? 0 : epochMs(first_pending_at);
  return {
    id,
    task_name,
    allocation,
    rank: rankOf({ id, priority, path: remaining_path, pendingMs }, policy),
    ...(row.duration_p95 !== null && { p95: row.duration_p95 }),
    ...sharesOf(row, shares),
    ...probeKey(row, allocation),
    ...(row.avoid_workers !== null && { avoid: row.avoid_workers }),
  };
}

/** A run that goes on, of the request in the row. */
export function goingRun(run: GoingRow, row: PlanRow, shares: TokenShares): GoingRun {
  const p95 = run.estimate.duration?.p95;
  return {
    id: run.work_request_id,
    worker_name: run.worker_name,
    amounts: amountsOf(run),
    startedMs: epochMs(run.assigned_at),
    limit: run.allocation.duration.amount,
    ...(p95 !== undefined && { p95 }),
    ...sharesOf(row, shares),
    ...probeKey(row, run.allocation),
  };
}

/** What a run has of its worker: its allocation, and the memory that the worker gave it beyond that. */
function amountsOf({ allocation, raised_memory }: Pick<GoingRow, "allocation" | "raised_memory">): Capacity {
  const { memory, disk_space, cpu_count } = allocation;
  return {
    memory: Math.max(memory.amount, raised_memory ?? 0),
    disk_space: disk_space.amount,
    cpu_count: cpu_count.amount,
  };
}

/** The owners of a request whose share is bounded: the token that submitted it, and its submission. */
function sharesOf({ created_by, submission_id, max_share }: PlanRow, shares: TokenShares): { shares?: Share[] } {
  const ofToken = shares.get(created_by);
  const bounded: Share[] = [];
  if (ofToken !== undefined) bounded.push({ key: `token ${created_by}`, max_share: ofToken });
  if (max_share !== null) bounded.push({ key: `submission ${submission_id ?? 0}`, max_share });
  return bounded.length === 0 ? {} : { shares: bounded };
}

/** The history that the request would be sized by, if there were one and nobody had asked for an amount. */
function probeKey({ task_type, task_name }: PlanRow, allocation: Allocation): { probe_key?: string } {
  return allocation.memory.source === "default" ? { probe_key: `${task_type} ${task_name}` } : {};
}

/** A worker, with the figures of its runs, and how slow it is. */
export function fleetWorker(
  row: WorkerRow,
  runs: readonly RunFigures[],
  speeds: Speeds,
  now: Timestamp,
  leaseMs: number,
): FleetWorker {
  const { worker_name, state, capacity, tags, tasks } = workerOf(row, now, leaseMs);
  const inUse = (figure: "used_memory" | "used_disk_space") => runs.reduce((sum, run) => sum + (run[figure] ?? 0), 0);
  return {
    worker_name,
    state,
    capacity,
    tags,
    tasks,
    slowness: speeds.of(row)?.factor ?? 1,
    usable: {
      ...(row.available_memory !== null && { memory: row.available_memory + inUse("used_memory") }),
      ...(row.available_disk_space !== null && { disk_space: row.available_disk_space + inUse("used_disk_space") }),
    },
  };
}
