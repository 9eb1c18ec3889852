import { AppError } from "../../../contract/errors.ts";
import { DAY_MS, epochMs, timestamp, type Timestamp } from "../../../domain/clock.ts";
import type { WorkerName } from "../../../domain/ids.ts";
import type { WorkRequest } from "../../../domain/work-request.ts";
import type { WorkerData } from "../../../web/pages/worker.ts";
import type { WorkerLogData } from "../../../web/pages/worker-log.ts";
import type { WorkersData, WorkersFilter } from "../../../web/pages/workers.ts";
import type { LoopContext } from "../../loop/context.ts";
import { aboutWorker } from "../../loop/worker-standings.ts";
import { workerOf } from "../../loop/workers.ts";
import { withUsedMemory } from "../../loop/used-memory.ts";
import type { RunOnWorker } from "../../store/store.ts";
import { publicRun } from "../public-run.ts";
import { readDrawnWorkers } from "./read-drawn-workers.ts";

const WORKER_ROWS = 20;
const NEWEST_LINES = 20;
const LINES_PER_PAGE = 100;
/** More could not be told apart in a picture. */
const WORKER_PAST_RUNS = 150;

/** All workers with what runs on them. */
export async function readWorkers(context: LoopContext, filter: WorkersFilter): Promise<WorkersData> {
  const lastEventId = await context.store.read.lastEventId();
  return { ...(await readDrawnWorkers(context)), lastEventId, filter };
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
  const worker = workerOf(row, now, context.settings.leaseMs);
  const [runs, past, about, said] = await Promise.all([
    read.activeRuns(worker_name),
    read.runsOn(worker_name, span, WORKER_PAST_RUNS + 1),
    aboutWorker(context, row, now),
    read.workerLines(worker_name, { limit: NEWEST_LINES }),
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
    ...about,
    runs: runs.map(publicRun),
    requests: await lastOn(context, worker_name, drawn, isChosen),
    past: drawn,
    isPastCut: past.length > drawn.length,
    span: [from, Math.max(last, from + 1000)],
    isChosen,
    said: { lines: said.items, hasMore: said.next_cursor !== null },
  };
}

/** A page of what a worker's program said of itself. */
export async function readWorkerLog(
  { store: { read } }: LoopContext,
  worker_name: WorkerName,
  cursor: string | undefined,
): Promise<WorkerLogData> {
  const lastEventId = await read.lastEventId();
  if ((await read.worker(worker_name)) === undefined)
    throw new AppError("not-found", { what: "worker", id: worker_name });
  const { items, next_cursor } = await read.workerLines(worker_name, { limit: LINES_PER_PAGE, cursor });
  return { lastEventId, worker_name, lines: items, cursor, next_cursor };
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
  return withUsedMemory(
    read,
    requests.filter((request) => request !== undefined),
  );
}

/** What goes on is newer than what has ended. */
function momentOf({ ended_at }: RunOnWorker): number {
  return ended_at === null ? Number.MAX_SAFE_INTEGER : epochMs(ended_at);
}
