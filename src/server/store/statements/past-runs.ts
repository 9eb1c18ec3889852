import type { RunId } from "../../../domain/ids.ts";
import type { Curve } from "../../../domain/runtime-statistics.ts";
import type { Database, Engine } from "../engine.ts";
import type { PredictedRun } from "../past-run-store.ts";

/**
 * Of runs that are there still, by their ids, what was predicted and asked for. Served by the primary keys of runs and
 * requests.
 */
export function predictedRuns(db: Database, engine: Engine, ids: readonly RunId[]): Promise<readonly PredictedRun[]> {
  return db
    .selectFrom("runs")
    .innerJoin("work_requests", "work_requests.id", "runs.work_request_id")
    .select(["runs.id", "runs.estimate", "work_requests.requirements"])
    .where(engine.isAnyOf("runs.id", ids, "text"))
    .execute();
}

/** The curves of runs that are there still and left one, in no order. Served by the primary key. */
export async function runCurves(db: Database, engine: Engine, ids: readonly RunId[]): Promise<Curve[]> {
  const rows = await db
    .selectFrom("runs")
    .select("measurement")
    .where(engine.isAnyOf("id", ids, "text"))
    .execute();
  return rows.flatMap(({ measurement }) => measurement?.curve ?? []);
}
