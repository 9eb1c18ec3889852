import type { Timestamp } from "../../../domain/clock.ts";
import type { WorkRequestError } from "../../../domain/output-data.ts";
import type { WorkRequest } from "../../../domain/work-request.ts";
import { CALLBACK_TASK } from "../../../domain/workflow.ts";
import type { AskedWork } from "../../../task/define-workflow.ts";
import { errorsOfFault } from "../../../task/faults.ts";
import type { NewWorkRequest, StoreReader, StoreTransaction } from "../../store/store.ts";
import type { LoopContext } from "../context.ts";
import { lengthenPaths, withPaths } from "../remaining-paths.ts";
import { setAside } from "../set-aside.ts";
import { settleInserted } from "../submit.ts";
import { completeSkipped, completeWithoutRun, hasEnded, hasFailed } from "../transitions.ts";
import type { MadePart } from "./ask-plan.ts";
import { checkPart } from "./check-part.ts";
import { madeAgain } from "./made-again.ts";

/** How faults of plans are told. */
export const PLAN_CODES = { failed: "plan-failed", unavailable: "plan-unavailable" } as const;

/** Whether a pending request is there to plan: a workflow, or a callback of one. */
export function isPlanning({ task_type, task_name, workflow_id }: WorkRequest): boolean {
  return task_type === "workflow" || (task_type === "internal" && task_name === CALLBACK_TASK && workflow_id !== null);
}

type Prepared =
  | { kind: "planned"; requests: NewWorkRequest[]; dynamic: MadePart["dynamic"] }
  | { kind: "failed" | "set_aside"; errors: WorkRequestError[] };

/**
 * Plans a workflow that has become pending, or goes on at one of its callbacks: what it asks for is inserted in one
 * transaction, together with the news that it was planned. So whoever is killed in the middle has done nothing.
 */
export async function preparePlan(context: LoopContext, request: WorkRequest): Promise<void> {
  const made = await context.plans.take(request);
  if (made === undefined) return; // still thinking
  const workflow = await workflowOf(context.store.read, request);
  if (workflow === undefined) return; // gone
  const prepared: Prepared = made.ok
    ? await preparedPart(context, workflow, request, made.value)
    : {
        kind: made.fault.kind === "unavailable" ? "set_aside" : "failed",
        errors: errorsOfFault(made.fault, PLAN_CODES, { task_name: workflow.task_name }),
      };
  await context.store.transaction((tx) => takeIn(context, tx, request, workflow, prepared));
}

async function workflowOf(read: Pick<StoreReader, "workRequest">, request: WorkRequest) {
  return request.task_type === "workflow" || request.workflow_id === null
    ? request
    : read.workRequest(request.workflow_id);
}

async function preparedPart(
  context: LoopContext,
  workflow: WorkRequest,
  request: WorkRequest,
  { part, members, dynamic }: MadePart,
): Promise<Prepared> {
  const there = new Map(members.map((member) => [member.name, member]));
  const missing = part.requests.filter(({ name }) => !there.has(name));
  const again = request.supersedes === null ? [] : await madeAgain(context.store.read, request, part.requests, there);
  const asked: AskedWork[] = [...missing, ...again.map((one) => one.asked)];
  const names = new Set(asked.map(({ name }) => name));
  const others = members.filter(({ name }) => !names.has(name));
  const checked = await checkPart(context, workflow, asked, others, await depthOf(context.store.read, workflow));
  if (!checked.ok) return { kind: checked.isPassing ? "set_aside" : "failed", errors: checked.errors };
  const requests = (await withPaths(context, checked.requests)).map((one, index): NewWorkRequest => {
    const old = again[index - missing.length];
    return old === undefined ? one : { ...one, supersedes: old.id };
  });
  return { kind: "planned", dynamic, requests };
}

/** How many workflows it is in. */
async function depthOf(read: Pick<StoreReader, "workRequest">, workflow: WorkRequest): Promise<number> {
  let depth = 1;
  // ends: a workflow is made before those in it
  for (let parent = workflow.workflow_id; parent !== null; depth += 1) {
    parent = (await read.workRequest(parent))?.workflow_id ?? null;
  }
  return depth;
}

