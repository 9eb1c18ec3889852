import { AppError } from "../../contract/errors.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import type { NewWorkRequest, StoreTransaction } from "../store/store.ts";
import { lockExisting } from "./actions.ts";
import type { LoopContext } from "./context.ts";
import { settleInserted } from "./submit.ts";
import { hasEnded } from "./transitions.ts";
import { failedMembers, reopen, retryOf } from "./workflows/retry-members.ts";

/**
 * Makes an ended request again, as a new one that supersedes it, together with the requests that were aborted because of
 * it. Of a workflow only what failed is made again, and the workflow goes on. `elsewhere`: on other workers than before, while
 * there are some. Gives the new ones, the retried one first.
 * Throws `not-found` for an id that does not exist.
 */
export function retryWorkRequest(
  context: LoopContext,
  id: WorkRequestId,
  by: string,
  { elsewhere = false } = {},
): Promise<WorkRequest[]> {
  return context.store.transaction(async (tx) => {
    const request = await lockExisting(tx, id);
    if (!hasEnded(request)) throw new AppError("not-ended", { id, status: request.status });
    if (request.superseded_by !== null) {
      throw new AppError("already-superseded", { id, superseded_by: request.superseded_by });
    }
    const made = await retryAny(tx, request, by);
    const workers = elsewhere ? new Set((await tx.runsOf(id)).map(({ worker_name }) => worker_name)) : new Set<never>();
    if (made[0] !== undefined && workers.size > 0) await tx.updateWorkRequest(made[0], { avoid_workers: [...workers] });
    return Promise.all(made.map((copy) => lockExisting(tx, copy)));
  });
}

async function retryAny(tx: StoreTransaction, request: WorkRequest, by: string): Promise<WorkRequestId[]> {
  if (request.task_type === "workflow") {
    const members = await tx.members(request.id);
    const heads = failedMembers(members);
    if (heads.size > 0) return retryIn(tx, request, heads, by);
    if (members.length > 0 && request.result === "success") throw new AppError("nothing-failed", { id: request.id });
  }
  if (request.workflow_id === null) return makeAgain(tx, [request, ...(await takenDown(tx, request))], 1, by);
  const workflow = await lockExisting(tx, request.workflow_id);
  return retryIn(tx, workflow, new Set([request.id]), by);
}

/** Makes requests of a workflow again, with what waits for them in it and behind it. */
async function retryIn(
  tx: StoreTransaction,
  workflow: WorkRequest,
  heads: ReadonlySet<WorkRequestId>,
  by: string,
): Promise<WorkRequestId[]> {
  const { members, workflows } = retryOf(await tx.members(workflow.id), heads);
  const victims = hasEnded(workflow) ? await takenDown(tx, workflow) : [];
  await reopen(tx, workflow.id, by);
  const inner: WorkRequestId[] = [];
  for (const id of workflows) {
    const sub = await lockExisting(tx, id);
    const failed = failedMembers(await tx.members(id));
    if (failed.size > 0) inner.push(...(await retryIn(tx, sub, failed, by)));
    else members.push(...(await tx.members(workflow.id)).filter((member) => member.id === id)); // it was never planned
  }
  const sorted = members.toSorted((a, b) => Number(heads.has(b.id)) - Number(heads.has(a.id)) || a.id - b.id);
  const own = await Promise.all(sorted.map(({ id }) => lockExisting(tx, id)));
  const originals = [...own, ...victims.filter(({ id }) => !own.some((one) => one.id === id))];
  const isHead = own.filter(({ id }) => heads.has(id)).length;
  return [...(await makeAgain(tx, originals, isHead, by)), ...inner];
}

/** Copies requests, the first so many of which are made again for themselves. */
async function makeAgain(
  tx: StoreTransaction,
  originals: readonly WorkRequest[],
  heads: number,
  by: string,
): Promise<WorkRequestId[]> {
  if (originals.length === 0) return [];
  const rows = new Map((await tx.planRows(originals.map((one) => one.id))).map((row) => [row.id, row]));
  const positions = new Map(originals.map(({ id }, index) => [id, index]));
  const copies = originals.map((original, index) => {
    const row = rows.get(original.id);
    return {
      ...copyOf(original, positions, index < heads),
      remaining_path: row?.remaining_path ?? 0,
      ...(row?.duration_p50 != null && { duration_p50: row.duration_p50 }),
      ...(row?.duration_p95 != null && { duration_p95: row.duration_p95 }),
    };
  });
  const ids = await tx.insertWorkRequests(copies, { created_by: by, body_hash: "" });
  for (const [index, original] of originals.entries()) {
    const copy = ids[index]!; // one id for each copy, in the same order
    await tx.updateWorkRequest(original.id, { superseded_by: copy });
    await tx.appendEvents([{ kind: "created", work_request_id: copy, data: { supersedes: original.id } }]);
  }
  await settleInserted(tx, copies, ids);
  return ids;
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

function copyOf(
  original: WorkRequest,
  positions: ReadonlyMap<WorkRequestId, number>,
  isRetried: boolean,
): NewWorkRequest {
  // A request made again by hand does not wait for what was done already, but does for what is made again with it.
  const depends_on = original.dependencies.flatMap((id): NewWorkRequest["depends_on"] => {
    const index = positions.get(id);
    if (index !== undefined) return [{ index }];
    // in a workflow it stays where it is in the graph
    return isRetried && original.workflow_id === null ? [] : [{ id }];
  });
  const inputs = original.inputs.map((input) => {
    const index = positions.get(input.from);
    return { ...input, from: index === undefined ? { id: input.from } : { index } };
  });
  const { task_type, task_name, subject, context, name, task_data, requirements, priority_base } = original;
  const { allow_failure, trusted, expire_after, unblock_strategy, fail_on, reactions, workflow_id, workflow_group } =
    original;
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
    reactions,
    trusted,
    expire_after,
    depends_on,
    inputs,
    ...(workflow_id !== null && { workflow_id }),
    ...(workflow_group !== null && { workflow_group }),
    // whoever retries by hand has released it by that
    unblock_strategy: isRetried ? "deps" : unblock_strategy,
    status: depends_on.length > 0 || (!isRetried && unblock_strategy === "manual") ? "blocked" : "pending",
    supersedes: original.id,
  };
}
