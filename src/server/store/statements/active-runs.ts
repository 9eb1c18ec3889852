import { sql } from "kysely";
import type { Timestamp } from "../../../domain/clock.ts";
import type { WorkerName, WorkRequestId } from "../../../domain/ids.ts";
import type { Capacity } from "../../../domain/worker.ts";
import type { RunLoad, WorkerLoad } from "../../../domain/worker-load.ts";
import type { Database } from "../engine.ts";
import type { GoingRow, RunFigures } from "../going-run-store.ts";
import type { HeldRun, LeasedRun } from "../store.ts";
import { RUN_COLUMNS } from "../tables.ts";

/** Stands as a literal, so that the partial indexes of active runs are seen to fit. */
export const IS_ACTIVE = sql<boolean>`state <> 'ended'`;

const LOAD_COLUMNS = [
  "reserved_memory",
  "reserved_disk_space",
  "reserved_cpu_count",
  "used_memory",
  "used_disk_space",
  "used_cpu_count",
] as const;

/** Runs with their leases. */
export function leasedRuns(db: Database) {
  return db.selectFrom("runs").select([...RUN_COLUMNS, "lease_token", "lease_expires_at"]);
}

/** One run with its lease. Served by the primary key. */
export function runById(db: Database, id: LeasedRun["id"]): Promise<LeasedRun | undefined> {
  return leasedRuns(db).where("id", "=", id).executeTakeFirst();
}

/** Runs that have not ended, oldest first, of one worker or of all. Served by the partial index `runs_active`. */
export function activeRuns(db: Database, worker: WorkerName | undefined): Promise<LeasedRun[]> {
  return leasedRuns(db)
    .where(IS_ACTIVE)
    .$if(worker !== undefined, (query) => query.where("worker_name", "=", worker!)) // just checked
    .orderBy("assigned_at")
    .orderBy("id")
    .execute();
}

/** As `activeRuns` of one worker, without what is large: read at every call of every worker. */
export function heldRuns(db: Database, worker: WorkerName): Promise<HeldRun[]> {
  return db
    .selectFrom("runs")
    .select(["id", "work_request_id", "worker_name", "state", "allocation", "abort_requested_by", "lease_token"])
    .where(IS_ACTIVE)
    .where("worker_name", "=", worker)
    .orderBy("assigned_at")
    .orderBy("id")
    .execute();
}

/**
 * What the active runs of each worker hold and use together; a worker without one is not in it. From columns that the database
 * makes of the documents of runs: of a farm with thousands of them, reading those took most of the time that a page of it took.
 * Served by the partial index `runs_active`.
 */
export async function workerLoads(db: Database): Promise<Map<WorkerName, WorkerLoad>> {
  const sum = (column: (typeof LOAD_COLUMNS)[number]) => sql<number>`coalesce(sum(${sql.ref(column)}), 0)`.as(column);
  const rows = await db
    .selectFrom("runs")
    .select(["worker_name", (eb) => eb.fn.countAll<number>().as("runs")])
    .select(LOAD_COLUMNS.map(sum))
    .where(IS_ACTIVE)
    .groupBy("worker_name")
    .execute();
  return new Map(rows.map(({ worker_name, runs, ...amounts }) => [worker_name, { runs, ...partsOf(amounts) }]));
}

/** What the active runs of one worker hold and use, each, oldest first. Served by the partial index `runs_active`. */
export async function runLoads(db: Database, worker: WorkerName): Promise<RunLoad[]> {
  const rows = await db
    .selectFrom("runs")
    .select(["work_request_id", "worker_name", ...LOAD_COLUMNS])
    .where(IS_ACTIVE)
    .where("worker_name", "=", worker)
    .orderBy("assigned_at")
    .orderBy("id")
    .execute();
  return rows.map(({ work_request_id, worker_name, ...amounts }) => ({
    work_request_id,
    worker_name,
    ...partsOf(amounts),
  }));
}

/** By resource. */
function partsOf<Used>(row: Record<`reserved_${keyof Capacity}`, number> & Record<`used_${keyof Capacity}`, Used>) {
  return {
    memory: { reserved: row.reserved_memory, used: row.used_memory },
    disk_space: { reserved: row.reserved_disk_space, used: row.used_disk_space },
    cpu_count: { reserved: row.reserved_cpu_count, used: row.used_cpu_count },
  };
}

/**
 * The requests whose runs have not ended, those submitted first. Served by the partial index `runs_active`: without statistics, SQLite
 * would sooner go through all runs in the order of their requests.
 */
export async function runningRequests(db: Database, limit: number): Promise<WorkRequestId[]> {
  const rows = await db
    .with(
      (cte) => cte("active").materialized(),
      (query) => query.selectFrom("runs").select("work_request_id").where(IS_ACTIVE),
    )
    .selectFrom("active")
    .select("work_request_id")
    .orderBy("work_request_id")
    .limit(limit)
    .execute();
  return rows.map(({ work_request_id }) => work_request_id);
}

const FIGURE_COLUMNS = [
  "id",
  "work_request_id",
  "worker_name",
  "used_memory",
  "used_disk_space",
  "raised_memory",
] as const satisfies readonly (keyof RunFigures)[];

/**
 * What the runs that have not ended, or those of them that are of these requests, have used so far; no curves. Served by the
 * partial index `runs_active`, or by that of their requests.
 */
export async function runFigures(db: Database, ids?: readonly WorkRequestId[]): Promise<RunFigures[]> {
  if (ids?.length === 0) return [];
  const all = db.selectFrom("runs").select(FIGURE_COLUMNS).where(IS_ACTIVE);
  return (ids === undefined ? all : all.where("work_request_id", "in", ids)).execute();
}

/** As `activeRuns`, without what is large and says nothing to planning. Served by the partial index `runs_active`. */
export function goingRuns(db: Database): Promise<GoingRow[]> {
  return db
    .selectFrom("runs")
    .select([...FIGURE_COLUMNS, "assigned_at", "allocation", "estimate"])
    .where(IS_ACTIVE)
    .orderBy("assigned_at")
    .orderBy("id")
    .execute();
}

/** Active runs whose lease was over at `now`. Served by the partial index `runs_lease`. */
export function expiredRuns(db: Database, now: Timestamp): Promise<LeasedRun[]> {
  return leasedRuns(db).where(IS_ACTIVE).where("lease_expires_at", "<=", now).orderBy("lease_expires_at").execute();
}
