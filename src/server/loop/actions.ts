import { AppError } from "../../contract/errors.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { MAX_WORKFLOW_REQUESTS } from "../../domain/workflow.ts";
import type { StoreTransaction } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { abort, hasEnded, settleDependents, unblock } from "./transitions.ts";
import { abortOrAsk } from "./workflows/end-workflow.ts";

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
    if (request.status !== "running") await abort(tx, id, aborted);
    else if (await abortOrAsk(tx, request, aborted)) await settleDependents(tx, [id], aborted.at);
    return lockExisting(tx, id);
  });
}

/** Releases a request that waits for a person. */
export function unblockWorkRequest(context: LoopContext, id: WorkRequestId, by: string): Promise<WorkRequest> {
  return context.store.transaction(async (tx) => {
    const request = await lockExisting(tx, id);
    if (request.status !== "blocked" || request.unblock_strategy !== "manual") {
      throw new AppError("not-blocked", { id, status: request.status, strategy: request.unblock_strategy });
    }
    await unblock(tx, id, await tx.now(), by);
    return lockExisting(tx, id);
  });
}

/** Changes what is added to a request's priority; for a workflow also to that of all that is left of it. */
export function adjustPriority(
  context: LoopContext,
  id: WorkRequestId,
  adjustment: number,
  by: string,
): Promise<WorkRequest> {
  return context.store.transaction(async (tx) => {
    const request = await lockExisting(tx, id);
    if (hasEnded(request)) throw new AppError("already-ended", { id, status: request.status });
    await adjust(tx, request, adjustment - request.priority_adjustment, by);
    return lockExisting(tx, id);
  });
}

/** By a difference, so that what was adjusted apart stays so. */
async function adjust(tx: StoreTransaction, request: WorkRequest, difference: number, by: string): Promise<void> {
  const { id, priority_adjustment: from } = request;
  const to = from + difference;
  await tx.updateWorkRequest(id, { priority_adjustment: to });
  await tx.appendEvents([{ kind: "priority_changed", work_request_id: id, data: { from, to, by } }]);
  if (request.task_type !== "workflow") return;
  for (const member of await tx.openMembers(id, MAX_WORKFLOW_REQUESTS)) await adjust(tx, member, difference, by);
}

/** Locks a request; throws `not-found` when there is none. */
export async function lockExisting(tx: StoreTransaction, id: WorkRequestId): Promise<WorkRequest> {
  const request = await tx.lockWorkRequest(id);
  if (request === undefined) throw new AppError("not-found", { what: "work request", id: `#${id}` });
  return request;
}
