import { sql, type RawBuilder } from "kysely";
import type { RunId, WorkRequestId } from "../../../domain/ids.ts";
import type { Run } from "../../../domain/run.ts";
import type { HistoryKey } from "../../../domain/task.ts";
import type { WorkRequest } from "../../../domain/work-request.ts";
import { postgresEngine, type Database } from "../engine.ts";
import type { NewEvent } from "../events.ts";
import { gathered } from "../group/gathered.ts";
import { sharedReads } from "../group/shared-reads.ts";
import { leasedRuns } from "../statements/active-runs.ts";
import { nothingYet } from "../runs.ts";
import type { LeasedRun, NewHistoryEntry, NewRun, RunPatch, StoreTransaction, WorkRequestPatch } from "../store.ts";
import { HISTORY_COLUMNS, RUN_COLUMNS } from "../tables.ts";
import { selectWorkRequests } from "../work-requests.ts";
import { anyOf, givenRows, type ColumnTypes, type Rows } from "./many-rows.ts";

/** The methods that a group of transactions calls most, each gathering the calls of one turn into one statement. */
export function rowsAtOnce(base: StoreTransaction, db: Database, types: ColumnTypes) {
  const writes = writesAtOnce(db, types);
  return {
    ...sharedReads(base),
    ...readsAtOnce(db),
    ...writes,
    lockWorkRequest: gathered((ids: readonly WorkRequestId[]) => workRequestsByIds(db, ids, true)),
    appendEvents: (events: readonly NewEvent[]) =>
      insertRows(db, types, eventRows(events), { at: postgresEngine.now }).then(() => undefined),
  };
}

/** Reads of single records, gathered; also outside of transactions. */
export function readsAtOnce(db: Database) {
  return {
    workRequest: gathered((ids: readonly WorkRequestId[]) => workRequestsByIds(db, ids, false)),
    run: gathered((ids: readonly RunId[]) => runsByIds(db, ids)),
    runsOf: gathered((ids: readonly WorkRequestId[]) => runsOfRequests(db, ids)),
    dependentsOf: gathered((ids: readonly WorkRequestId[]) => dependentsOfRequests(db, ids)),
  };
}

function writesAtOnce(db: Database, types: ColumnTypes) {
  const updateWorkRequest = gathered((updates: readonly Update<WorkRequestId, WorkRequestPatch>[]) =>
    inOrder(updates, (rows) => updateRequests(db, types, rows)),
  );
  const updateRun = gathered(async (updates: readonly Update<RunId, RunPatch>[]) => {
    const changed = await inOrder(updates, (rows) => updateRuns(db, types, rows));
    return changed.map((isChanged) => isChanged === true);
  });
  const forget = gathered((keys: readonly Outdated[]) => forgetAllocations(db, types, keys));
  return {
    updateWorkRequest: async (id: WorkRequestId, patch: WorkRequestPatch): Promise<void> => {
      const given = withoutAbsent(patch);
      if (Object.keys(given).length > 0) await updateWorkRequest({ id, patch: given });
    },
    updateRun: (id: RunId, lease_token: string | undefined, patch: RunPatch) =>
      updateRun({ id, patch: withoutAbsent(patch), lease_token }),
    insertRun: gathered((runs: readonly NewRun[]) => insertRuns(db, types, runs)),
    insertHistory: gathered((entries: readonly NewHistoryEntry[]) => insertEntries(db, types, entries)),
    forgetAllocations: (key: HistoryKey, knownRuns: number) => forget({ ...key, evidence_runs: knownRuns }),
  };
}

