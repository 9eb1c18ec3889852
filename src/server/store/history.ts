import { sql } from "kysely";
import type { ImportedEntry } from "../../contract/records.ts";
import { epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import { chunksOf } from "./chunks.ts";
import { pageOf, timeAndIdOfCursor } from "./cursor.ts";
import type { Database, Engine } from "./engine.ts";
import { historyEntryOf } from "./history-records.ts";
import { importHash } from "./import-hash.ts";
import { lastEntryQuery } from "./statements/last-entry.ts";
import { trimHistory } from "./statements/trim-history.ts";
import type { NewHistoryEntry, StoreReader, StoreTransaction, TimedEntry } from "./store.ts";
import { HISTORY_COLUMNS } from "./tables.ts";

type HistoryReader = Pick<StoreReader, "history" | "lastEntry" | "newestTimes" | "estimateStates">;
type HistoryWriter = Pick<StoreTransaction, "insertHistory" | "importHistory" | "trimHistory" | "putEstimateStates">;
type HistoryQuery = Parameters<StoreReader["history"]>;

const MS_PER_DAY = 86_400_000;

/** What can be asked about history. */
export function historyReader(db: Database): HistoryReader {
  return {
    history: (key, page) => history(db, key, page),
    lastEntry: async (which, key) => {
      const row = await lastEntryQuery(db, which, key).executeTakeFirst();
      return row === undefined ? undefined : historyEntryOf(row);
    },
    newestTimes: (limit) => newestTimes(db, limit),
    estimateStates: (keys) => estimateStates(db, keys),
  };
}

/** What a transaction can do to history. */
export function historyWriter(db: Database, engine: Engine, now: () => Promise<Timestamp>): HistoryWriter {
  return {
    insertHistory: (entry) => insertHistory(db, entry),
    importHistory: (entries) => importHistory(db, entries),
    trimHistory: async (key, { old_items_to_keep, max_age_days }) => {
      const oldest = max_age_days === undefined ? undefined : epochMs(await now()) - max_age_days * MS_PER_DAY;
      await trimHistory(db, key, old_items_to_keep, oldest === undefined ? undefined : timestamp(oldest));
    },
    putEstimateStates: (states) => putEstimateStates(db, engine, states),
  };
}

/** Served by the primary key. */
async function estimateStates(db: Database, keys: readonly string[]): Promise<Map<string, unknown>> {
  if (keys.length === 0) return new Map();
  const rows = await db
    .selectFrom("estimate_states")
    .select(["state_key", "state as estimate_state"])
    .where("state_key", "in", [...keys])
    .execute();
  return new Map(rows.map(({ state_key, estimate_state }) => [state_key, estimate_state]));
}

/** Served by the primary key: it reads so many rows and no more, whatever they are. */
async function newestTimes(db: Database, limit: number): Promise<TimedEntry[]> {
  const newest = db.selectFrom("history").select("id").where("id", ">", 0).orderBy("id", "desc").limit(limit);
  return db
    .selectFrom("history")
    .select(["task_name", "subject", "runtime_statistics", "duration_ms", "input_size", "cpu_model", "worker_name"])
    .where("id", "in", newest)
    .where("result", "=", "success")
    .where("trusted", "=", true)
    .execute();
}

/** Newest first. Served by the index of the level asked for: `history_by_key`, `…_subject`, `…_context` or `…_task`. */
async function history(db: Database, key: HistoryQuery[0], page: HistoryQuery[1]) {
  let query = db
    .selectFrom("history")
    .select(HISTORY_COLUMNS)
    .where("task_type", "=", key.task_type)
    .where("task_name", "=", key.task_name);
  if (key.subject !== undefined) query = query.where("subject", "=", key.subject);
  if (key.context !== undefined) query = query.where("context", "=", key.context);
  if (page.since !== undefined) query = query.where("completed_at", ">=", page.since);
  if (page.cursor !== undefined) {
    const { at, id } = timeAndIdOfCursor(page.cursor);
    query = query.where(sql<boolean>`(completed_at, id) < (${at}, ${id})`);
  }
  const rows = await query
    .orderBy("completed_at", "desc")
    .orderBy("id", "desc")
    .limit(page.limit + 1)
    .execute();
  return pageOf(rows, page.limit, historyEntryOf, ({ completed_at, id }) => [completed_at, id]);
}

async function insertHistory(db: Database, entry: NewHistoryEntry): Promise<number> {
  const row = await db.insertInto("history").values(entry).returning("id").executeTakeFirstOrThrow();
  return row.id;
}

/** What is there already is found by its hash, on the unique index `history_imported`. */
async function importHistory(db: Database, entries: readonly ImportedEntry[]) {
  let imported = 0;
  const tasks = new Map<string, { task_type: string; task_name: string }>();
  for (const chunk of chunksOf(entries, 500)) {
    const rows = await db
      .insertInto("history")
      .values(chunk.map(importedRow))
      .onConflict((conflict) => conflict.column("import_hash").where("import_hash", "is not", null).doNothing())
      .returning(["task_type", "task_name"])
      .execute();
    imported += rows.length;
    for (const task of rows) tasks.set(JSON.stringify([task.task_type, task.task_name]), task);
  }
  for (const task of tasks.values()) await forgetEstimateStates(db, task);
  return { imported, duplicates: entries.length - imported };
}

function importedRow(entry: ImportedEntry) {
  return { ...entry, import_hash: importHash(entry) };
}

/** The estimator makes them anew from the changed history. Served by `estimate_states_by_task`. */
async function forgetEstimateStates(db: Database, task: { task_type: string; task_name: string }): Promise<void> {
  await db
    .deleteFrom("estimate_states")
    .where("task_type", "=", task.task_type)
    .where("task_name", "=", task.task_name)
    .execute();
}

async function putEstimateStates(
  db: Database,
  engine: Engine,
  states: Parameters<StoreTransaction["putEstimateStates"]>[0],
): Promise<void> {
  if (states.size === 0) return;
  const rows = [...states].map(([state_key, { key, state }]) => ({
    state_key,
    task_type: key.task_type,
    task_name: key.task_name,
    state: JSON.stringify(state),
    updated_at: engine.now,
  }));
  // One order for all, so that two transactions cannot wait for each other.
  rows.sort((a, b) => (a.state_key < b.state_key ? -1 : 1));
  await db
    .insertInto("estimate_states")
    .values(rows)
    .onConflict((conflict) =>
      conflict.column("state_key").doUpdateSet((eb) => ({
        state: eb.ref("excluded.state"),
        updated_at: eb.ref("excluded.updated_at"),
      })),
    )
    .execute();
}
