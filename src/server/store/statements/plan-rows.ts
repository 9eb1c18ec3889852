import type { WorkRequestId } from "../../../domain/ids.ts";
import { chunksOf } from "../chunks.ts";
import type { Database } from "../engine.ts";
import type { PlanRow } from "../store.ts";

/** As many ids in one statement. */
const CHUNK = 1000;

/** What planning knows of these requests, whatever has become of them. Served by the primary key. */
export async function planRows(db: Database, ids: readonly WorkRequestId[]): Promise<PlanRow[]> {
  const rows: PlanRow[] = [];
  for (const chunk of chunksOf(ids, CHUNK)) rows.push(...(await selectPlanRows(db).where("id", "in", chunk).execute()));
  return rows;
}

/**
 * All that is pending, page by page in the order of ids: what a server that begins to lead reads. Served by the index
 * `work_requests_by_status`, and so written as an equality on purpose (see `is-pending.ts`).
 */
export function pendingAfter(db: Database, after: number, limit: number): Promise<PlanRow[]> {
  return selectPlanRows(db)
    .where("status", "=", "pending")
    .where("id", ">", after as WorkRequestId) // 0 is before all of them
    .orderBy("id")
    .limit(limit)
    .execute();
}

function selectPlanRows(db: Database) {
  return db
    .selectFrom("work_requests")
    .select(["id", "status", "task_type", "task_name", "allocation", "priority_base", "priority_adjustment"])
    .select(["created_by", "run_count", "not_before", "first_pending_at", "remaining_path"])
    .select(["duration_p50", "duration_p95", "submission_id", "max_share", "avoid_workers"]);
}
