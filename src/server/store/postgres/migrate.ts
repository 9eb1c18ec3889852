import type { Pool, PoolClient } from "pg";
import { CREATE_APPLIED, listMigrations, missingMigrations, type AppliedMigration } from "../migrations.ts";
import { MIGRATION_LOCK } from "./locks.ts";

/**
 * Brings the schema up to date in one transaction. Servers that start at the same moment wait for each other.
 * Throws `newer-schema`, and `other-schema`.
 */
export async function migrate(pool: Pool): Promise<void> {
  const known = listMigrations();
  if (missingMigrations(known, await appliedMigrations(pool)).length === 0) return;
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query("set local statement_timeout = 0; set local lock_timeout = 0");
    await client.query(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    await client.query(CREATE_APPLIED);
    for (const { version, name, is_compatible, sql, sha256 } of missingMigrations(
      known,
      await appliedMigrations(client),
    )) {
      const applied = [version, name, is_compatible, sha256];
      await client.query("insert into almanac_migrations values ($1, $2, $3, now(), $4)", applied);
      await client.query(sql);
    }
    await client.query("commit");
    client.release();
  } catch (error) {
    client.release(true); // the connection is closed, which rolls back
    throw error;
  }
}

/** Without the right to create tables this still works on a database that is up to date. */
async function appliedMigrations(on: Pool | PoolClient): Promise<AppliedMigration[]> {
  const { rows } = await on.query<{ is_there: boolean }>(
    "select to_regclass('almanac_migrations') is not null as is_there",
  );
  if (rows[0]?.is_there !== true) return [];
  // all columns: a database that was made before one of them is to be refused in words
  const applied = await on.query<AppliedMigration>("select * from almanac_migrations order by version");
  return applied.rows;
}
