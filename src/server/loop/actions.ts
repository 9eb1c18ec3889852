import { AppError } from "../../contract/errors.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { AbortRecord, WorkRequest } from "../../domain/work-request.ts";
import type { NewWorkRequest, StoreTransaction } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { settleInserted } from "./submit.ts";
import { abort, unblock } from "./transitions.ts";

/** What people do to requests. Each throws `not-found` for an id that does not exist. */

/**
 * Ends a request: at once when it has no run; else its run is ended on the worker, with its whole process
 * tree, and the request is aborted when the worker says so.
 */
export function abortWorkRequest(
  context: LoopContext,
  id: WorkRequestId,
  by: string,
  reason: string | undefined,
): Promise<WorkRequest> {
  return context.store.transaction(async (tx) => {
    const request = await lockExisting(tx, id);
    if (hasEnded(request)) throw new AppError("already-ended", { id, status: request.status });
    const aborted = { at: await tx.now(), by, ...(reason !== undefined && { reason }) };
    if (request.status === "running") await askRunsToEnd(tx, id, aborted);
    else await abort(tx, id, aborted);
    return lockExisting(tx, id);
  });
}

async function askRunsToEnd(tx: StoreTransaction, id: WorkRequestId, aborted: AbortRecord): Promise<void> {
  const { by } = aborted;
  await tx.updateWorkRequest(id, { aborted });
  for (const run of await tx.runsOf(id)) {
    if (run.state === "ended" || run.abort_requested_by !== null) continue;
    await tx.updateRun(run.id, undefined, { abort_requested_by: by });
    await tx.appendEvents([
      { kind: "abort_requested", work_request_id: id, run_id: run.id, worker_name: run.worker_name, data: { by } },
    ]);
  }
}

/** Releases a request that waits for a person. */
export function unblockWorkRequest(context: LoopContext, id: WorkRequestId): Promise<WorkRequest> {
  return context.store.transaction(async (tx) => {
    const request = await lockExisting(tx, id);
    if (request.status !== "blocked" || request.unblock_strategy !== "manual") {
      throw new AppError("not-blocked", { id, status: request.status, strategy: request.unblock_strategy });
    }
    await unblock(tx, id, await tx.now());
    return lockExisting(tx, id);
  });
}

/** Changes what is added to a request's priority. */
export function adjustPriority(context: LoopContext, id: WorkRequestId, adjustment: number): Promise<WorkRequest> {
  return context.store.transaction(async (tx) => {
    const request = await lockExisting(tx, id);
    if (hasEnded(request)) throw new AppError("already-ended", { id, status: request.status });
    await tx.updateWorkRequest(id, { priority_adjustment: adjustment });
    const data = { from: request.priority_adjustment, to: adjustment };
    await tx.appendEvents([{ kind: "priority_changed", work_request_id: id, data }]);
    return lockExisting(tx, id);
  });
}

/**
 * Makes an ended request again, as a new one that supersedes it, together with the requests that were
 * aborted because of it. Gives the new ones, the retried one first.
 */
export function retryWorkRequest(context: LoopContext, id: WorkRequestId, by: string): Promise<WorkRequest[]> {
  return context.store.transaction(async (tx) => {
    const request = await lockExisting(tx, id);
    if (!hasEnded(request)) throw new AppError("not-ended", { id, status: request.status });
    if (request.superseded_by !== null) {
      throw new AppError("already-superseded", { id, superseded_by: request.superseded_by });
    }
    const originals = [request, ...(await takenDown(tx, request))];
    const rows = new Map((await tx.planRows(originals.map((one) => one.id))).map((row) => [row.id, row]));
    const copies = originals.map((original) => ({
      ...copyOf(original, originals),
      remaining_path: rows.get(original.id)?.remaining_path ?? 0,
    }));
    const ids = await tx.insertWorkRequests(copies, { created_by: by, body_hash: "" });
    for (const [index, original] of originals.entries()) {
      const copy = ids[index]!; // one id for each copy, in the same order
      await tx.updateWorkRequest(original.id, { superseded_by: copy });
      await tx.appendEvents([{ kind: "created", work_request_id: copy, data: { supersedes: original.id } }]);
    }
    await settleInserted(tx, copies, ids);
    return Promise.all(ids.map((copy) => lockExisting(tx, copy)));
  });
}

/** The requests, near and far, that were aborted because this one failed. */
async function takenDown(tx: StoreTransaction, request: WorkRequest): Promise<WorkRequest[]> {
  const found = new Map<WorkRequestId, WorkRequest>();
  const queue = [request.id];
  // ends: a request is queued only when it is found for the first time
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    for (const dependent of await tx.dependentsOf(id)) {
      const isVictim = dependent.aborted?.by === "dependency" && dependent.superseded_by === null;
      if (!isVictim || found.has(dependent.id)) continue;
      found.set(dependent.id, dependent);
      queue.push(dependent.id);
    }
  }
  return [...found.values()];
}

function copyOf(original: WorkRequest, originals: readonly WorkRequest[]): NewWorkRequest {
  // A request made again by hand does not wait for what was done already, but does for what is made again with it.
  const isRetried = original === originals[0];
  const depends_on = original.dependencies.flatMap((id): NewWorkRequest["depends_on"] => {
    const index = originals.findIndex((other) => other.id === id);
    if (index >= 0) return [{ index }];
    return isRetried ? [] : [{ id }];
  });
  const { task_type, task_name, subject, context, name, task_data, requirements, priority_base } = original;
  const { allow_failure, trusted, expire_after, unblock_strategy, fail_on } = original;
  return {
    task_type,
    task_name,
    subject,
    context,
    name,
    task_data,
    requirements,
    priority_base,
    allow_failure,
    fail_on,
    trusted,
    expire_after,
    depends_on,
    // whoever retries by hand has released it by that
    unblock_strategy: isRetried ? "deps" : unblock_strategy,
    status: depends_on.length > 0 || (!isRetried && unblock_strategy === "manual") ? "blocked" : "pending",
    supersedes: original.id,
  };
}

function hasEnded(request: WorkRequest): boolean {
  return request.status === "completed" || request.status === "aborted";
}

async function lockExisting(tx: StoreTransaction, id: WorkRequestId): Promise<WorkRequest> {
  const request = await tx.lockWorkRequest(id);
  if (request === undefined) throw new AppError("not-found", { what: "work request", id: `#${id}` });
  return request;
}
