import { chmodSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import { openStore } from "../../src/server/store/open.ts";
import { startPostgres } from "../../test/postgres/start.ts";
import { fill, type Filler } from "./fill.ts";
import type { Size } from "./dataset.ts";

/** A database of either engine that is to be filled and looked at. */
export type Farm = {
  engine: "SQLite" | "PostgreSQL";
  /** Where its files are, and nothing else. */
  folder: string;
  load(size: Size, onProgress: (keys: number) => void): Promise<void>;
  /** Ends all connections, does what is wanted to the files, and says where the database is. */
  restart(between: () => Promise<void>): Promise<string>;
  close(): Promise<void>;
};

/** A file in the folder. */
export async function sqliteFarm(folder: string): Promise<Farm> {
  const file = join(folder, "almanac.db");
  await makeSchema(file);
  return {
    engine: "SQLite",
    folder,
    async load(size, onProgress) {
      const database = new DatabaseSync(file);
      // nothing needs to survive a crash yet
      database.exec("pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -1000000");
      await fill(sqliteFiller(database), size, onProgress);
      database.exec("pragma journal_mode = wal");
      database.close();
    },
    async restart(between) {
      await between();
      return file;
    },
    close: async () => undefined,
  };
}

function sqliteFiller(database: DatabaseSync): Filler {
  return {
    kind: "sqlite",
    async execute(sql, parameters = []) {
      // statements that give rows, such as `analyze` does not, are not among them
      database.prepare(sql).run(...parameters);
    },
    async indexes(tables) {
      const rows = database
        .prepare(
          `select name, sql from sqlite_master where type = 'index' and sql is not null
          and tbl_name in (${tables.map(() => "?").join(", ")})`,
        )
        .all(...tables);
      return rows.map(({ name, sql }) => ({ name: String(name), sql: String(sql) }));
    },
  };
}

/** A PostgreSQL with next to no memory of its own, so that what is cold is cold. */
export async function postgresFarm(folder: string): Promise<Farm> {
  chmodSync(folder, 0o755); // it does not run as root
  process.env["TMPDIR"] = folder;
  const settings = { shared_buffers: "16MB", maintenance_work_mem: "1GB", max_wal_size: "8GB", fsync: "off" };
  const postgres = await startPostgres({ ...settings, synchronous_commit: "off", autovacuum: "off" });
  const url = await postgres.createDatabase("almanac");
  await makeSchema(url);
  return {
    engine: "PostgreSQL",
    folder,
    async load(size, onProgress) {
      const client = new Client({ connectionString: url });
      await client.connect();
      await fill(postgresFiller(client), size, onProgress);
      await client.query("vacuum");
      await client.query("checkpoint");
      await client.end();
    },
    async restart(between) {
      await between();
      return url;
    },
    close: () => postgres.stop(),
  };
}

function postgresFiller(client: Client): Filler {
  return {
    kind: "postgres",
    async execute(sql, parameters = []) {
      await client.query(sql, [...parameters]);
    },
    async indexes(tables) {
      const { rows } = await client.query<{ name: string; sql: string }>(
        `select indexname as name, indexdef as sql from pg_indexes
         where tablename = any($1) and indexname not like '%_pkey'`,
        [tables],
      );
      return rows;
    },
  };
}

async function makeSchema(database: string): Promise<void> {
  const store = await openStore(database, {
    onFault: (error) => {
      throw error;
    },
  });
  await store.close();
}
