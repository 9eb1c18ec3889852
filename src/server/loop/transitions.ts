import type { Timestamp } from "../../domain/clock.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { OutputData } from "../../domain/output-data.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { CALLBACK_TASK } from "../../domain/workflow.ts";
import type { AbortRecord, Result, WorkRequest } from "../../domain/work-request.ts";
import type { PastRun } from "../../verdict/past.ts";
import type { StoreTransaction } from "../store/store.ts";
import { recordFinding } from "./findings.ts";
import { react } from "./reactions.ts";
import { abortedVerdict, judgeRequest, verdictOf } from "./verdicts.ts";

/*
 * How a request goes from one status to the next, and what that does to those that depend on it.
 *
 *   blocked ──► pending ──► running ──► completed
 *      │           │  ▲________│ another run
 *      └───────────┴───────────┴─────► aborted
 */

/** Makes a blocked request pending; `by`: the person who released it. */
export async function unblock(tx: StoreTransaction, id: WorkRequestId, now: Timestamp, by?: string): Promise<void> {
  await tx.updateWorkRequest(id, {
    status: "pending",
    pending_at: now,
    waiting: { code: "not_planned_yet", message: "it has just become pending", since: now },
  });
  await tx.appendEvents([{ kind: "unblocked", work_request_id: id, data: by === undefined ? {} : { by } }]);
}

/** Says when the first of a request's runs started; what later runs say of themselves changes nothing. */
export async function markStarted(tx: StoreTransaction, request: WorkRequest, started_at: Timestamp): Promise<void> {
  if (request.started_at === null) await tx.updateWorkRequest(request.id, { started_at });
}

/** Ends a request with a result, and settles those that depend on it. */
export async function complete(
  tx: StoreTransaction,
  request: WorkRequest,
  end: { result: Result; output_data: OutputData; verdict: Verdict },
  now: Timestamp,
): Promise<void> {
  const { id } = request;
  await tx.updateWorkRequest(id, {
    ...end,
    status: "completed",
    completed_at: now,
    waiting: null,
    avoid_workers: null,
  });
  const { kind, fatal, because } = end.verdict;
  const data = { result: end.result, verdict: kind, fatal, because };
  await tx.appendEvents([{ kind: "completed", work_request_id: id, data }]);
  await react(tx, request, end, now);
  const stopped = await settleDependents(tx, [id], now);
  await recordFinding(tx, request, { ...end, stopped }, now);
}

/** Ends a request that had no run on a worker; `past`: what is judged instead. */
export async function completeWithoutRun(
  tx: StoreTransaction,
  request: WorkRequest,
  result: Result,
  output_data: OutputData,
  now: Timestamp,
  past?: readonly PastRun[],
): Promise<void> {
  const { errors = [], skip_reason } = output_data;
  const ended = {
    result,
    errors,
    runs: [],
    ...(past !== undefined && { past }),
    ...(skip_reason !== undefined && { skip_reason }),
  };
  const verdict = await verdictOf(tx, request, ended, await judgeRequest(tx, request, ended, now), now);
  await complete(tx, request, { result, output_data, verdict }, now);
}

/** Ends a request that needs no run, by what its task says of it: as what it was found to be, and why. */
export async function completeSkipped(
  tx: StoreTransaction,
  request: WorkRequest,
  found: Pick<WorkRequest, "subject" | "context"> & Partial<Pick<WorkRequest, "parameter_summary" | "input_size">>,
  skip_reason: string,
  now: Timestamp,
): Promise<void> {
  await tx.updateWorkRequest(request.id, found);
  await completeWithoutRun(tx, { ...request, ...found }, "skipped", { runtime_statistics: {}, skip_reason }, now);
}

/** Ends a request that is not to be finished, and settles those that depend on it. */
export async function abort(
  tx: StoreTransaction,
  id: WorkRequestId,
  aborted: AbortRecord,
  output_data: OutputData | null = null,
): Promise<void> {
  await recordAbort(tx, id, aborted, output_data);
  await settleDependents(tx, [id], aborted.at);
}

/** As `abort`, without a look at those that depend on it. */
export async function recordAbort(
  tx: StoreTransaction,
  id: WorkRequestId,
  aborted: AbortRecord,
  output_data: OutputData | null = null,
): Promise<void> {
  await tx.updateWorkRequest(id, {
    status: "aborted",
    aborted,
    completed_at: aborted.at,
    waiting: null,
    verdict: abortedVerdict(aborted),
    ...(output_data !== null && { output_data }),
  });
  await tx.appendEvents([{ kind: "aborted", work_request_id: id, data: { ...aborted } }]);
}

/** Unblocks what waited for these requests, or aborts it when one of them failed; and so on down the graph. Gives how many it aborted. */
export async function settleDependents(
  tx: StoreTransaction,
  ended: readonly WorkRequestId[],
  now: Timestamp,
): Promise<number> {
  const queue = [...ended];
  let stopped = 0;
  // ends: each round settles requests that were blocked and are not afterwards
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    for (const dependent of await tx.dependentsOf(id)) {
      if (!(await settleBlocked(tx, dependent, now))) continue;
      queue.push(dependent.id);
      stopped += 1;
    }
  }
  return stopped;
}

/** Looks at a blocked request's dependencies; true when it had to be aborted. */
export async function settleBlocked(tx: StoreTransaction, request: WorkRequest, now: Timestamp): Promise<boolean> {
  if (request.status !== "blocked") return false;
  const dependencies = await tx.dependencyStates(request.id);
  const failed = looksAtResults(request) ? undefined : dependencies.find(hasFailed);
  if (failed !== undefined) {
    const kind = failed.verdict?.kind.replaceAll("_", " ");
    const meaning = kind === undefined ? "" : ` (${kind})`;
    const how = failed.status === "aborted" ? "was aborted" : `ended with ${failed.result ?? "no result"}${meaning}`;
    const aborted = { at: now, by: "dependency", reason: `its dependency #${failed.id} ${how}` };
    await recordAbort(tx, request.id, aborted, null);
    return true;
  }
  const open = dependencies.filter((dependency) => !hasEnded(dependency));
  if (open.length === 0 && request.unblock_strategy === "deps") await unblock(tx, request.id, now);
  return false;
}

/** A callback of a workflow is there to see what has become of the others. */
function looksAtResults({ task_type, task_name }: WorkRequest): boolean {
  return task_type === "internal" && task_name === CALLBACK_TASK;
}

type DependencyState = Pick<WorkRequest, "status" | "result" | "allow_failure" | "verdict">;

/** Whether nothing will happen to a request any more. */
export function hasEnded(dependency: Pick<WorkRequest, "status">): boolean {
  return dependency.status === "completed" || dependency.status === "aborted";
}

/** Whether it has not ended well, whatever its verdict makes of that. */
export function isFailure({ status, result }: Pick<WorkRequest, "status" | "result">): boolean {
  return status === "aborted" || result === "failure" || result === "error";
}

/** Whether dependents cannot go on: a failure that its verdict does not call fatal lets them, as one that is allowed does. */
export function hasFailed(dependency: DependencyState): boolean {
  if (!hasEnded(dependency) || dependency.allow_failure) return false;
  return dependency.verdict?.fatal !== false;
}
