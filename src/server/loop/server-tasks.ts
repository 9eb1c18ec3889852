import { errorEntry } from "../../contract/errors.ts";
import type { Timestamp } from "../../domain/clock.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import { runId, type WorkRequestId } from "../../domain/ids.ts";
import type { Outcome } from "../../domain/outcome.ts";
import type { WorkRequestError } from "../../domain/output-data.ts";
import { formatDuration } from "../../domain/units.ts";
import type { Result, WorkRequest } from "../../domain/work-request.ts";
import { errorsOfFault } from "../../task/faults.ts";
import type { ServerAnswer } from "../../task/define-task.ts";
import type { PastRun } from "../../verdict/past.ts";
import type { StoreTransaction } from "../store/store.ts";
import { attempt } from "./attempt.ts";
import type { LoopContext } from "./context.ts";
import { learnFrom } from "./estimates.ts";
import { setAside } from "./set-aside.ts";
import { completeWithoutRun } from "./transitions.ts";

/** How many run at once; the others wait for their turn. */
const MOST_AT_ONCE = 4;

/** Stands where others have a worker's name. */
const IN_THE_SERVER = "server";

/** What runs of `server` tasks in this process, by request. */
export type ServerTasks = { going: Map<WorkRequestId, AbortController>; waiting: (() => void)[]; running: number };

/** Nothing runs yet. */
export function createServerTasks(): ServerTasks {
  return { going: new Map(), waiting: [], running: 0 };
}

/** Takes a request as being run here, in the given transaction; `runServerTask` must follow its commit. */
export async function takeServerTask(tx: StoreTransaction, request: WorkRequest, now: Timestamp): Promise<void> {
  const { id, run_count } = request;
  const started = { started_at: request.started_at ?? now, waiting: null };
  await tx.updateWorkRequest(id, { status: "running", run_count: run_count + 1, ...started });
  await tx.appendEvents([{ kind: "started", work_request_id: id, data: { attempt: run_count + 1 } }]);
}

/** Runs it in the background, and ends the request with what came of it. Never rejects. */
export async function runServerTask(context: LoopContext, id: WorkRequestId): Promise<void> {
  const { serverTasks, store, log, live } = context;
  const ending = new AbortController();
  serverTasks.going.set(id, ending);
  const stopListening = live.listen({
    onEvents: (events) => {
      if (events.some(({ kind, work_request_id }) => kind === "aborted" && work_request_id === id)) ending.abort();
    },
  });
  await turn(serverTasks);
  try {
    await attempt(log, "running a task of the server", async () => {
      const request = await store.read.workRequest(id);
      if (request?.status === "running") await runOnce(context, request, ending.signal);
    });
  } finally {
    stopListening();
    if (serverTasks.going.get(id) === ending) serverTasks.going.delete(id);
    serverTasks.running -= 1;
    serverTasks.waiting.shift()?.();
  }
}

async function turn(tasks: ServerTasks): Promise<void> {
  if (tasks.running >= MOST_AT_ONCE) await new Promise<void>((resolve) => tasks.waiting.push(resolve));
  tasks.running += 1;
}

async function runOnce(context: LoopContext, request: WorkRequest, signal: AbortSignal): Promise<void> {
  const { tasks, clock, store } = context;
  const limit = request.allocation?.duration.amount ?? context.settings.defaults.duration;
  const startMs = clock.monotonicMs();
  const { id, task_name, task_data, subject, context: circumstances } = request;
  const call = { task_name, task_data, work_request_id: id, subject, context: circumstances };
  const answer = await tasks.serve(call, { limitMs: limit * 1000, signal });
  const durationMs = clock.monotonicMs() - startMs;
  if (answer.ok === "aborted") return; // whoever ended it has said so, or another server goes on with it
  await store.transaction(async (tx) => {
    const current = await tx.lockWorkRequest(id);
    // ended, or begun again elsewhere
    if (current?.status !== "running" || current.run_count !== request.run_count) return;
    await conclude(context, tx, current, endOf(answer, task_name, limit), durationMs);
  });
}

