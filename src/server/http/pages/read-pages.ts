import type { HistoryEntry } from "../../../domain/history.ts";
import type { RunId, WorkRequestId } from "../../../domain/ids.ts";
import { resultOf } from "../../../domain/outcome.ts";
import type { Run } from "../../../domain/run.ts";
import type { Slowness } from "../../../domain/slowness.ts";
import type { HistoryData } from "../../../web/pages/history.ts";
import type { RequestData } from "../../../web/pages/request.ts";
import type { RequestsData } from "../../../web/pages/requests.ts";
import { isFiltered, type HistoryQuery } from "../../../web/parts/history-scope.ts";
import type { Predicted } from "../../../web/parts/predicted.ts";
import type { TasksData, TasksQuery } from "../../../web/pages/tasks.ts";
import type { LoopContext } from "../../loop/context.ts";
import { estimateFor } from "../../loop/estimates.ts";
import { knownSpeeds } from "../../loop/planning/speeds.ts";
import { withUsedMemory } from "../../loop/used-memory.ts";
import { why } from "../../loop/why.ts";
import type { WorkerRow, WorkRequestFilter } from "../../store/store.ts";
import { readAround } from "./read-request-parts.ts";

/*
 * What each page is made from. The number of the newest event is read first: what happens while the rest is read comes
 * again by the event stream, and is not lost.
 */

const PAGE_ROWS = 100;
const RUNNING_ROWS = 50;
/** Of a request, before and after it: more would be a wall of boxes. */
const NEIGHBOURS = 30;
const COMPARED_RUNS = 100;
const EARLIER_CURVES = 20;
/** A page of 60 KB holds no more with what is said of each; older ones are reached by the span of time. */
const HISTORY_POINTS = 250;
const HISTORY_FINDINGS = 20;
/** What so few runs show may be chance. */
const FEW_RUNS = 5;
const ERROR_LINES = { lines: 6, characters: 2_000 };
const LOG_END = { lines: 200, characters: 24_000 };

/** A page of the list of requests; what runs stands first, and by itself. */
export async function readRequests(
  context: LoopContext,
  filter: WorkRequestFilter,
  { cursor, fields }: Pick<RequestsData, "cursor" | "fields">,
): Promise<RequestsData> {
  const { read } = context.store;
  const lastEventId = await read.lastEventId();
  const { order: _order, since: _since, until: _until, ...others } = filter;
  const isMixed = filter.status === undefined && filter.result === undefined && filter.verdict_kind === undefined;
  const [now, counts, page, going] = await Promise.all([
    read.now(),
    read.countByStatus(),
    read.workRequests(filter, { limit: PAGE_ROWS, cursor }),
    isMixed ? read.workRequests({ ...others, status: "running" }, { limit: RUNNING_ROWS }) : undefined,
  ]);
  const running = await withUsedMemory(read, going?.items ?? []);
  const isRunningCut = (going?.next_cursor ?? null) !== null;
  const above = new Set(running.map(({ id }) => id));
  return {
    now,
    lastEventId,
    counts,
    filter,
    cursor,
    fields,
    running: cursor === undefined ? running : [],
    isRunningCut,
    requests: await withUsedMemory(
      read,
      page.items.filter(({ id }) => !above.has(id)),
    ),
    next_cursor: page.next_cursor,
  };
}

/** One request, with the attempt that is asked for, or its newest. */
export async function readRequest(
  context: LoopContext,
  id: WorkRequestId,
  attempt: number | undefined,
): Promise<RequestData> {
  const { read } = context.store;
  const lastEventId = await read.lastEventId();
  const { work_request: request, candidates, candidate_count, events, failure } = await why(context, id);
  const { task_type, task_name, subject, context: circumstances } = request;
  const key = { task_type, task_name, subject, context: circumstances };
  const [now, runs, history, neighbours] = await Promise.all([
    read.now(),
    read.runsOf(id),
    read.history(key, { limit: COMPARED_RUNS }),
    read.requestGraph(id, NEIGHBOURS),
  ]);
  const run = runs.find((one) => one.attempt === attempt) ?? runs.at(-1);
  return {
    now,
    lastEventId,
    request,
    runs,
    run,
    failure,
    events,
    history: history.items,
    earlier: await readEarlierCurves(context, run, history.items),
    neighbours,
    ...(await readAround(context, id, run)),
    candidates: run?.placement.candidates ?? candidates,
    candidate_count: run?.placement.candidate_count ?? candidate_count,
    ...(run === undefined ? NO_LOG : await readLogEnd(context, run)),
  };
}

