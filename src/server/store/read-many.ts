import type { RunId, WorkRequestId } from "../../domain/ids.ts";
import type { Run } from "../../domain/run.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import type { Database, Engine } from "./engine.ts";
import { leasedRuns } from "./statements/active-runs.ts";
import type { LeasedRun, StoreReader } from "./store.ts";
import { RUN_COLUMNS } from "./tables.ts";
import { selectWorkRequests } from "./work-requests.ts";

/*
 * The store's reads of one record, for many at once: an answer for each that is asked for, in the same order.
 */

/** In the order of ids, so that locks are always taken in one order. Served by the primary key. */
export async function workRequestsByIds(
  db: Database,
  engine: Engine,
  ids: readonly WorkRequestId[],
  isLocking: boolean,
) {
  const query = selectWorkRequests(db, engine)
    .where(engine.isAnyOf("id", ids, "bigint"))
    .orderBy("id");
  const rows = await (isLocking ? engine.forUpdate(query) : query).execute();
  const byId = new Map<WorkRequestId, WorkRequest>(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

/** The newest of each key. Served by the index `submissions_key`, and by `work_requests_submission`. */
export async function submissionsByKeys(
  db: Database,
  engine: Engine,
  keys: readonly string[],
): Promise<Awaited<ReturnType<StoreReader["submission"]>>[]> {
  const rows = await db
    .selectFrom("submissions")
    .select(["id", "submission_key", "body_hash"])
    .where(engine.isAnyOf("submission_key", keys, "text"))
    .orderBy("id")
    .execute();
  if (rows.length === 0) return keys.map(() => undefined);
  const requests = await db
    .selectFrom("work_requests")
    .select(["id", "submission_id"])
    .where(
      engine.isAnyOf(
        "submission_id",
        rows.map(({ id }) => id),
        "bigint",
      ),
    )
    .where("workflow_id", "is", null)
    .orderBy("id")
    .execute();
  const byKey = new Map(rows.map((row) => [row.submission_key, row])); // the last of a key stays
  return keys.map((key) => {
    const row = byKey.get(key);
    if (row === undefined) return undefined;
    const ids = requests.filter(({ submission_id }) => submission_id === row.id).map(({ id }) => id);
    return { body_hash: row.body_hash, ids };
  });
}

/** Served by the primary key. */
export async function runsByIds(
  db: Database,
  engine: Engine,
  ids: readonly RunId[],
): Promise<(LeasedRun | undefined)[]> {
  const rows = await leasedRuns(db)
    .where(engine.isAnyOf("id", ids, "text"))
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

/** Served by the unique index on request and attempt. */
export async function runsOfRequests(db: Database, engine: Engine, ids: readonly WorkRequestId[]): Promise<Run[][]> {
  const rows = await db
    .selectFrom("runs")
    .select(RUN_COLUMNS)
    .where(engine.isAnyOf("work_request_id", ids, "bigint"))
    .orderBy("attempt")
    .execute();
  const byRequest = Map.groupBy(rows, (row) => row.work_request_id);
  return ids.map((id) => byRequest.get(id) ?? []);
}

/** Served by `work_request_dependents`; most requests have none. */
export async function dependentsOfRequests(
  db: Database,
  engine: Engine,
  ids: readonly WorkRequestId[],
): Promise<WorkRequest[][]> {
  const pairs = await db
    .selectFrom("work_request_dependencies")
    .select(["depends_on", "work_request_id"])
    .where(engine.isAnyOf("depends_on", ids, "bigint"))
    .orderBy("work_request_id")
    .execute();
  if (pairs.length === 0) return ids.map(() => []);
  const dependents = await workRequestsByIds(
    db,
    engine,
    [...new Set(pairs.map((pair) => pair.work_request_id))],
    false,
  );
  const byId = new Map(dependents.map((dependent) => [dependent?.id, dependent]));
  const byDependency = Map.groupBy(pairs, (pair) => pair.depends_on);
  return ids.map((id) =>
    (byDependency.get(id) ?? []).flatMap((pair) => {
      const dependent = byId.get(pair.work_request_id);
      return dependent === undefined ? [] : [dependent];
    }),
  );
}
