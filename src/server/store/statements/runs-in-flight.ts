import { sql } from "kysely";
import type { Database } from "../engine.ts";
import type { RunInFlight, StoreReader } from "../store.ts";

/** Of a running request. Stands as a literal, and in this form, for the reasons of `is-pending.ts`. */
export const IS_RUNNING = sql<boolean>`not (work_requests.status <> 'running')`;

/**
 * The started runs of a task that still go on, those of the oldest requests first, at most `limit`. Served by the
 * partial index `work_requests_running` and, for each request, the unique index of its runs: it reads what it gives,
 * and what is placed but not started, however many runs there are.
 */
export function runsInFlight(
  db: Database,
  { task_type, task_name }: Parameters<StoreReader["runsInFlight"]>[0],
  limit: number,
): Promise<RunInFlight[]> {
  return db
    .selectFrom("work_requests")
    .innerJoin("runs", (join) =>
      join.onRef("runs.work_request_id", "=", "work_requests.id").onRef("runs.attempt", "=", "work_requests.run_count"),
    )
    .select(["work_requests.subject", "work_requests.context", "work_requests.input_size"])
    .select(["runs.started_at", "runs.cpu_model", "runs.worker_name"])
    .where(IS_RUNNING)
    .where("work_requests.task_type", "=", task_type)
    .where("work_requests.task_name", "=", task_name)
    .where("runs.started_at", "is not", null)
    .$narrowType<{ started_at: string }>()
    .orderBy("work_requests.id")
    .limit(limit)
    .execute();
}
