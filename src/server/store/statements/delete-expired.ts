import { sql } from "kysely";
import { epochMs, timestamp, type Timestamp } from "../../../domain/clock.ts";
import type { RunId } from "../../../domain/ids.ts";
import { endUses } from "../artifacts.ts";
import type { Database, Engine } from "../engine.ts";

/** How long a submission key is remembered after its requests are gone. */
const SUBMISSION_MEMORY_MS = 24 * 3_600_000;

/**
 * Ended requests whose time has come, longest over first; one that an unfinished request depends on is left
 * until that has ended, and so is one of a workflow that goes on, which knows by them what there is already. Served by the partial index `work_requests_expiry`.
 */
export function expiredRequestIds(db: Database, now: Timestamp, limit: number) {
  return db
    .selectFrom("work_requests")
    .select("id")
    .where("expires_at", "<=", now)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("work_request_dependencies as dependency")
            .innerJoin("work_requests as dependent", "dependent.id", "dependency.work_request_id")
            .select(sql`1`.as("one"))
            .whereRef("dependency.depends_on", "=", "work_requests.id")
            .where("dependent.status", "in", ["blocked", "pending", "running"]),
        ),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("work_requests as workflow")
            .select(sql`1`.as("one"))
            .whereRef("workflow.id", "=", "work_requests.workflow_id")
            .where("workflow.status", "in", ["blocked", "pending", "running"]),
        ),
      ),
    )
    .orderBy("expires_at")
    .limit(limit);
}

/** Deletes expired requests with their runs, dependencies and events; gives the runs' ids, for their files. */
export async function deleteExpired(db: Database, engine: Engine, now: Timestamp, limit: number): Promise<RunId[]> {
  await forgetSubmissions(db, now);
  const rows = await engine.forUpdate(expiredRequestIds(db, now, limit)).execute();
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const runs = await db.deleteFrom("runs").where("work_request_id", "in", ids).returning("id").execute();
  await db.deleteFrom("events").where("work_request_id", "in", ids).execute();
  await endUses(db, ids, now);
  const deleted = await db.deleteFrom("work_requests").where("id", "in", ids).returning("submission_id").execute();
  await markOrphans(db, now, deleted);
  return runs.map(({ id }) => id);
}

/** Served by the partial index `submissions_orphaned`. */
async function forgetSubmissions(db: Database, now: Timestamp): Promise<void> {
  const before = timestamp(epochMs(now) - SUBMISSION_MEMORY_MS);
  await db.deleteFrom("submissions").where("orphaned_at", "<", before).execute();
}

/** Served by the primary key, and by `work_requests_submission`. */
async function markOrphans(
  db: Database,
  now: Timestamp,
  deleted: readonly { submission_id: number | null }[],
): Promise<void> {
  const ids = [...new Set(deleted.map(({ submission_id }) => submission_id).filter((id) => id !== null))];
  if (ids.length === 0) return;
  const remaining = db
    .selectFrom("work_requests")
    .select((eb) => eb.ref("submission_id").$notNull().as("submission_id"))
    .where("submission_id", "in", ids);
  await db
    .updateTable("submissions")
    .set({ orphaned_at: now })
    .where("id", "in", ids)
    .where("id", "not in", remaining)
    .execute();
}
