import { epochMs, timestamp, type Timestamp } from "../../../domain/clock.ts";
import type { HistoryEntry } from "../../../domain/history.ts";
import type { RunId, WorkRequestId, WorkerName } from "../../../domain/ids.ts";
import { resultOf } from "../../../domain/outcome.ts";
import type { Run } from "../../../domain/run.ts";
import type { Slowness } from "../../../domain/slowness.ts";
import type { WorkRequest } from "../../../domain/work-request.ts";
import type { HistoryData, HistoryQuery } from "../../../web/pages/history.ts";
import type { OverviewData } from "../../../web/pages/overview.ts";
import type { RequestData } from "../../../web/pages/request.ts";
import type { RequestsData } from "../../../web/pages/requests.ts";
import type { Predicted } from "../../../web/parts/predicted.ts";
import type { TasksData, TasksQuery } from "../../../web/pages/tasks.ts";
import type { WorkerData, WorkersData, WorkersFilter } from "../../../web/pages/workers.ts";
import { AppError } from "../../../contract/errors.ts";
import type { LoopContext } from "../../loop/context.ts";
import { estimateFor } from "../../loop/estimates.ts";
import { cannotTake } from "../../loop/cannot-take.ts";
import { withExpectedTimes } from "../../loop/planning/expected-times.ts";
import { taskCourses } from "../../loop/task-courses.ts";
import { knownSpeeds } from "../../loop/planning/speeds.ts";
import { why } from "../../loop/why.ts";
import { workerOf } from "../../loop/workers.ts";
import type { ActiveLoad, RunOnWorker, WorkerRow, WorkRequestFilter } from "../../store/store.ts";
import { publicRun } from "../public-run.ts";
import { readAround } from "./read-request-parts.ts";
import type { WeekOfWaste } from "./week-of-waste.ts";

/*
 * What each page is made from. The number of the newest event is read first: what happens while the rest is read comes
 * again by the event stream, and is not lost.
 */

const OVERVIEW_ROWS = 20;
const PAGE_ROWS = 100;
/** Of each status; who was submitted first tells best for what the others wait as well. */
const LOOKED_AT_WAITING = 1_000;
/** Of the runs of a week on a worker. */
const COUNTED_RUNS = 500;
const RUNNING_ROWS = 50;
const WORKER_ROWS = 20;
/** More could not be told apart in a picture. */
const WORKER_PAST_RUNS = 150;
/** Of a request, before and after it: more would be a wall of boxes. */
const NEIGHBOURS = 30;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const COMPARED_RUNS = 100;
const EARLIER_CURVES = 20;
/** A page of 60 KB holds no more with what is said of each; older ones are reached by the span of time. */
const HISTORY_POINTS = 250;
const HISTORY_FINDINGS = 20;
/** What so few runs show may be chance. */
const FEW_RUNS = 5;
const ERROR_LINES = { lines: 6, characters: 2_000 };
const LOG_END = { lines: 200, characters: 24_000 };

/** What waits, what runs, what ended, and where. */
export async function readOverview(context: LoopContext, week: WeekOfWaste): Promise<OverviewData> {
  const { read } = context.store;
  const lastEventId = await read.lastEventId();
  const fleet = await readFleet(context);
  const since = timestamp(Math.floor((epochMs(fleet.now) - DAY_MS) / MINUTE_MS) * MINUTE_MS);
  const [counts, failures, first, blocked, oldest, ended, held] = await Promise.all([
    read.countByStatus(),
    read.failuresSince(since),
    firstToWait(context, fleet.now),
    read.workRequests({ status: "blocked" }, { limit: OVERVIEW_ROWS / 2 }),
    oldestWaiting(context),
    read.workRequests({ status: "completed", order: "ended" }, { limit: OVERVIEW_ROWS / 2 }),
    week(),
  ]);
  const waiting = await withExpectedTimes(context, [...first, ...blocked.items.toReversed()]);
  const going = await longestGoing(context, fleet);
  return {
    ...fleet,
    lastEventId,
    counts,
    failed: { ...failures, since },
    reasons: await readReasons(context, counts),
    oldest,
    waiting,
    going,
    ended: ended.items,
    week: held,
  };
}

/** The runs of the requests that were submitted first: what is late is among them. */
async function longestGoing(context: LoopContext, { runsOf }: Fleet): Promise<OverviewData["going"]> {
  const { read } = context.store;
  const first = [...runsOf.values()].flat().sort((a, b) => a.work_request_id - b.work_request_id);
  const found = await Promise.all(
    first
      .slice(0, OVERVIEW_ROWS)
      .map(async (load) => ({ request: await read.workRequest(load.work_request_id), run: await read.run(load.id) })),
  );
  const there = found.flatMap(({ request, run }) =>
    request === undefined || run === undefined ? [] : [{ request, run: publicRun(run) }],
  );
  const shown = await withExpectedTimes(
    context,
    there.map(({ request }) => request),
  );
  return there.map(({ request, run }, index) => ({ request: shown[index] ?? request, run }));
}

/** When the one was submitted that waits longest. */
async function oldestWaiting({ store: { read } }: LoopContext): Promise<Timestamp | undefined> {
  const groups = await Promise.all([read.waitingFor("pending", 1), read.waitingFor("blocked", 1)]);
  const requests = await Promise.all(groups.flat().map(({ first_id }) => read.workRequest(first_id)));
  return requests.flatMap((request) => request?.created_at ?? []).sort()[0];
}

