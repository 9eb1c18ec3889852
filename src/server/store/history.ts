import { sql } from "kysely";
import type { ImportedEntry } from "../../contract/history-entries.ts";
import { DAY_MS, epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { rebuildKeyOf, type RebuildNote } from "../../history/rebuild-key.ts";
import type { FailureMark } from "../../domain/failure.ts";
import { chunksOf } from "./chunks.ts";
import { pageOf, timeAndIdOfCursor } from "./cursor.ts";
import type { Database, Engine } from "./engine.ts";
import { historyEntryOf } from "./history-records.ts";
import { importHash } from "./import-hash.ts";
import { lastEntryQuery } from "./statements/last-entry.ts";
import { newestRuns } from "./statements/newest-runs.ts";
import { keptHistories } from "./statements/kept-histories.ts";
import { trimHistory } from "./statements/trim-history.ts";
import { keepTaskCourses } from "./task-courses.ts";
import type { ChangedRun } from "./task-course-store.ts";
import type { NewHistoryEntry, StoredState, StoreReader, StoreTransaction, TimedEntry } from "./store.ts";
import { HISTORY_COLUMNS } from "./tables.ts";

type HistoryReader = Pick<
  StoreReader,
  | "history"
  | "lastEntry"
  | "newestTimes"
  | "newestRuns"
  | "historyAfter"
  | "taskAfter"
  | "rebuilds"
  | "keptHistories"
  | "estimateStates"
>;
type HistoryWriter = Pick<
  StoreTransaction,
  | "insertHistory"
  | "importHistory"
  | "trimHistory"
  | "putEstimateStates"
  | "takeRebuild"
  | "deleteEstimateState"
  | "deleteEstimateStates"
>;
type TaskKey = Pick<HistoryKey, "task_type" | "task_name">;
/** What is kept under the key of a note is one. */
type Noted = RebuildNote | undefined;
type HistoryQuery = Parameters<StoreReader["history"]>;

/** What can be asked about history. */
export function historyReader(db: Database): HistoryReader {
  return {
    history: (key, page) => history(db, key, page),
    lastEntry: async (which, key) => {
      const row = await lastEntryQuery(db, which, key).executeTakeFirst();
      return row === undefined ? undefined : historyEntryOf(row);
    },
    newestTimes: (limit) => newestTimes(db, limit),
    newestRuns: (limit) => newestRuns(db, limit),
    historyAfter: (task, after, limit) => historyAfter(db, task, after, limit),
    taskAfter: (task) => taskAfter(db, task),
    rebuilds: (limit) => rebuilds(db, limit),
    keptHistories: (after, limit) => keptHistories(db, after, limit),
    estimateStates: (keys) => estimateStates(db, keys),
  };
}

/** What a transaction can do to history. */
export function historyWriter(db: Database, engine: Engine, now: () => Promise<Timestamp>): HistoryWriter {
  return {
    insertHistory: (entry) => insertHistory(db, entry),
    importHistory: (entries) => importHistory(db, engine, entries),
    trimHistory: async (key, { old_items_to_keep, max_age_days }) => {
      const oldest = max_age_days === undefined ? undefined : epochMs(await now()) - max_age_days * DAY_MS;
      const before = oldest === undefined ? undefined : timestamp(oldest);
      await keepTaskCourses(db, engine, await trimHistory(db, key, old_items_to_keep, before));
    },
    putEstimateStates: (states) => putEstimateStates(db, engine, states),
    takeRebuild: async (task) => (await estimateStates(db, [rebuildKeyOf(task)])).get(rebuildKeyOf(task)) as Noted,
    deleteEstimateState: async (stateKey) => {
      await db.deleteFrom("estimate_states").where("state_key", "=", stateKey).execute();
    },
    deleteEstimateStates: (task, limit) => deleteEstimateStates(db, task, limit),
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
    .select([
      "task_type",
      "task_name",
      "subject",
      "runtime_statistics",
      "duration_ms",
      "input_size",
      "cpu_model",
      "worker_name",
    ])
    .where("id", "in", newest)
    .where("result", "=", "success")
    .where("trusted", "=", true)
    .execute();
}

/**
 * Newest first. Served by the index of the level asked for: `history_by_key`, `…_subject`, `…_context` or `…_task`; of one worker
 * by `…_worker`, or by that of a level of which few runs are kept.
 */
async function history(db: Database, key: HistoryQuery[0], page: HistoryQuery[1]) {
  let query = db
    .selectFrom("history")
    .select(HISTORY_COLUMNS)
    .where("task_type", "=", key.task_type)
    .where("task_name", "=", key.task_name);
  if (key.subject !== undefined) query = query.where("subject", "=", key.subject);
  if (key.context !== undefined) query = query.where("context", "=", key.context);
  if (key.worker !== undefined) query = query.where("worker_name", "=", key.worker);
  if (page.since !== undefined) query = query.where("completed_at", ">=", page.since);
  if (page.until !== undefined) query = query.where("completed_at", "<=", page.until);
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

/** Served by the index `history_by_task`. */
async function historyAfter(
  db: Database,
  { task_type, task_name }: TaskKey,
  { completed_at, id }: Parameters<StoreReader["historyAfter"]>[1],
  limit: number,
): Promise<HistoryEntry[]> {
  const rows = await db
    .selectFrom("history")
    .select(HISTORY_COLUMNS)
    .where("task_type", "=", task_type)
    .where("task_name", "=", task_name)
    .where(sql<boolean>`(completed_at, id) > (${completed_at}, ${id})`)
    .orderBy("completed_at")
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map(historyEntryOf);
}

/** Served by an index of history, from which it reads one row: a list of all tasks would read them all. */
function taskAfter(db: Database, task: TaskKey | undefined): Promise<TaskKey | undefined> {
  return db
    .selectFrom("history")
    .select(["task_type", "task_name"])
    .$if(
      task !== undefined,
      (query) => query.where(sql<boolean>`(task_type, task_name) > (${task!.task_type}, ${task!.task_name})`), // just checked
    )
    .orderBy("task_type")
    .orderBy("task_name")
    .limit(1)
    .executeTakeFirst();
}

/** Served by the index `estimate_states_by_task`. */
async function rebuilds(db: Database, limit: number): Promise<TaskKey[]> {
  const rows = await db
    .selectFrom("estimate_states")
    .select("state_key")
    .where("task_type", "=", "rebuild")
    .limit(limit)
    .execute();
  return rows.map(({ state_key }) => {
    const [, task_type, task_name] = JSON.parse(state_key) as [string, TaskKey["task_type"], string]; // see `rebuildKeyOf`
    return { task_type, task_name };
  });
}

/** Served by the index `estimate_states_by_task`. */
async function deleteEstimateStates(db: Database, { task_type, task_name }: TaskKey, limit: number): Promise<number> {
  const some = db
    .selectFrom("estimate_states")
    .select("state_key")
    .where("task_type", "=", task_type)
    .where("task_name", "=", task_name)
    .limit(limit);
  const result = await db.deleteFrom("estimate_states").where("state_key", "in", some).executeTakeFirst();
  return Number(result.numDeletedRows);
}

async function insertHistory(db: Database, entry: NewHistoryEntry): Promise<number> {
  const row = await db.insertInto("history").values(withFingerprint(entry)).returning("id").executeTakeFirstOrThrow();
  return row.id;
}

/** The fingerprint stands in a column of its own, where it can be looked for. */
function withFingerprint<Entry extends { failure?: FailureMark }>(
  entry: Entry,
): Entry & { fingerprint: string | null } {
  return { ...entry, fingerprint: entry.failure?.fingerprint ?? null };
}

/** What is there already is found by its hash, on the unique index `history_imported`. */
async function importHistory(db: Database, engine: Engine, entries: readonly ImportedEntry[]) {
  const tasks = new Map<string, TaskKey>();
  const inserted: ChangedRun[] = [];
  for (const chunk of chunksOf(entries, 500)) {
    const rows = await db
      .insertInto("history")
      .values(chunk.map(importedRow))
      .onConflict((conflict) => conflict.column("import_hash").where("import_hash", "is not", null).doNothing())
      .returning(["task_type", "task_name", "context", "completed_at"])
      .execute();
    inserted.push(...rows);
    for (const task of rows) tasks.set(JSON.stringify([task.task_type, task.task_name]), task);
  }
  const note: RebuildNote = { after: null };
  const notes = [...tasks.values()].map((task): [string, StoredState] => [
    rebuildKeyOf(task),
    { key: { task_type: "rebuild", task_name: task.task_name }, state: note },
  ]);
  await putEstimateStates(db, engine, new Map(notes));
  await keepTaskCourses(db, engine, inserted);
  return { imported: inserted.length, duplicates: entries.length - inserted.length };
}

function importedRow(entry: ImportedEntry) {
  return { ...withFingerprint(entry), import_hash: importHash(entry) };
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
