import type { WrapStore } from "../../src/simulate/faults/real-server.ts";
import type { StoreReader, StoreTransaction } from "../../src/server/store/store.ts";

/** A store whose transactions do some things otherwise: a mistake of the server's, planted to see it found. */
export function wrapTransactions(change: (tx: StoreTransaction) => Partial<StoreTransaction>): WrapStore {
  return (store) => ({
    ...store,
    transaction: (work) => store.transaction((tx) => work({ ...tx, ...change(tx) })),
  });
}

/** A store that tells some things otherwise outside transactions. */
export function wrapReader(change: (read: StoreReader) => Partial<StoreReader>): WrapStore {
  return (store) => ({ ...store, read: { ...store.read, ...change(store.read) } });
}