/** For what requests wait, where they are more than one can read. */
async function readReasons({ store: { read } }: LoopContext, counts: OverviewData["counts"]) {
  if (counts.pending + counts.blocked <= OVERVIEW_ROWS) return [];
  const [pending, blocked] = await Promise.all([
    read.waitingFor("pending", LOOKED_AT_WAITING),
    read.waitingFor("blocked", LOOKED_AT_WAITING),
  ]);
  return [
    { status: "pending" as const, looked: LOOKED_AT_WAITING, groups: pending },
    { status: "blocked" as const, looked: LOOKED_AT_WAITING, groups: blocked },
  ];
}

/** Those that could run, the longest pending first. */
async function firstToWait({ store: { read } }: LoopContext, now: Timestamp) {
  const pending = await read.pending(now, OVERVIEW_ROWS);
  const requests = await Promise.all(pending.map(({ id }) => read.workRequest(id)));
  return requests.filter((request) => request !== undefined).sort((a, b) => a.id - b.id);
}

type Fleet = Pick<WorkersData, "now" | "workers"> & { runsOf: ReadonlyMap<string, readonly ActiveLoad[]> };

async function readFleet(context: LoopContext): Promise<Fleet> {
  const { read } = context.store;
  const [now, rows, active] = await Promise.all([read.now(), read.workers(), read.activeLoads()]);
  const workers = rows.map((row) => workerOf(row, now, context.settings.leaseMs));
  return { now, workers, runsOf: Map.groupBy(active, (run) => run.worker_name) };
}

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
  const running = going?.items ?? [];
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
    requests: page.items.filter(({ id }) => !above.has(id)),
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
  const { since, until, ...key } = query;
  const { read } = context.store;
  const [page, findings] = await Promise.all([
    read.history(key, { limit: HISTORY_POINTS, since, until }),
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
    next: since === undefined && until === undefined ? await readNext(context, entries) : undefined,
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
  const ids = entries.flatMap(({ run_id }) => run_id ?? []);
  if (keys.size !== 1 || ids.length === 0) return new Map<RunId, Predicted>();
  return new Map((await read.predictedRuns(ids)).map((run) => [run.id, run]));
}

/** Every task in each of its contexts, or one task, with the newest runs of each. */
export async function readTasks(context: LoopContext, query: TasksQuery): Promise<TasksData> {
  const { task_name } = query;
  return { query, ...(await taskCourses(context.store.read, { task_name }, context.clock.nowMs())) };
}

/** All workers with what runs on them. */
export async function readWorkers(context: LoopContext, filter: WorkersFilter): Promise<WorkersData> {
  const lastEventId = await context.store.read.lastEventId();
  return { ...(await readFleet(context)), lastEventId, filter };
}

/** One worker, and what it did in a span of time: the last day, unless another is given. */
export async function readWorker(
  context: LoopContext,
  worker_name: WorkerName,
  chosen: { since?: Timestamp | undefined; until?: Timestamp | undefined },
): Promise<WorkerData> {
  const { read } = context.store;
  const lastEventId = await read.lastEventId();
  const row = await read.worker(worker_name);
  if (row === undefined) throw new AppError("not-found", { what: "worker", id: worker_name });
  const now = await read.now();
  const last = epochMs(chosen.until ?? now);
  const first = chosen.since === undefined ? last - DAY_MS : epochMs(chosen.since);
  const span = { since: timestamp(first), until: timestamp(last) };
  const week = timestamp(epochMs(now) - 7 * DAY_MS);
  const worker = workerOf(row, now, context.settings.leaseMs);
  const [runs, past, outcomes, speeds, not_taken] = await Promise.all([
    read.activeRuns(worker_name),
    read.runsOn(worker_name, span, WORKER_PAST_RUNS + 1),
    read.outcomesOn(worker_name, { since: week, until: now }, COUNTED_RUNS),
    knownSpeeds(context),
    cannotTake(read, worker, now),
  ]);
  const drawn = past.slice(0, WORKER_PAST_RUNS);
  const isChosen = chosen.since !== undefined || chosen.until !== undefined;
  // a farm that is young, or in a hurry, would be a line at the right edge of a whole day
  const begun = Math.min(last, ...drawn.map(({ assigned_at }) => epochMs(assigned_at)));
  const from = chosen.since === undefined ? Math.max(first, begun - (last - begun) * 0.02) : first;
  return {
    now,
    lastEventId,
    worker,
    slowness: speeds.of(row) ?? null,
    infrastructure: {
      count: outcomes.filter((outcome) => outcome !== null && resultOf(outcome) === "error").length,
      runs: outcomes.length,
      isCut: outcomes.length === COUNTED_RUNS,
    },
    not_taken,
    runs: runs.map(publicRun),
    requests: await lastOn(context, worker_name, drawn, isChosen),
    past: drawn,
    isPastCut: past.length > drawn.length,
    span: [from, Math.max(last, from + 1000)],
    isChosen,
  };
}

/** The requests of the runs, what goes on first, then what ended last; in a day without any, those of before. */
async function lastOn(
  { store: { read } }: LoopContext,
  worker: WorkerName,
  runs: readonly RunOnWorker[],
  isChosen: boolean,
): Promise<readonly WorkRequest[]> {
  if (runs.length === 0 && !isChosen) return (await read.workRequests({ worker }, { limit: WORKER_ROWS })).items;
  const byEnd = runs.toSorted((a, b) => momentOf(b) - momentOf(a));
  const ids = [...new Set(byEnd.map(({ work_request_id }) => work_request_id))].slice(0, WORKER_ROWS);
  const requests = await Promise.all(ids.map((id) => read.workRequest(id)));
  return requests.filter((request) => request !== undefined);
}

/** What goes on is newer than what has ended. */
function momentOf({ ended_at }: RunOnWorker): number {
  return ended_at === null ? Number.MAX_SAFE_INTEGER : epochMs(ended_at);
}
