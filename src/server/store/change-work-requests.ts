import { sql } from "kysely";
import type { HistoryKey } from "../../domain/task.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { Database, Engine } from "./engine.ts";
import { deleteExpired } from "./statements/delete-expired.ts";
import { IS_PENDING } from "./statements/is-pending.ts";
import { insertWorkRequests } from "./statements/insert-work-requests.ts";
import type { StoreTransaction, WorkRequestPatch } from "./store.ts";
import { selectWorkRequests, workRequestReader } from "./work-requests.ts";

type WorkRequestWriter = Pick<
  StoreTransaction,
  | "lockWorkRequest"
  | "dependencyStates"
  | "insertWorkRequests"
  | "updateWorkRequest"
  | "forgetAllocations"
  | "deleteExpired"
>;

/** What a transaction can do to work requests. */
export function workRequestWriter(db: Database, engine: Engine): WorkRequestWriter {
  return {
    lockWorkRequest: (id) => lock(db, engine, id),
    dependencyStates: async (id) => {
      // Two transactions that complete the last two dependencies at the same moment would each see the other's
      // as unfinished, and nobody would unblock the dependent: whoever decides about a request locks it first.
      await lock(db, engine, id);
      return workRequestReader(db, engine).dependencyStates(id);
    },
    insertWorkRequests: (requests, submission) => insertWorkRequests(db, engine, requests, submission),
    updateWorkRequest: (id, patch) => update(db, engine, id, patch),
    forgetAllocations: (key, knownRuns) => forgetAllocations(db, key, knownRuns),
    deleteExpired: (now, limit) => deleteExpired(db, engine, now, limit),
  };
}

function lock(db: Database, engine: Engine, id: WorkRequestId) {
  return engine.forUpdate(selectWorkRequests(db, engine).where("id", "=", id)).executeTakeFirst();
}

/** Served by the primary key. The end of a request fixes the moment of its expiry. */
async function update(db: Database, engine: Engine, id: WorkRequestId, patch: WorkRequestPatch): Promise<void> {
  if (Object.keys(patch).length === 0) return;
  const end = patch.completed_at ?? patch.aborted?.at;
  const pendingAt = patch.pending_at ?? undefined;
  await db
    .updateTable("work_requests")
    .set((eb) => ({
      ...patch,
      ...(patch.verdict !== undefined && { verdict_kind: patch.verdict?.kind ?? null }),
      ...(end !== undefined && { expires_at: engine.expiry(end) }),
      // it goes on after all
      ...(patch.completed_at === null && { expires_at: null }),
      // a retry keeps its age
      ...(pendingAt !== undefined && { first_pending_at: eb.fn.coalesce("first_pending_at", eb.val(pendingAt)) }),
    }))
    .where("id", "=", id)
    .execute();
}

/**
 * Served by the partial indexes `work_requests_pending_key` and `work_requests_guessed`, so that what stands on enough
 * runs is not even read: forgetting all of a key each time made every end of a run cost as much as its key has waiting.
 */
async function forgetAllocations(db: Database, key: HistoryKey, knownRuns: number): Promise<void> {
  const forget = db
    .updateTable("work_requests")
    .set({ allocation: null })
    .where(IS_PENDING)
    .where("task_type", "=", key.task_type)
    .where("task_name", "=", key.task_name)
    .where("run_count", "=", 0);
  await forget.where(sql<boolean>`evidence_runs = -1`).execute();
  await forget
    .where("subject", "=", key.subject)
    .where("context", "=", key.context)
    .where("evidence_runs", ">=", 0)
    .where("evidence_runs", "<=", knownRuns)
    .execute();
}
