import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CREATE_APPLIED, listMigrations, missingMigrations, sqliteForm, type AppliedMigration } from "../migrations.ts";

/** How long a statement waits for another process to let go of the file, milliseconds. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Opens the file for writing, making it and its folder where they do not exist, and brings the schema up to
 * date. Several processes may do this at once. Throws SQLite's error, `newer-schema`, or
 * `other-schema`.
 */
export function openDatabase(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true });
  // Made before SQLite does, because requests can carry secrets: nobody else may read it. The journal files inherit this.
  closeSync(openSync(file, "a", 0o600));
  const database = openConnection(file);
  try {
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens a file whose schema is up to date, for reading only. */
export function openReadOnly(file: string): DatabaseSync {
  const database = openConnection(file);
  // Not SQLite's own read-only mode, in which a reader cannot create the shared index of the write-ahead log.
  // 64 MiB of pages at most: what goes on in a large farm, which every page of it reads, does not fit into 16.
  database.exec("pragma query_only = on; pragma cache_size = -65536");
  return database;
}

function openConnection(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  try {
    // FULL: in WAL mode NORMAL would lose the last transactions at a power failure, after they were acknowledged.
    database.exec("pragma journal_mode = wal; pragma synchronous = full; pragma journal_size_limit = 67108864");
    database.exec("pragma cache_size = -16384; pragma temp_store = memory");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Brings the schema up to date. The version in the file's header tells without a transaction that nothing is new. */
function migrate(database: DatabaseSync): void {
  const known = listMigrations();
  if (userVersion(database) === known.length && missingMigrations(known, appliedMigrations(database)).length === 0)
    return;
  database.exec("begin immediate");
  try {
    database.exec(sqliteForm(CREATE_APPLIED.replace(/\)$/, "\n) strict")));
    const missing = missingMigrations(known, appliedMigrations(database));
    for (const { version, name, is_compatible, sql, sha256 } of missing) {
      database
        .prepare("insert into almanac_migrations values (?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ?)")
        .run(version, name, is_compatible ? 1 : 0, sha256);
      database.exec(sqliteForm(sql));
      database.exec(`pragma user_version = ${version}`);
    }
    database.exec("commit");
  } catch (error) {
    if (database.isTransaction) database.exec("rollback");
    throw error;
  }
}

function userVersion(database: DatabaseSync): number {
  return Number(database.prepare("pragma user_version").get()?.["user_version"]);
}

function appliedMigrations(database: DatabaseSync): AppliedMigration[] {
  // all columns: a file that was made before one of them is to be refused in words
  const rows = database.prepare("select * from almanac_migrations order by version").all();
  return rows as AppliedMigration[]; // of the types that the table fixes
}
