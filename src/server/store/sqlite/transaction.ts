import type { Engine } from "../engine.ts";
import type { Faults } from "../faults.ts";
import type { OpenTransaction } from "../group/group-writer.ts";
import { readsOfTransaction } from "../group/reads-at-once.ts";
import { sharedLooks, sharedReads } from "../group/shared-reads.ts";
import { transactionOn } from "../records.ts";
import type { StoreTransaction } from "../store.ts";
import type { SqliteConnection } from "./connection.ts";
import { kyselyOn } from "./dialect.ts";

/**
 * Opens a transaction on the one connection that writes. After its end nothing more is taken, so that work which
 * goes on by mistake cannot write into the next one.
 */
export async function beginTransaction(connection: SqliteConnection, engine: Engine): Promise<OpenTransaction> {
  await connection.execute("begin immediate");
  let hasEnded = false;
  const db = kyselyOn(async (sql, parameters) => {
    if (hasEnded) throw new TypeError(`the transaction of this statement has ended: ${sql.slice(0, 100)}`);
    return connection.execute(sql, parameters, true);
  });
  const end = async (statement: "commit" | "rollback"): Promise<void> => {
    hasEnded = true;
    await connection.execute(statement);
  };
  const tx = transactionOn(db, engine);
  const many = { ...sharedReads(tx), ...sharedLooks(tx), ...readsOfTransaction(db, engine) };
  return { tx: { ...tx, ...many }, commit: () => end("commit"), rollback: () => end("rollback") };
}

/** Runs a work in a transaction of its own. */
export async function inTransaction<T>(
  connection: SqliteConnection,
  engine: Engine,
  faults: Faults,
  work: (tx: StoreTransaction) => Promise<T>,
): Promise<T> {
  const { tx, commit, rollback } = await beginTransaction(connection, engine);
  try {
    const value = await work(tx);
    await faults.at("in-transaction");
    await faults.at("before-commit");
    await commit();
    await faults.at("after-commit");
    return value;
  } catch (error) {
    // Safe to ignore: SQLite may have ended the transaction itself. Should it still be open, the next `begin` is
    // refused and says so.
    await rollback().catch(() => undefined);
    throw error;
  }
}
