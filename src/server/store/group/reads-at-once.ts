import type { RunId, WorkRequestId } from "../../../domain/ids.ts";
import type { Database, Engine } from "../engine.ts";
import { dependentsOfRequests, runsByIds, runsOfRequests, submissionsByKeys, workRequestsByIds } from "../read-many.ts";
import { gathered } from "./gathered.ts";

/** Reads of single records: those of one turn of the event loop are one statement. */
export function readsAtOnce(db: Database, engine: Engine) {
  return {
    workRequest: gathered((ids: readonly WorkRequestId[]) => workRequestsByIds(db, engine, ids, false)),
    submission: gathered((keys: readonly string[]) => submissionsByKeys(db, engine, keys)),
    run: gathered((ids: readonly RunId[]) => runsByIds(db, engine, ids)),
    runsOf: gathered((ids: readonly WorkRequestId[]) => runsOfRequests(db, engine, ids)),
    dependentsOf: gathered((ids: readonly WorkRequestId[]) => dependentsOfRequests(db, engine, ids)),
  };
}

/** The same within a transaction, where requests can be locked. */
export function readsOfTransaction(db: Database, engine: Engine) {
  return {
    ...readsAtOnce(db, engine),
    lockWorkRequest: gathered((ids: readonly WorkRequestId[]) => workRequestsByIds(db, engine, ids, true)),
  };
}
