import type { Timestamp } from "../../../domain/clock.ts";
import type { WorkRequestId } from "../../../domain/ids.ts";
import { VERDICT_KINDS, type Verdict, type VerdictKind } from "../../../domain/verdict.ts";
import type { AbortRecord, Result, WorkRequest } from "../../../domain/work-request.ts";
import type { MemberRow, StoreTransaction } from "../../store/store.ts";
import type { LoopContext } from "../context.ts";
import { complete, hasEnded, hasFailed, isFailure, recordAbort, settleDependents } from "../transitions.ts";

/** How many requests are aborted in one transaction: others must not wait long for it. */
const BATCH = 200;

/**
 * Ends the workflows whose requests have all ended, and goes on with ending those that are to be aborted. From what is
 * stored alone, so that it does not matter when it is called, how often, and by which server.
 */
export async function endWorkflows(context: LoopContext): Promise<void> {
  for (const { id, isAborting, isOpen } of await context.store.read.goingWorkflows()) {
    if (isOpen && !isAborting) continue;
    if (isAborting) await abortMembers(context, id);
    await context.store.transaction((tx) => endIfOver(tx, id));
  }
}

/** Aborts what has not ended; what runs is asked to end, and ends the workflow when it has. */
async function abortMembers(context: LoopContext, id: WorkRequestId): Promise<void> {
  // ends: with the batch in which nothing is left to be told
  for (;;) {
    const told = await context.store.transaction((tx) => abortBatch(tx, id));
    if (told === 0) return;
  }
}

/** Says how many were told: those that had been told before are left out. */
async function abortBatch(tx: StoreTransaction, id: WorkRequestId): Promise<number> {
  const workflow = await tx.lockWorkRequest(id);
  if (workflow?.aborted == null || hasEnded(workflow)) return 0;
  // at the front of the list those that are ending; a workflow runs no more than its workers can hold
  const open = await tx.openMembers(id, BATCH + MOST_RUNNING);
  const untold = open.filter(({ aborted }) => aborted === null).slice(0, BATCH);
  const { by, reason } = workflow.aborted;
  const aborted = { at: await tx.now(), by, ...(reason !== undefined && { reason }) };
  const ended: WorkRequestId[] = [];
  for (const member of untold) {
    if (await abortOrAsk(tx, member, aborted)) ended.push(member.id);
  }
  await settleDependents(tx, ended, aborted.at);
  return untold.length;
}

const MOST_RUNNING = 2_000;

/** Ends a request at once when it has no run and no requests of its own; else asks those to end. True: it has ended. */
export async function abortOrAsk(tx: StoreTransaction, request: WorkRequest, aborted: AbortRecord): Promise<boolean> {
  const { id, status, task_type } = request;
  if (status !== "running" || task_type === "server") {
    await recordAbort(tx, id, aborted);
    return true;
  }
  await tx.updateWorkRequest(id, { aborted });
  const { by } = aborted;
  if (task_type === "workflow") {
    await tx.appendEvents([{ kind: "abort_requested", work_request_id: id, data: { by } }]);
    return false;
  }
  for (const run of await tx.runsOf(id)) {
    if (run.state === "ended" || run.abort_requested_by !== null) continue;
    await tx.updateRun(run.id, undefined, { abort_requested_by: by });
    const told = { run_id: run.id, worker_name: run.worker_name, data: { by } };
    await tx.appendEvents([{ kind: "abort_requested", work_request_id: id, ...told }]);
  }
  return false;
}

/** Whoever adds requests to a workflow locks it, so none can come after this look. */
async function endIfOver(tx: StoreTransaction, id: WorkRequestId): Promise<void> {
  const workflow = await tx.lockWorkRequest(id);
  if (workflow?.status !== "running" || (await tx.openMembers(id, 1)).length > 0) return;
  const now = await tx.now();
  if (workflow.aborted !== null) {
    await recordAbort(tx, id, { ...workflow.aborted, at: now });
    await settleDependents(tx, [id], now);
    return;
  }
  const members = await tx.members(id);
  const { result, verdict } = judged(members, now);
  return complete(tx, workflow, { result, verdict, output_data: { runtime_statistics: {} } }, now);
}

/** What a workflow's requests mean for it: each has its own verdict, so only what failed and counts is looked at. */
export function judged(members: readonly MemberRow[], now: Timestamp): { result: Result; verdict: Verdict } {
  const failed = members.filter(hasFailed);
  // what was aborted because of another says nothing of its own, unless there is no other
  const own = failed.filter(({ aborted }) => aborted?.by !== "dependency");
  const telling = own.length === 0 ? failed : own;
  const excused = members.filter((member) => isFailure(member) && !hasFailed(member));
  const result =
    telling.length === 0 ? "success" : telling.some((one) => one.result === "failure") ? "failure" : "error";
  const kinds = telling.map(({ verdict }) => verdict?.kind ?? "infrastructure");
  return {
    result,
    verdict: {
      kind: result === "success" ? "passed" : worstOf(kinds),
      fatal: result !== "success",
      because: becauseOf(members.length, telling, failed.length - telling.length, excused),
      confidence: 1,
      evidence: telling.slice(0, 20).flatMap(({ verdict }) => verdict?.evidence.slice(0, 1) ?? []),
      level: "none",
      at: now,
      by: null,
      note: null,
      spent: {},
      overruled: [],
    },
  };
}

/** Worst first. */
const WEIGHT: Partial<Record<VerdictKind, number>> = { regression: 3, over_limit: 2, infrastructure: -1, aborted: -2 };

function worstOf(kinds: readonly VerdictKind[]): VerdictKind {
  const weight = (kind: VerdictKind) => WEIGHT[kind] ?? 0;
  return (
    VERDICT_KINDS.filter((kind) => kinds.includes(kind)).sort((a, b) => weight(b) - weight(a))[0] ?? "infrastructure"
  );
}

function becauseOf(total: number, telling: readonly MemberRow[], taken: number, excused: readonly MemberRow[]): string {
  const alike = excused.length === 0 ? "" : `; ${listOf(excused)} failed, but this does not count`;
  if (telling.length === 0) return `${total === 1 ? "its request" : `all ${total} requests`} ended well${alike}`;
  const down =
    taken === 0 ? "" : `, and ${taken} that depended on ${telling.length === 1 ? "it" : "them"} were not run`;
  return `${telling.length} of ${total} requests did not end well: ${listOf(telling)}${down}${alike}`;
}

function listOf(members: readonly MemberRow[]): string {
  const shown = members.slice(0, 3).map(({ id, name, verdict }) => `${name} (#${id}, ${wordsOf(verdict?.kind)})`);
  return members.length > 3 ? `${shown.join(", ")} and ${members.length - 3} more` : shown.join(", ");
}

function wordsOf(kind: VerdictKind | undefined): string {
  return kind?.replaceAll("_", " ") ?? "no verdict";
}