async function takeIn(
  context: LoopContext,
  tx: StoreTransaction,
  request: WorkRequest,
  { id }: WorkRequest,
  prepared: Prepared,
): Promise<void> {
  const workflow = await tx.lockWorkRequest(id);
  const current = request.id === id ? workflow : await tx.lockWorkRequest(request.id);
  if (workflow === undefined || current?.status !== "pending") return; // changed in the meantime
  if (hasEnded(workflow) || workflow.aborted !== null) return; // whoever ends it ends this, too
  const now = await tx.now();
  if (prepared.kind === "set_aside" && (await setAside(context, tx, current, prepared.errors))) return;
  if (prepared.kind !== "planned") {
    const output = { runtime_statistics: {}, errors: prepared.errors };
    return completeWithoutRun(tx, current, "error", output, now);
  }
  if (current.id !== workflow.id) {
    // first, for what it asks for depends on it
    await completeWithoutRun(tx, current, "success", { runtime_statistics: {} }, now);
    return insertPart(tx, workflow, prepared.requests);
  }
  return takePlan(tx, current, prepared, now);
}

/** Begins a workflow with what its `plan()` asks for, or ends it where it says that there is nothing to do. */
async function takePlan(
  tx: StoreTransaction,
  workflow: WorkRequest,
  { dynamic, requests }: Extract<Prepared, { kind: "planned" }>,
  now: Timestamp,
): Promise<void> {
  const { skip, parameter_summary, subject = workflow.subject, context = workflow.context } = dynamic;
  const found = { subject, context, ...(parameter_summary !== undefined && { parameter_summary }) };
  if (skip !== undefined) return completeSkipped(tx, workflow, found, skip, now);
  await insertPart(tx, workflow, requests);
  await tx.updateWorkRequest(workflow.id, { status: "running", started_at: now, waiting: null, ...found });
  await tx.appendEvents([{ kind: "started", work_request_id: workflow.id, data: { work_requests: requests.length } }]);
  return undefined;
}

/** Inserts what a part of a plan asks for; what need not wait for anything is pending at once. */
async function insertPart(
  tx: StoreTransaction,
  workflow: WorkRequest,
  requests: readonly NewWorkRequest[],
): Promise<void> {
  const [row] = await tx.planRows([workflow.id]);
  const ready = await withoutEnded(tx, workflow, requests);
  const ids = await tx.insertWorkRequests(ready, {
    created_by: workflow.created_by,
    submission_id: row?.submission_id ?? null,
    max_share: row?.max_share ?? undefined,
    body_hash: "",
  });
  const lengthened = await lengthenPaths(tx, ready);
  for (const [index, { supersedes }] of requests.entries()) {
    if (supersedes !== null) await tx.updateWorkRequest(supersedes, { superseded_by: ids[index]! }); // one for each
  }
  await tx.appendEvents(
    ids.map((id, index) => ({
      kind: "created" as const,
      work_request_id: id,
      data: { workflow_id: workflow.id, ...(index === 0 && lengthened.length > 0 && { lengthened }) },
    })),
  );
  await settleInserted(tx, ready, ids);
}

/** Most wait, beside each other, for what has ended well: that need not be looked at one by one. */
async function withoutEnded(
  tx: StoreTransaction,
  workflow: WorkRequest,
  requests: readonly NewWorkRequest[],
): Promise<NewWorkRequest[]> {
  const isAlone = requests.every(({ depends_on }) => depends_on.every((target) => "index" in target));
  if (isAlone) return [...requests];
  const members = await tx.members(workflow.id);
  const over = new Set(members.flatMap((member) => (hasEnded(member) && !hasFailed(member) ? [member.id] : [])));
  return requests.map((request) => {
    const isReady = request.depends_on.every((target) => "id" in target && over.has(target.id));
    return isReady && request.unblock_strategy === "deps" ? { ...request, status: "pending" } : request;
  });
}
