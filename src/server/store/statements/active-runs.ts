import { sql } from "kysely";
import type { Timestamp } from "../../../domain/clock.ts";
import type { WorkerName } from "../../../domain/ids.ts";
import type { Capacity } from "../../../domain/worker.ts";
import type { Database } from "../engine.ts";
import type { ActiveLoad, HeldRun, LeasedRun, RunFigures } from "../store.ts";
import { RUN_COLUMNS } from "../tables.ts";

/** Stands as a literal, so that the partial indexes of active runs are seen to fit. */
export const IS_ACTIVE = sql<boolean>`state <> 'ended'`;

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
 * What all active runs hold and use, as numbers: of a farm with thousands of them, reading their records took most of
 * the time that a page of it took.
 */
export async function activeLoads(db: Database): Promise<ActiveLoad[]> {
  const reserved = (resource: keyof Capacity) =>
    sql<number>`cast(allocation -> ${sql.lit(resource)} ->> 'amount' as double precision)`;
  const so_far = (figure: "memory" | "disk_space" | "cpu_time" | "duration") =>
    sql<number | null>`cast(runtime_statistics ->> ${sql.lit(figure)} as double precision)`;
  const rows = await db
    .selectFrom("runs")
    .select(["id", "work_request_id", "worker_name"])
    .select([
      reserved("memory").as("memory"),
      reserved("disk_space").as("disk_space"),
      reserved("cpu_count").as("cpu_count"),
      so_far("memory").as("used_memory"),
      so_far("disk_space").as("used_disk_space"),
      sql<number | null>`${so_far("cpu_time")} / nullif(${so_far("duration")}, 0)`.as("used_cpu_count"),
    ])
    .where(IS_ACTIVE)
    .execute();
  return rows.map(({ id, work_request_id, worker_name, ...amounts }) => ({
    id,
    work_request_id,
    worker_name,
    memory: { reserved: amounts.memory, used: amounts.used_memory },
    disk_space: { reserved: amounts.disk_space, used: amounts.used_disk_space },
    cpu_count: { reserved: amounts.cpu_count, used: amounts.used_cpu_count },
  }));
}

/** What the runs that have not ended have used so far. Served by the partial index `runs_active`. */
export function runFigures(db: Database): Promise<RunFigures[]> {
  return db
    .selectFrom("runs")
    .select(["id", "work_request_id", "worker_name", "runtime_statistics", "measurement"])
    .where(IS_ACTIVE)
    .execute();
}

/** Active runs whose lease was over at `now`. Served by the partial index `runs_lease`. */
export function expiredRuns(db: Database, now: Timestamp): Promise<LeasedRun[]> {
  return leasedRuns(db).where(IS_ACTIVE).where("lease_expires_at", "<=", now).orderBy("lease_expires_at").execute();
}
