import { sql, type RawBuilder } from "kysely";
import type { RunId, WorkRequestId } from "../../../domain/ids.ts";
import type { HistoryKey } from "../../../domain/task.ts";
import type { Database } from "../engine.ts";
import type { RunPatch, WorkRequestPatch } from "../store.ts";
import { givenRows, type ColumnTypes } from "./many-rows.ts";

/** What is undefined stays as it is in the row. */
export function withoutAbsent<Patch extends object>(patch: Patch): Patch {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as Patch; // fewer keys
}

/** A row, and the columns of it that change. */
export type Update<Id, Patch> = { id: Id; patch: Patch; lease_token?: string | undefined };

/**
 * Runs updates of equal columns together. A second one of the same row, or of other columns, begins a new statement:
 * one statement changes a row once, and the order in which they were asked for must stay.
 */
export async function inOrder<Id, Patch extends object, Output>(
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
export async function updateRequests(
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
  // it goes on after all
  if (columns.includes("completed_at") && !isEnding) sets.push(sql`expires_at = null`);
  const values = updates.map(({ id, patch }) => ({ ...patch, id, ...(isEnding && { expires_at: endOf(patch) }) }));
  const names = ["id", ...columns, ...(isEnding ? ["expires_at"] : [])];
  const given = givenRows({ table: "work_requests", columns: names, values }, types);
  await sql`update work_requests set ${sql.join(sets)} from ${given} where work_requests.id = given.id`.execute(db);
  return new Map();
}

/** Fenced as in `update-run.ts`. Served by the primary key. */
export async function updateRuns(
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
/** A key, and what its pending requests stood on at most if they are to be worked out anew. */
export type Outdated = HistoryKey & { evidence_runs: number };

/**
 * As in `change-work-requests.ts`, for several keys. Rows that are locked are passed over: whoever has them is
 * about to place or to prepare them, and to wait for that here could mean to wait for each other. Served by the
 * same indexes.
 */
export async function forgetAllocations(
  db: Database,
  types: ColumnTypes,
  keys: readonly Outdated[],
): Promise<undefined[]> {
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
