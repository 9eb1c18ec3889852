import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import { postgresEngine, type Database } from "../engine.ts";
import type { Faults } from "../faults.ts";
import type { OpenTransaction } from "../group/group-writer.ts";
import { transactionOn } from "../records.ts";
import type { StoreTransaction } from "../store.ts";
import { appendEvents, heldBackEvents } from "./append-events.ts";
import { isWorthARetry, unavailable } from "./fault.ts";
import { LEARN_LOCK } from "./locks.ts";
import type { ColumnTypes } from "./many-rows.ts";
import { rowsAtOnce } from "./rows-at-once.ts";

/** How often a transaction is tried; each waits a little longer than the one before. */
const MAX_ATTEMPTS = 12;

/**
 * Runs the work in one transaction. Rows are locked where they are about to be changed (`lockWorkRequest`), so
 * `read committed` is enough; when two transactions wait for each other, PostgreSQL ends one and it is run again.
 */
export async function inTransaction<T>(
  db: Database,
  faults: Faults,
  work: (tx: StoreTransaction) => Promise<T>,
): Promise<T> {
  // ends: by an answer, by a fault that another attempt would not mend, or after the last attempt
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = await once(db, faults, work);
      await faults.at("after-commit");
      return result;
    } catch (error) {
      if (!isWorthARetry(error)) throw error;
      if (attempt === MAX_ATTEMPTS) throw unavailable("too many transactions wanted the same rows", error);
      await delay(attempt * attempt);
    }
  }
}

function once<T>(db: Database, faults: Faults, work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
  return db
    .transaction()
    .setIsolationLevel("read committed")
    .execute(async (trx) => {
      const tx = transactionOn(trx, postgresEngine);
      const held = heldBackEvents((events) => appendEvents(trx, () => tx.appendEvents(events)));
      const result = await work({
        ...tx,
        appendEvents: (events) => held.append(events),
        estimateStates: (keys) => learnAlone(trx).then(() => tx.estimateStates(keys)),
        takeRebuild: (task) => learnAlone(trx).then(() => tx.takeRebuild(task)),
        // These two would not see what is held back.
        events: (...query) => held.flush().then(() => tx.events(...query)),
        lastEventId: () => held.flush().then(() => tx.lastEventId()),
      });
      await faults.at("in-transaction");
      await held.flush();
      await faults.at("before-commit");
      return result;
    });
}

/**
 * Opens a transaction for a group of works (`group.ts`, which holds their events back): the calls of one turn that
 * are alike are one statement.
 */
export async function beginForGroup(db: Database, types: ColumnTypes): Promise<OpenTransaction> {
  const trx = await db.startTransaction().setIsolationLevel("read committed").execute();
  const tx = transactionOn(trx, postgresEngine);
  const many = rowsAtOnce(tx, trx, types);
  return {
    tx: {
      ...tx,
      ...many,
      estimateStates: (keys) => learnAlone(trx).then(() => tx.estimateStates(keys)),
      appendEvents: (events) => appendEvents(trx, () => many.appendEvents(events)),
    },
    commit: () => trx.commit().execute(),
    rollback: () => trx.rollback().execute(),
  };
}

/**
 * Whoever reads the estimator's states in a transaction is about to replace them: two runs that end at the same
 * moment must not each learn without the other. One lock for all, because every run changes the states that all
 * have in common.
 *
 * Rejected: `for update` on the rows. It cannot lock those that are not there yet, so the order of locks differs
 * from one transaction to the next; a load of 16 completions at once had a deadlock, of a second each, in 3 of 100.
 */
async function learnAlone(db: Database): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.raw(LEARN_LOCK)})`.execute(db);
}
