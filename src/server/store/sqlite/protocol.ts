/*
 * What the server's thread and a database thread say to each other. Calls are answered in their order.
 */

/** A value as SQLite takes and gives it. */
export type SqliteValue = string | number | bigint | null;

/** One statement to run. `is_part`: of an open transaction, and to be refused when SQLite has given that up. */
export type Call = { id: number; sql: string; parameters: SqliteValue[]; is_part: boolean };

/** To the thread: first `open`, then any number of `calls`, at the end `close`. */
export type ToThread = { kind: "open" } | { kind: "calls"; calls: Call[] } | { kind: "close" };

/** What SQLite, or the check of the schema, found wrong; `code` is one of the registry, if it has one. */
export type ThreadFault = {
  message: string;
  /** SQLite's result code, extended; absent when it is not SQLite's. */
  errcode?: number;
  /** An `AppError` that crosses: its code and details. */
  app?: { code: string; details: Record<string, unknown> };
};

export type Answer =
  { id: number; columns: string[]; rows: unknown[][]; changes: number | bigint } | { id: number; fault: ThreadFault };

/** From the thread. */
export type FromThread =
  { kind: "opened" } | { kind: "refused"; fault: ThreadFault } | { kind: "answers"; answers: Answer[] };
