import { setTimeout as delay } from "node:timers/promises";
import { postgresEngine, type Database } from "../engine.ts";
import type { Faults } from "../faults.ts";
import { transactionOn } from "../records.ts";
import type { StoreTransaction } from "../store.ts";
import { heldBackEvents } from "./append-events.ts";
import { isWorthARetry, unavailable } from "./fault.ts";

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
      const held = heldBackEvents(trx);
      const result = await work({
        ...tx,
        appendEvents: (events) => held.append(events),
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
