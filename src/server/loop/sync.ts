import type { Assignment, RunReport, SyncAnswer, SyncRequest } from "../../contract/worker-protocol.ts";
import { epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import type { Event } from "../../domain/event.ts";
import type { RunId, WorkerName } from "../../domain/ids.ts";
import type { HeldRun, StoreReader, StoreTransaction } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { finishRun, handInRun } from "./finish-run.ts";
import { lostEnding } from "./lost-runs.ts";
import { readMark } from "./read-mark.ts";
import { markStarted } from "./transitions.ts";
import { keepLines } from "./worker-lines.ts";
import { recordSelf } from "./workers.ts";

/** How long a worker without runs may be left waiting for news, as a part of the lease. */
const IDLE_WAIT_SHARE = 1 / 3;

/**
 * One call of a worker: takes in what it reports, renews its leases, and answers with what it should do.
 * Without news the answer waits, at most `wait_ms`, for some. Ends of runs are taken in whenever they come; what else
 * a call says counts only when it is the worker's newest, or `call-out-of-order` is thrown.
 */
export async function sync(
  context: LoopContext,
  worker: WorkerName,
  request: SyncRequest,
  signal: AbortSignal,
): Promise<SyncAnswer> {
  const { acknowledged, lost } = await takeEnded(context, worker, request.runs);
  const held = request.runs.filter((report) => report.state !== "ended");
  const gone = await context.store.transaction((tx) => takeHeld(context, tx, worker, request, held));
  lost.push(...gone);
  if (request.log !== undefined) context.live.publishWorkerLog(worker);

  const known = new Set(request.runs.map((report) => report.run_id));
  const answer = await readNews(context, worker, request, known);
  const result = { ...answer, acknowledged, lost };
  if (hasNews(result) || request.wait_ms === 0) return result;

  const waitMs = Math.min(request.wait_ms, context.settings.leaseMs * IDLE_WAIT_SHARE);
  await context.live.waitFor((event) => concerns(event, worker), waitMs, signal);
  return { ...(await readNews(context, worker, request, known)), acknowledged, lost };
}

/** Takes in the ends of runs: each in a transaction of its own, together, so that their commits are one. */
async function takeEnded(
  context: LoopContext,
  worker: WorkerName,
  reports: readonly RunReport[],
): Promise<{ acknowledged: RunId[]; lost: RunId[] }> {
  const acknowledged: RunId[] = [];
  const lost: RunId[] = [];
  const take = async (report: RunReport & { state: "ended" }) => {
    try {
      await context.files.seal(report.run_id, report.log.size);
      const failure = await readMark(context.files, report.run_id, report.outcome);
      const handIn = await handInRun(context, worker, { ...report, failure });
      (handIn === "kept" ? acknowledged : lost).push(report.run_id);
    } catch (error) {
      // Not acknowledged, so the worker keeps it and reports it again; the others must not suffer.
      context.log.error({ err: error, run_id: report.run_id }, "could not take in the end of a run");
    }
  };
  await Promise.all(reports.filter((report) => report.state === "ended").map(take));
  return { acknowledged, lost };
}

/**
 * Renews the leases of the runs that the worker holds, and of those that it is about to be given: they may have been
 * placed long before it asks. Keeps the figures; gives the ids that it must drop.
 */
async function takeHeld(
  context: LoopContext,
  tx: StoreTransaction,
  worker: WorkerName,
  request: SyncRequest,
  held: readonly RunReport[],
): Promise<RunId[]> {
  const now = await tx.now();
  await recordSelf(tx, worker, request, now, context.settings.leaseMs);
  if (request.log !== undefined) await keepLines(tx, worker, request.log, now);
  const until = timestamp(epochMs(now) + context.settings.leaseMs);
  const active = await tx.heldRuns(worker);
  await giveUpMissing(context, tx, active, request, now);
  const renewed = await tx.renewLeases([...held, ...toBeGiven(active, request)], until);
  for (const report of held) {
    const run = active.find(({ id }) => id === report.run_id);
    if (report.state === "running" && run !== undefined && renewed.has(run.id))
      await takeProgress(context, tx, run, report);
  }
  return held.filter((report) => !renewed.has(report.run_id)).map((report) => report.run_id);
}

function toBeGiven(active: readonly HeldRun[], request: SyncRequest): Pick<RunReport, "run_id" | "lease_token">[] {
  if (!request.wants_work) return [];
  const named = new Set(request.runs.map((report) => report.run_id));
  const fresh = active.filter((run) => run.state === "assigned" && !named.has(run.id));
  return fresh.map(({ id, lease_token }) => ({ run_id: id, lease_token }));
}

/** A run that had started and that its worker does not name any more is gone: the worker lost its state. */
async function giveUpMissing(
  context: LoopContext,
  tx: StoreTransaction,
  active: readonly HeldRun[],
  request: SyncRequest,
  now: Timestamp,
): Promise<void> {
  const named = new Set(request.runs.map((report) => report.run_id));
  for (const run of active) {
    if (run.state !== "running" || named.has(run.id)) continue;
    const whole = await tx.run(run.id);
    if (whole !== undefined) await finishRun(context, tx, whole, lostEnding(whole, now));
  }
}

async function takeProgress(
  context: LoopContext,
  tx: StoreTransaction,
  run: HeldRun,
  report: RunReport & { state: "running" },
): Promise<void> {
  const { runtime_statistics, measurement, started_at } = report;
  await tx.updateRun(run.id, run.lease_token, {
    state: "running",
    started_at,
    runtime_statistics,
    ...(measurement !== undefined && { measurement }),
  });
  context.live.publishProgress({
    work_request_id: run.work_request_id,
    run_id: run.id,
    runtime_statistics,
    measurement,
  });
  if (run.state === "running") return;
  const request = await tx.lockWorkRequest(run.work_request_id);
  if (request !== undefined) await markStarted(tx, request, started_at);
  await tx.appendEvents([
    { kind: "started", work_request_id: run.work_request_id, run_id: run.id, worker_name: run.worker_name, data: {} },
  ]);
}

async function readNews(
  context: LoopContext,
  worker: WorkerName,
  request: SyncRequest,
  known: ReadonlySet<RunId>,
): Promise<Omit<SyncAnswer, "acknowledged" | "lost">> {
  const { read } = context.store;
  const active = await read.heldRuns(worker);
  const fresh = active.filter((run) => run.state === "assigned" && !known.has(run.id));
  const assignments = request.wants_work ? await Promise.all(fresh.map((run) => assignmentOf(read, run))) : [];
  const aborts = active.flatMap((run) =>
    run.abort_requested_by === null || !known.has(run.id) ? [] : [{ run_id: run.id, by: run.abort_requested_by }],
  );
  const row = await read.worker(worker);
  return {
    assignments: assignments.filter((assignment) => assignment !== undefined),
    aborts,
    draining: row?.drain ?? false,
    heartbeat_ms: context.settings.heartbeatMs,
    lease_ms: context.settings.cutOffRuns === "end" ? context.settings.leaseMs : null,
  };
}

async function assignmentOf(read: StoreReader, run: HeldRun): Promise<Assignment | undefined> {
  const request = await read.workRequest(run.work_request_id);
  if (request === undefined) return undefined;
  const inputs = request.inputs.length === 0 ? [] : ((await read.run(run.id))?.inputs ?? []);
  const { task_type, task_name, subject, context, task_data } = request;
  return {
    task_type,
    task_name,
    subject,
    context,
    task_data,
    inputs,
    run_id: run.id,
    lease_token: run.lease_token,
    work_request_id: run.work_request_id,
    allocation: run.allocation,
  };
}

function hasNews(answer: SyncAnswer): boolean {
  return [answer.assignments, answer.aborts, answer.acknowledged, answer.lost].some((list) => list.length > 0);
}

function concerns(event: Event, worker: WorkerName): boolean {
  const kinds = ["placed", "abort_requested", "worker_changed"];
  return event.worker_name === worker && kinds.includes(event.kind);
}
