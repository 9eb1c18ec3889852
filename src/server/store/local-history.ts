import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { HistoryEntry } from "../../domain/history.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { rebuildKeyOf, type RebuildNote } from "../../history/rebuild-key.ts";
import { columnDecoder, encodeSqliteParameter } from "./columns.ts";
import { historyEntryOf } from "./history-records.ts";
import { openDatabase } from "./sqlite/database.ts";
import type { NewHistoryEntry } from "./store.ts";
import { HISTORY_COLUMNS } from "./tables.ts";

/** The history of one database file, without a server. */
export type LocalHistory = {
  /** The newest entries of a key, newest first. */
  recent(key: HistoryKey, limit: number): HistoryEntry[];
  /** Keeps an entry; when this returns, it is on disk. Gives its id. */
  append(entry: NewHistoryEntry): number;
  close(): void;
};

/**
 * Opens the history in the file that a server keeps its embedded database in, making the file where there is
 * none. For `almanac run`, which may add only a few milliseconds: so without threads, query builder and schemas.
 * Any number of processes, a running server among them, may use one file. Throws SQLite's error,
 * `newer-schema`, or `other-schema`.
 */
export function openLocalHistory(file: string): LocalHistory {
  const database = openDatabase(file);
  return {
    recent: (key, limit) => recent(database, key, limit),
    append: (entry) => append(database, entry),
    close: () => database.close(),
  };
}

/** Served by the index `history_by_key`. */
function recent(database: DatabaseSync, key: HistoryKey, limit: number): HistoryEntry[] {
  const statement = database.prepare(
    `select ${HISTORY_COLUMNS.join(", ")} from history
     where task_type = ? and task_name = ? and subject = ? and context = ?
     order by completed_at desc, id desc limit ?`,
  );
  return rowsOf(statement, [key.task_type, key.task_name, key.subject, key.context, limit]).map(historyEntryOf);
}

function rowsOf(statement: StatementSync, parameters: (string | number)[]): Record<string, unknown>[] {
  return statement.all(...parameters).map((row) => {
    const decoded = Object.entries(row).map(([column, value]) => [column, columnDecoder(column)?.(value) ?? value]);
    return Object.fromEntries(decoded) as Record<string, unknown>; // made of pairs just now
  });
}

/** A server on the same file has the estimator's states of the task learn this entry: so it is noted. */
function append(database: DatabaseSync, entry: NewHistoryEntry): number {
  const columns = HISTORY_COLUMNS.filter((column) => column !== "id" && entry[column] !== undefined);
  const values = columns.map((column) => encodeSqliteParameter(entry[column as keyof NewHistoryEntry])); // not "id"
  database.exec("begin immediate");
  try {
    const insert = database.prepare(
      `insert into history (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")})`,
    );
    const { lastInsertRowid } = insert.run(...values);
    noteUnlearnt(database, entry, Number(lastInsertRowid));
    database.exec("commit");
    return Number(lastInsertRowid);
  } catch (error) {
    if (database.isTransaction) database.exec("rollback");
    throw error;
  }
}

/** The states know the history up to this entry; what was noted before covers it too. */
function noteUnlearnt(database: DatabaseSync, entry: NewHistoryEntry, id: number): void {
  const note: RebuildNote = { after: { completed_at: entry.completed_at, id: id - 1 } };
  database
    .prepare(
      `insert into estimate_states (state_key, task_type, task_name, state, updated_at)
       values (?, 'rebuild', ?, ?, ?) on conflict (state_key) do nothing`,
    )
    .run(rebuildKeyOf(entry), entry.task_name, JSON.stringify(note), entry.completed_at);
}
