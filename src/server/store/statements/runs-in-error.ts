import { sql } from "kysely";
import type { Timestamp } from "../../../domain/clock.ts";
import type { WorkerName } from "../../../domain/ids.ts";
import type { Database } from "../engine.ts";

/** As the partial index has it: the outcomes whose result is an error. */
const IS_IN_ERROR = sql<boolean>`outcome ->> 'kind' in ('start_failed', 'worker_lost')`;

/**
 * How many runs of each worker have ended in error since then; of workers without one nothing. Served by `runs_in_error`, which
 * holds only such runs: an index of all by their end would cost the end of every run a write. They are found before they are counted:
 * of one statement that does both, SQLite reads all runs in the order of their workers.
 */
export async function runsInErrorSince(db: Database, since: Timestamp): Promise<Map<WorkerName, number>> {
  const rows = await db
    .with(
      (cte) => cte("in_error").materialized(),
      (query) => query.selectFrom("runs").select("worker_name").where(IS_IN_ERROR).where("ended_at", ">=", since),
    )
    .selectFrom("in_error")
    .select(["worker_name", (eb) => eb.fn.countAll<number>().as("count")])
    .groupBy("worker_name")
    .execute();
  return new Map(rows.map(({ worker_name, count }) => [worker_name, count]));
}
