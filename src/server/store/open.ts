import { resolve } from "node:path";
import { AppError } from "../../contract/errors.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Faults } from "./faults.ts";
import { openPostgresStore } from "./postgres/open.ts";
import { openSqliteStore } from "./sqlite/open.ts";
import type { Store } from "./store.ts";

/** How a store is opened. */
export type OpenOptions = {
  /** Told of faults that reach no caller: a lost connection that is made again, a listener that threw. */
  onFault: (error: unknown) => void;
  /** SQLite's clock; PostgreSQL has its own. Default: this machine's. */
  clock?: Pick<Clock, "nowMs"> | undefined;
  /** SQLite in this thread, for this process alone: all happens in one order, and without real time. */
  isSimulated?: boolean;
  /** For tests: points to hold open. */
  faults?: Faults;
};

/**
 * Opens the database at a `postgres://…` URL or in a file, making or updating its schema. Throws
 * `unsupported-database`, `newer-schema` or `other-schema`.
 */
export async function openStore(database: string, options: OpenOptions): Promise<Store> {
  if (/^postgres(ql)?:\/\//.test(database)) {
    return openPostgresStore(database, options);
  }
  if (database === "" || database.startsWith(":") || /^[a-z][a-z0-9+.-]+:/i.test(database)) {
    const reason = "it is neither a PostgreSQL URL nor the path of a file.";
    throw new AppError("unsupported-database", { found: database, reason });
  }
  return openSqliteStore(resolve(database), options);
}