/** In the order of ids, so that locks are always taken in one order. Served by the primary key. */
async function workRequestsByIds(db: Database, ids: readonly WorkRequestId[], isLocking: boolean) {
  const query = selectWorkRequests(db, postgresEngine)
    .where(sql<boolean>`id = ${anyOf(ids, "bigint")}`)
    .orderBy("id");
  const rows = await (isLocking ? postgresEngine.forUpdate(query) : query).execute();
  const byId = new Map<WorkRequestId, WorkRequest>(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

/** Served by the primary key. */
async function runsByIds(db: Database, ids: readonly RunId[]): Promise<(LeasedRun | undefined)[]> {
  const rows = await leasedRuns(db)
    .where(sql<boolean>`id = ${anyOf(ids, "text")}`)
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

/** Served by the unique index on request and attempt. */
async function runsOfRequests(db: Database, ids: readonly WorkRequestId[]): Promise<Run[][]> {
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
async function dependentsOfRequests(db: Database, ids: readonly WorkRequestId[]): Promise<WorkRequest[][]> {
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

/** What is undefined stays as it is in the row. */
function withoutAbsent<Patch extends object>(patch: Patch): Patch {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as Patch; // fewer keys
}

type Update<Id, Patch> = { id: Id; patch: Patch; lease_token?: string | undefined };

/**
 * Runs updates of equal columns together. A second one of the same row, or of other columns, begins a new statement:
 * one statement changes a row once, and the order in which they were asked for must stay.
 */
async function inOrder<Id, Patch extends object, Output>(
  updates: readonly Update<Id, Patch>[],
  run: (updates: readonly Update<Id, Patch>[]) => Promise<ReadonlyMap<Id, Output>>,
): Promise<(Output | undefined)[]> {
  const batches: { columns: string; rows: Map<Id, number> }[] = [];
  for (const [index, { id, patch }] of updates.entries()) {
    const columns = Object.keys(patch).sort().join();
    const fits = batches.findLast((batch) => batch.columns === columns);
    const isAfterLast = batches.slice(fits === undefined ? 0 : batches.indexOf(fits)).some(({ rows }) => rows.has(id));
    if (fits === undefined || isAfterLast) batches.push({ columns, rows: new Map([[id, index]]) });
    else fits.rows.set(id, index);
  }
  const outputs: (Output | undefined)[] = updates.map(() => undefined);
  for (const { rows } of batches) {
    const found = await run([...rows.values()].map((index) => updates[index]!)); // positions in that list
    for (const [id, index] of rows) outputs[index] = found.get(id);
  }
  return outputs;
}

/** Served by the primary key. The end of a request fixes the moment of its expiry. */
async function updateRequests(
  db: Database,
  types: ColumnTypes,
  updates: readonly Update<WorkRequestId, WorkRequestPatch>[],
): Promise<ReadonlyMap<WorkRequestId, undefined>> {
  const columns = Object.keys(updates[0]?.patch ?? {});
  const sets = columns.map((column) => sql`${sql.ref(column)} = given.${sql.ref(column)}`);
  // The moment of the end travels in the column that it decides.
  const endOf = ({ completed_at, aborted }: WorkRequestPatch) => completed_at ?? aborted?.at;
  const isEnding = updates.some(({ patch }) => endOf(patch) !== undefined);
  // a retry keeps its age
  if (columns.includes("pending_at")) sets.push(sql`first_pending_at = coalesce(first_pending_at, given.pending_at)`);
  if (isEnding) sets.push(sql`expires_at = given.expires_at + make_interval(secs => expire_after)`);
  const values = updates.map(({ id, patch }) => ({ ...patch, id, ...(isEnding && { expires_at: endOf(patch) }) }));
  const names = ["id", ...columns, ...(isEnding ? ["expires_at"] : [])];
  const given = givenRows({ table: "work_requests", columns: names, values }, types);
  await sql`update work_requests set ${sql.join(sets)} from ${given} where work_requests.id = given.id`.execute(db);
  return new Map();
}

/** Fenced as in `update-run.ts`. Served by the primary key. */
async function updateRuns(
  db: Database,
  types: ColumnTypes,
  updates: readonly Update<RunId, RunPatch>[],
): Promise<ReadonlyMap<RunId, boolean>> {
  const columns = Object.keys(updates[0]?.patch ?? {});
  const sets = columns.map((column) => sql`${sql.ref(column)} = given.${sql.ref(column)}`);
  const values = updates.map(({ id, patch, lease_token }) => ({ ...patch, id, lease_token }));
  const given = givenRows({ table: "runs", columns: ["id", "lease_token", ...columns], values }, types);
  const { rows } = await sql<{ id: RunId }>`
    update runs set ${sql.join([sql`id = given.id`, ...sets])} from ${given}
    where runs.id = given.id and runs.state <> 'ended'
      and (given.lease_token is null or runs.lease_token = given.lease_token)
    returning runs.id`.execute(db);
  const changed = new Set(rows.map(({ id }) => id));
  return new Map(updates.map(({ id }) => [id, changed.has(id)]));
}

async function insertRuns(db: Database, types: ColumnTypes, runs: readonly NewRun[]): Promise<undefined[]> {
  const values = runs.map((run) => ({ ...run, ...nothingYet, state: "assigned" }));
  const columns = [...new Set(values.flatMap((row) => Object.keys(row)))];
  await insertRows(db, types, { table: "runs", columns, values }, { assigned_at: postgresEngine.now });
  return runs.map(() => undefined);
}

/** Numbers are given in the order of the list. */
async function insertEntries(db: Database, types: ColumnTypes, entries: readonly NewHistoryEntry[]): Promise<number[]> {
  const columns = HISTORY_COLUMNS.filter((column) => column !== "id");
  const ids = await insertRows(db, types, { table: "history", columns, values: entries }, {});
  return ids.sort((a, b) => a - b);
}

function eventRows(events: readonly NewEvent[]): Rows {
  return { table: "events", columns: ["kind", "work_request_id", "run_id", "worker_name", "data"], values: events };
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

/** A key, and what its pending requests stood on at most if they are to be worked out anew. */
type Outdated = HistoryKey & { evidence_runs: number };

/**
 * As in `change-work-requests.ts`, for several keys. Rows that are locked are passed over: whoever has them is
 * about to place or to prepare them, and to wait for that here could mean to wait for each other. Served by the
 * same indexes.
 */
async function forgetAllocations(db: Database, types: ColumnTypes, keys: readonly Outdated[]): Promise<undefined[]> {
  const task = ["task_type", "task_name"];
  const key = [...task, "subject", "context"];
  const tasks = [...new Map(keys.map((each) => [JSON.stringify([each.task_type, each.task_name]), each])).values()];
  const ofTasks = givenRows({ table: "work_requests", columns: task, values: tasks }, types);
  const ofKeys = givenRows({ table: "work_requests", columns: [...key, "evidence_runs"], values: keys }, types);
  const isOf = (columns: readonly string[]) =>
    sql.join(
      columns.map((column) => sql`request.${sql.ref(column)} = given.${sql.ref(column)}`),
      sql` and `,
    );
  await forgetWhere(db, ofTasks, sql`${isOf(task)} and request.evidence_runs = -1`);
  await forgetWhere(
    db,
    ofKeys,
    sql`${isOf(key)} and request.evidence_runs >= 0 and request.evidence_runs <= given.evidence_runs`,
  );
  return keys.map(() => undefined);
}

async function forgetWhere(db: Database, given: RawBuilder<unknown>, condition: RawBuilder<unknown>): Promise<void> {
  await sql`update work_requests set allocation = null where id in (
    select request.id from ${given} join work_requests as request on ${condition}
    where not (request.status <> 'pending') and request.run_count = 0 and request.allocation is not null
    for update of request skip locked
  )`.execute(db);
}
