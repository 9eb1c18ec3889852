import type { RunId, WorkRequestId } from "../../../domain/ids.ts";
import type { HistoryKey } from "../../../domain/task.ts";
import { postgresEngine, type Database } from "../engine.ts";
import type { NewEvent } from "../events.ts";
import { gathered } from "../group/gathered.ts";
import { readsOfTransaction } from "../group/reads-at-once.ts";
import { sharedLooks, sharedReads } from "../group/shared-reads.ts";
import type { Submission } from "../statements/insert-work-requests.ts";
import type {
  JudgedKey,
  NewHistoryEntry,
  NewRun,
  NewWorkRequest,
  RunPatch,
  StoreTransaction,
  WorkRequestPatch,
} from "../store.ts";
import { insertEntries, insertEventRows, insertRuns, insertSubmitted, type Submitted } from "./insert-many.ts";
import { judgedRunsOfKeys, type JudgedQuery } from "./judged-runs-of-keys.ts";
import type { ColumnTypes } from "./many-rows.ts";
import {
  forgetAllocations,
  inOrder,
  updateRequests,
  updateRuns,
  withoutAbsent,
  type Outdated,
  type Update,
} from "./update-many.ts";

/** The methods that a group of transactions calls most, each gathering the calls of one turn into one statement. */
export function rowsAtOnce(base: StoreTransaction, db: Database, types: ColumnTypes) {
  const writes = writesAtOnce(db, types);
  const judgedRuns = gathered((calls: readonly JudgedQuery[]) => judgedRunsOfKeys(db, types, calls));
  return {
    ...sharedReads(base),
    ...sharedLooks(base),
    ...readsOfTransaction(db, postgresEngine),
    ...writes,
    judgedRuns: (key: JudgedKey, limit: number) => judgedRuns({ key, limit }),
    appendEvents: (events: readonly NewEvent[]) => insertEventRows(db, types, events),
  };
}

function writesAtOnce(db: Database, types: ColumnTypes) {
  const updateWorkRequest = gathered((updates: readonly Update<WorkRequestId, WorkRequestPatch>[]) =>
    inOrder(updates, (rows) => updateRequests(db, types, rows)),
  );
  const updateRun = gathered(async (updates: readonly Update<RunId, RunPatch>[]) => {
    const changed = await inOrder(updates, (rows) => updateRuns(db, types, rows));
    return changed.map((isChanged) => isChanged === true);
  });
  const submit = gathered((calls: readonly Submitted[]) => insertSubmitted(db, types, calls));
  const forget = gathered((keys: readonly Outdated[]) => forgetAllocations(db, types, keys));
  return {
    updateWorkRequest: async (id: WorkRequestId, patch: WorkRequestPatch): Promise<void> => {
      const given = withoutAbsent(patch);
      if (Object.keys(given).length > 0) await updateWorkRequest({ id, patch: given });
    },
    updateRun: (id: RunId, lease_token: string | undefined, patch: RunPatch) =>
      updateRun({ id, patch: withoutAbsent(patch), lease_token }),
    insertRun: gathered((runs: readonly NewRun[]) => insertRuns(db, types, runs)),
    insertHistory: gathered((entries: readonly NewHistoryEntry[]) => insertEntries(db, types, entries)),
    insertWorkRequests: (requests: readonly NewWorkRequest[], submission: Submission) =>
      submit({ requests, submission }),
    forgetAllocations: (key: HistoryKey, knownRuns: number) => forget({ ...key, evidence_runs: knownRuns }),
  };
}
