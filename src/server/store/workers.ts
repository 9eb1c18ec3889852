import type { WorkerName } from "../../domain/ids.ts";
import type { Database, Engine } from "./engine.ts";
import type { StoreReader, StoreTransaction, WorkerRow } from "./store.ts";

type WorkerReader = Pick<StoreReader, "workers" | "worker">;
type WorkerWriter = Pick<
  StoreTransaction,
  "lockWorker" | "upsertWorker" | "setDrain" | "setSuspicion" | "deleteWorker"
>;

/** What can be asked about workers. */
export function workerReader(db: Database): WorkerReader {
  return {
    workers: () => db.selectFrom("workers").selectAll().orderBy("worker_name").execute(),
    worker: (name) => db.selectFrom("workers").selectAll().where("worker_name", "=", name).executeTakeFirst(),
  };
}

/** What a transaction can do to workers. */
export function workerWriter(db: Database, engine: Engine): WorkerWriter {
  return {
    lockWorker: (name) =>
      engine.forUpdate(db.selectFrom("workers").selectAll().where("worker_name", "=", name)).executeTakeFirst(),
    upsertWorker: (worker) => upsertWorker(db, worker),
    setDrain: (name, drain) => setDrain(db, engine, name, drain),
    setSuspicion: async (name, suspicion) => {
      await db.updateTable("workers").set({ suspicion }).where("worker_name", "=", name).execute();
    },
    deleteWorker: async (name) => {
      const result = await db.deleteFrom("workers").where("worker_name", "=", name).executeTakeFirst();
      return result.numDeletedRows === 1n;
    },
  };
}

/**
 * A worker that is there already keeps `joined_at`, `drain`, `suspicion` and `resumed_at`: the caller may have read them before somebody
 * changed them, and `setDrain` and `setSuspicion` alone do that.
 */
async function upsertWorker(db: Database, worker: WorkerRow): Promise<void> {
  const { worker_name, joined_at, drain, suspicion, resumed_at, ...changing } = worker;
  await db
    .insertInto("workers")
    .values({ worker_name, joined_at, drain, suspicion, resumed_at, ...changing })
    .onConflict((conflict) => conflict.column("worker_name").doUpdateSet(changing))
    .execute();
}

async function setDrain(db: Database, engine: Engine, name: WorkerName, drain: boolean): Promise<boolean> {
  const result = await db
    .updateTable("workers")
    .set({ drain, ...(!drain && { suspicion: null, resumed_at: engine.now }) })
    .where("worker_name", "=", name)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
