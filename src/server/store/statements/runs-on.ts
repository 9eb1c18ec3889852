import type { Timestamp } from "../../../domain/clock.ts";
import type { WorkerName } from "../../../domain/ids.ts";
import type { Outcome } from "../../../domain/outcome.ts";
import type { Database } from "../engine.ts";
import type { RunOnWorker } from "../store.ts";

type Span = { since?: Timestamp | undefined; until?: Timestamp | undefined };

/**
 * The runs of a worker's newest requests, newest first, as far as they touch a span of time. Served by `runs_by_worker`,
 * from which it reads backwards until it has enough: an index by time would cost every placement a write.
 */
function runsIn(db: Database, worker: WorkerName, { since, until }: Span, limit: number) {
  return db
    .selectFrom("runs")
    .where("runs.worker_name", "=", worker)
    .$if(until !== undefined, (query) => query.where("runs.assigned_at", "<=", until!)) // just checked
    .$if(
      since !== undefined,
      (query) => query.where((eb) => eb.or([eb("runs.ended_at", "is", null), eb("runs.ended_at", ">=", since!)])), // just checked
    )
    .orderBy("runs.work_request_id", "desc")
    .limit(limit);
}

/** These runs, with what they are of. */
export function runsOn(db: Database, worker: WorkerName, span: Span, limit: number): Promise<RunOnWorker[]> {
  return runsIn(db, worker, span, limit)
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
    .execute();
}

/** How these runs ended; null: they go on. What they were given and used is ten times as much to read. */
export async function outcomesOn(
  db: Database,
  worker: WorkerName,
  span: Span,
  limit: number,
): Promise<(Outcome | null)[]> {
  const rows = await runsIn(db, worker, span, limit).select("runs.outcome").execute();
  return rows.map(({ outcome }) => outcome);
}
