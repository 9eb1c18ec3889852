import { sql } from "kysely";
import type { Timestamp } from "../../../domain/clock.ts";
import type { RunId, WorkRequestId } from "../../../domain/ids.ts";
import type { Run } from "../../../domain/run.ts";
import type { WorkRequest } from "../../../domain/work-request.ts";
import { postgresEngine, type Database } from "../engine.ts";
import { historyEntryOf } from "../history-records.ts";
import { leasedRuns } from "../statements/active-runs.ts";
import type { JudgedKey, JudgedRun, LeasedRun, StoreReader } from "../store.ts";
import { JUDGED_COLUMNS, RUN_COLUMNS } from "../tables.ts";
import { selectWorkRequests } from "../work-requests.ts";
import { anyOf, givenRows, type ColumnTypes } from "./many-rows.ts";

/*
 * The store's reads of one record, for many at once: an answer for each that is asked for, in the same order.
 */

/** In the order of ids, so that locks are always taken in one order. Served by the primary key. */
export async function workRequestsByIds(db: Database, ids: readonly WorkRequestId[], isLocking: boolean) {
  const query = selectWorkRequests(db, postgresEngine)
    .where(sql<boolean>`id = ${anyOf(ids, "bigint")}`)
    .orderBy("id");
  const rows = await (isLocking ? postgresEngine.forUpdate(query) : query).execute();
  const byId = new Map<WorkRequestId, WorkRequest>(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

/** The newest of each key. Served by the index `submissions_key`, and by `work_requests_submission`. */
export async function submissionsByKeys(
  db: Database,
  keys: readonly string[],
): Promise<Awaited<ReturnType<StoreReader["submission"]>>[]> {
  const rows = await db
    .selectFrom("submissions")
    .select(["id", "submission_key", "body_hash"])
    .where(sql<boolean>`submission_key = ${anyOf(keys, "text")}`)
    .orderBy("id")
    .execute();
  if (rows.length === 0) return keys.map(() => undefined);
  const requests = await db
    .selectFrom("work_requests")
    .select(["id", "submission_id"])
    .where(
      sql<boolean>`submission_id = ${anyOf(
        rows.map(({ id }) => id),
        "bigint",
      )}`,
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
export async function runsByIds(db: Database, ids: readonly RunId[]): Promise<(LeasedRun | undefined)[]> {
  const rows = await leasedRuns(db)
    .where(sql<boolean>`id = ${anyOf(ids, "text")}`)
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

/** Served by the unique index on request and attempt. */
export async function runsOfRequests(db: Database, ids: readonly WorkRequestId[]): Promise<Run[][]> {
  const rows = await db
    .selectFrom("runs")
    .select(RUN_COLUMNS)
    .where(sql<boolean>`work_request_id = ${anyOf(ids, "bigint")}`)
    .orderBy("attempt")
    .execute();
  const byRequest = Map.groupBy(rows, (row) => row.work_request_id);
  return ids.map((id) => byRequest.get(id) ?? []);
}

/** Served by `work_request_dependents`; most requests have none. */
export async function dependentsOfRequests(db: Database, ids: readonly WorkRequestId[]): Promise<WorkRequest[][]> {
  const pairs = await db
    .selectFrom("work_request_dependencies")
    .select(["depends_on", "work_request_id"])
    .where(sql<boolean>`depends_on = ${anyOf(ids, "bigint")}`)
    .orderBy("work_request_id")
    .execute();
  if (pairs.length === 0) return ids.map(() => []);
  const dependents = await workRequestsByIds(db, [...new Set(pairs.map((pair) => pair.work_request_id))], false);
  const byId = new Map(dependents.map((dependent) => [dependent?.id, dependent]));
  const byDependency = Map.groupBy(pairs, (pair) => pair.depends_on);
  return ids.map((id) =>
    (byDependency.get(id) ?? []).flatMap((pair) => {
      const dependent = byId.get(pair.work_request_id);
      return dependent === undefined ? [] : [dependent];
    }),
  );
}

/** What `judgedRuns` of the reader is asked. */
export type JudgedQuery = { key: JudgedKey; limit: number };

/** As in `judged-runs.ts`: a statement for all that name the same parts of a key. Served by the same indexes. */
export async function judgedRunsOfKeys(
  db: Database,
  types: ColumnTypes,
  calls: readonly JudgedQuery[],
): Promise<JudgedRun[][]> {
  const found = calls.map((): JudgedRun[] => []);
  const alike = Map.groupBy(calls.entries(), ([, { key, limit }]) => `${Object.keys(key).toSorted().join()} ${limit}`);
  await Promise.all([...alike.values()].map((group) => judgedRunsAlike(db, types, group, found)));
  return found;
}

/** Puts what each call asks for into its place of `found`. */
async function judgedRunsAlike(
  db: Database,
  types: ColumnTypes,
  calls: readonly [number, JudgedQuery][],
  found: JudgedRun[][],
): Promise<void> {
  const [, { key, limit }] = calls[0]!; // a group has some
  const parts = Object.keys(key);
  // the place of the call travels in the column `id`
  const values = calls.map(([place, call]) => ({ ...call.key, id: place }));
  const given = givenRows({ table: "history", columns: ["id", ...parts], values }, types);
  const isOf = parts.map((part) => sql`history.${sql.ref(part)} = given.${sql.ref(part)}`);
  const columns = sql.join(JUDGED_COLUMNS.map((column) => sql.ref(column)));
  const { rows } = await sql<JudgedRun & { place: number; completed_at: Timestamp }>`
    select given.id as place, newest.* from ${given} cross join lateral (
      select ${columns}, completed_at from history where ${sql.join(isOf, sql` and `)} and trusted = true
      order by completed_at desc, id desc limit ${limit}) as newest
    order by newest.completed_at, newest.id`.execute(db);
  for (const { place, completed_at: _, ...row } of rows) found[place]!.push(historyEntryOf(row)); // a place of the calls
}