/** Of the newest runs of its key that had passed before it was placed: so many curves are half a megabyte. */
async function readEarlierCurves(
  { store: { read } }: LoopContext,
  run: Run | undefined,
  history: readonly HistoryEntry[],
) {
  if (run?.measurement?.curve === undefined) return [];
  const ids = history.flatMap(({ run_id, result, completed_at }) =>
    run_id !== undefined && result === "success" && completed_at <= run.assigned_at ? [run_id] : [],
  );
  return ids.length === 0 ? [] : read.runCurves(ids.slice(0, EARLIER_CURVES));
}

const NO_LOG: LogEnd = { log: [], logLineCount: 0, logSize: 0, firstError: undefined, errorLines: [] };

async function readLogEnd({ files }: LoopContext, run: Run): Promise<LogEnd> {
  const { lines, total } = await files.lines.window(run.id, { kind: "end" }, LOG_END);
  const firstError = hasFailed(run) ? await files.lines.firstError(run.id) : undefined;
  const errorLines =
    firstError === undefined
      ? lines.slice(-ERROR_LINES.lines)
      : (await files.lines.window(run.id, { kind: "from", line: firstError }, ERROR_LINES)).lines;
  return { log: lines, logLineCount: total, logSize: await files.logSize(run.id), firstError, errorLines };
}

type LogEnd = Pick<RequestData, "log" | "logLineCount" | "logSize" | "firstError" | "errorLines">;

/** True of a run that ended otherwise than well. */
export function hasFailed({ outcome }: Run): boolean {
  return outcome !== null && resultOf(outcome) !== "success";
}

/** The runs of a task, of one subject, or of a key. */
export async function readHistory(context: LoopContext, query: HistoryQuery): Promise<Omit<HistoryData, "what_if">> {
  const { since, until, worker, by: _by, ...key } = query;
  const { read } = context.store;
  const [page, findings] = await Promise.all([
    read.history({ ...key, worker }, { limit: HISTORY_POINTS, since, until }),
    read.findings(key, { limit: HISTORY_FINDINGS }),
  ]);
  const entries = page.items;
  return {
    query,
    entries,
    isCut: page.next_cursor !== null,
    findings: findings.items,
    predicted: await readPredicted(context, entries),
    speeds: await readSpeeds(context, entries),
    next: isFiltered(query) ? undefined : await readNext(context, entries),
  };
}

/** What placement takes the speed of each worker of these runs to be; of those that are gone by the processor that they had. */
async function readSpeeds(context: LoopContext, entries: readonly HistoryEntry[]): Promise<HistoryData["speeds"]> {
  const [speeds, workers] = await Promise.all([knownSpeeds(context), context.store.read.workers()]);
  const present = new Map<string, WorkerRow>(workers.map((row) => [row.worker_name, row]));
  const found = new Map<string, Slowness>();
  for (const { worker_name, cpu_model } of entries) {
    if (worker_name === undefined || found.has(worker_name)) continue;
    const speed = speeds.of(present.get(worker_name) ?? { cpu_model: cpu_model ?? "", worker_name });
    if (speed !== undefined) found.set(worker_name, speed);
  }
  return found;
}

/** Of a key of which few runs are known, what is predicted of the next. */
async function readNext({ store: { read }, clock }: LoopContext, entries: readonly HistoryEntry[]) {
  const [newest] = entries;
  const isOne = entries.every(({ subject, context }) => subject === newest?.subject && context === newest.context);
  if (newest === undefined || entries.length >= FEW_RUNS || !isOne) return undefined;
  const { task_type, task_name, subject, context } = newest;
  const workers = await read.workers();
  return estimateFor(read, { task_type, task_name, subject, context }, { workers, nowMs: clock.nowMs() });
}

/** What was predicted of the runs: only where all are of one key, since those of many would be a thicket. */
async function readPredicted({ store: { read } }: LoopContext, entries: readonly HistoryEntry[]) {
  const keys = new Set(entries.map(({ subject, context }) => JSON.stringify([subject, context])));
  if (keys.size > 1) return undefined;
  const ids = entries.flatMap(({ run_id }) => run_id ?? []);
  if (ids.length === 0) return new Map<RunId, Predicted>();
  return new Map((await read.predictedRuns(ids)).map((run) => [run.id, run]));
}

/** A part of the tasks by context, or of one task. */
export async function readTasks({ store: { read }, clock }: LoopContext, query: TasksQuery): Promise<TasksData> {
  const { task_name, sort, cursor } = query;
  const nowMs = clock.nowMs();
  const [{ items, next_cursor }, totals] = await Promise.all([
    read.taskCourses({ task_name }, sort, { limit: PAGE_ROWS, cursor }, nowMs),
    read.taskTotals({ task_name }, nowMs),
  ]);
  return { query, courses: items, next_cursor, totals };
}
