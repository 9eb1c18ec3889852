import { sql } from "kysely";
import type { WorkRequestId } from "../../../domain/ids.ts";
import { postgresEngine, type Database } from "../engine.ts";
import type { NewEvent } from "../events.ts";
import { nothingYet } from "../runs.ts";
import { givenColumns, insertReferences, isKept, type Submission } from "../statements/insert-work-requests.ts";
import type { NewHistoryEntry, NewRun, NewWorkRequest } from "../store.ts";
import { HISTORY_COLUMNS } from "../tables.ts";
import { givenRows, type ColumnTypes, type Rows } from "./many-rows.ts";

/** One submission with its requests. */
export type Submitted = { requests: readonly NewWorkRequest[]; submission: Submission };

/** As in `insert-work-requests.ts`, for several submissions. */
export async function insertSubmitted(
  db: Database,
  types: ColumnTypes,
  calls: readonly Submitted[],
): Promise<WorkRequestId[][]> {
  const submissionIds = await insertSubmissions(
    db,
    types,
    calls.map(({ submission }) => submission),
  );
  const values = calls.flatMap(
    ({ requests, submission }, index) =>
      requests.map((request) => givenColumns(request, submission, submissionIds[index]!)), // one for each
  );
  const columns = [...new Set(values.flatMap((row) => Object.keys(row)))];
  const { now } = postgresEngine;
  const pendingAt = sql`case when given.status = 'pending' then ${now} end`;
  const made = { created_at: now, pending_at: pendingAt, first_pending_at: pendingAt };
  const all = await insertRows(db, types, { table: "work_requests", columns, values }, made);
  // Numbers are given in the order of the list; the order in which they come back is not promised.
  const ids = all.sort((a, b) => a - b) as WorkRequestId[]; // of that table
  const requests = calls.map((call) => ({ requests: call.requests, ids: ids.splice(0, call.requests.length) }));
  for (const each of requests) await insertReferences(db, each.requests, each.ids);
  return requests.map((each) => each.ids);
}

async function insertSubmissions(
  db: Database,
  types: ColumnTypes,
  submissions: readonly Submission[],
): Promise<(number | null)[]> {
  const kept = submissions.filter(isKept);
  if (kept.length === 0) return submissions.map(() => null);
  const values = kept.map(({ key, created_by, body_hash }) => ({ submission_key: key, created_by, body_hash }));
  const columns = ["submission_key", "created_by", "body_hash"];
  const rows: Rows = { table: "submissions", columns, values };
  const ids = (await insertRows(db, types, rows, { created_at: postgresEngine.now })).sort((a, b) => a - b);
  return submissions.map((submission) => (isKept(submission) ? ids.shift()! : null)); // as many as are kept
}

/** Inserts runs that have not begun. */
export async function insertRuns(db: Database, types: ColumnTypes, runs: readonly NewRun[]): Promise<undefined[]> {
  const values = runs.map((run) => ({ ...run, ...nothingYet, state: "assigned" }));
  const columns = [...new Set(values.flatMap((row) => Object.keys(row)))];
  await insertRows(db, types, { table: "runs", columns, values }, { assigned_at: postgresEngine.now });
  return runs.map(() => undefined);
}

/** Numbers are given in the order of the list. */
export async function insertEntries(
  db: Database,
  types: ColumnTypes,
  entries: readonly NewHistoryEntry[],
): Promise<number[]> {
  const columns = HISTORY_COLUMNS.filter((column) => column !== "id");
  const ids = await insertRows(db, types, { table: "history", columns, values: entries }, {});
  return ids.sort((a, b) => a - b);
}

/** Inserts events in their order. */
export async function insertEventRows(db: Database, types: ColumnTypes, events: readonly NewEvent[]): Promise<void> {
  const columns = ["kind", "work_request_id", "run_id", "worker_name", "data"];
  await insertRows(db, types, { table: "events", columns, values: events }, { at: postgresEngine.now });
}

/** Inserts the rows in their order; `made` are columns that PostgreSQL works out itself. Gives the ids. */
async function insertRows(
  db: Database,
  types: ColumnTypes,
  rows: Rows,
  made: Record<string, ReturnType<typeof sql>>,
): Promise<number[]> {
  const columns = sql.join([...rows.columns, ...Object.keys(made)].map((column) => sql.ref(column)));
  const values = sql.join([...rows.columns.map((column) => sql`given.${sql.ref(column)}`), ...Object.values(made)]);
  const result = await sql<{ id: number }>`
    insert into ${sql.table(rows.table)} (${columns}) select ${values} from ${givenRows(rows, types)}
    returning id`.execute(db);
  return result.rows.map(({ id }) => id);
}
