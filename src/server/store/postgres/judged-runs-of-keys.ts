import { sql } from "kysely";
import type { Timestamp } from "../../../domain/clock.ts";
import type { Database } from "../engine.ts";
import { historyEntryOf } from "../history-records.ts";
import type { JudgedKey, JudgedRun } from "../store.ts";
import { JUDGED_COLUMNS } from "../tables.ts";
import { givenRows, type ColumnTypes } from "./many-rows.ts";

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
