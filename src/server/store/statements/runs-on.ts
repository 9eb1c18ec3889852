import type { Timestamp } from "../../../domain/clock.ts";
import type { WorkerName } from "../../../domain/ids.ts";
import type { Database } from "../engine.ts";
import type { RunOnWorker } from "../store.ts";

/**
 * The runs of a worker's newest requests, newest first, as far as they touch a span of time. Served by `runs_by_worker`,
 * from which it reads backwards until it has enough: an index by time would cost every placement a write.
 */
export function runsOn(
  db: Database,
  worker: WorkerName,
  { since, until }: { since?: Timestamp | undefined; until?: Timestamp | undefined },
  limit: number,
): Promise<RunOnWorker[]> {
  return db
    .selectFrom("runs")
    .innerJoin("work_requests", "work_requests.id", "runs.work_request_id")
    .select([
      "runs.id",
      "runs.work_request_id",
      "runs.attempt",
      "runs.allocation",
      "runs.assigned_at",
      "runs.started_at",
      "runs.ended_at",
      "runs.outcome",
      "runs.runtime_statistics",
      "work_requests.task_name",
      "work_requests.subject",
      "work_requests.context",
    ])
    .where("runs.worker_name", "=", worker)
    .$if(until !== undefined, (query) => query.where("runs.assigned_at", "<=", until!)) // just checked
    .$if(
      since !== undefined,
      (query) => query.where((eb) => eb.or([eb("runs.ended_at", "is", null), eb("runs.ended_at", ">=", since!)])), // just checked
    )
    .orderBy("runs.work_request_id", "desc")
    .limit(limit)
    .execute();
}