type End = { result: Result; outcome: Outcome; errors: WorkRequestError[]; isPassing: boolean };

const CODES = { failed: "server-task-failed", unavailable: "server-task-unavailable" } as const;

function endOf(answer: Exclude<ServerAnswer, { ok: "aborted" }>, task_name: string, limit: number): End {
  if (answer.ok === true) {
    return { result: "success", outcome: { kind: "exited", code: 0 }, errors: [], isPassing: false };
  }
  if (answer.ok === "timed_out") {
    const errors = [
      errorEntry("server-task-failed", { task_name, reason: `it took longer than ${formatDuration(limit)}` }),
    ];
    return { result: "failure", outcome: { kind: "timed_out", limit }, errors, isPassing: false };
  }
  const isPassing = answer.fault.kind === "unavailable";
  const result = answer.fault.kind === "failed" ? "failure" : "error";
  const errors = errorsOfFault(answer.fault, CODES, { task_name });
  return { result, outcome: { kind: "exited", code: 1 }, errors, isPassing };
}

async function conclude(
  context: LoopContext,
  tx: StoreTransaction,
  request: WorkRequest,
  { result, outcome, errors, isPassing }: End,
  durationMs: number,
): Promise<void> {
  const now = await tx.now();
  if (isPassing) {
    await tx.updateWorkRequest(request.id, { status: "pending", pending_at: now, allocation: null });
    if (await setAside(context, tx, { ...request, status: "pending" }, errors)) return;
  }
  const runtime_statistics = { duration: Math.round(durationMs / 1000) };
  const output = { runtime_statistics, ...(errors.length > 0 && { errors }) };
  const past = { ...pastOf(request), outcome, result };
  await completeWithoutRun(tx, request, result, output, now, result === "error" ? [] : [past]);
  if (result === "error") return; // it says nothing of the work
  const { task_type, task_name, subject, context: circumstances, trusted, input_size } = request;
  const entry: Omit<HistoryEntry, "id"> = {
    task_type,
    task_name,
    subject,
    context: circumstances,
    trusted,
    result,
    outcome,
    runtime_statistics,
    work_request_id: request.id,
    completed_at: now,
    duration_ms: durationMs,
    lower_bounds: outcome.kind === "timed_out" ? ["duration"] : [],
    ...(input_size !== null && { input_size }),
  };
  const id = await tx.insertHistory(entry);
  await tx.keepTaskCourses([entry]);
  await learnFrom(tx, { ...entry, id });
  context.trimmer.note(request);
}

/** What it did is judged as a run is. */
function pastOf({ id, run_count }: WorkRequest): Pick<PastRun, "work_request_id" | "run_id" | "worker_name"> {
  return { work_request_id: id, run_id: runId(id, run_count), worker_name: IN_THE_SERVER };
}

/** Queues again what ran in a server that is gone. For a server that begins to lead. */
export async function reviveServerTasks(context: LoopContext): Promise<void> {
  const { store, serverTasks } = context;
  for (const id of await store.read.runningServerTasks()) {
    if (serverTasks.going.has(id)) continue;
    await store.transaction(async (tx) => {
      const request = await tx.lockWorkRequest(id);
      if (request?.status !== "running") return;
      const now = await tx.now();
      const waiting = { code: "not_planned_yet" as const, message: "its server ended; it is begun again", since: now };
      await tx.updateWorkRequest(id, { status: "pending", pending_at: now, allocation: null, waiting });
      await tx.appendEvents([{ kind: "retried", work_request_id: id, data: { budget: "infrastructure" } }]);
    });
  }
}

/** Ends all that runs here: another server leads, or this one ends. */
export function stopServerTasks({ going }: ServerTasks): void {
  for (const ending of going.values()) ending.abort();
  going.clear();
}
