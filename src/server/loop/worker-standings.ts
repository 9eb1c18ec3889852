import type { AboutWorker } from "../../domain/about-worker.ts";
import { DAY_MS, epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import { resultOf } from "../../domain/outcome.ts";
import type { WorkerStanding } from "../../domain/worker.ts";
import { loadOf } from "../../domain/worker-load.ts";
import type { WorkerRow } from "../store/store.ts";
import { cannotTake } from "./cannot-take.ts";
import type { LoopContext } from "./context.ts";
import { knownSpeeds } from "./planning/speeds.ts";
import { workerOf } from "./workers.ts";

/** Of the runs of a week on a worker. */
const COUNTED_RUNS = 500;
/** What a worker has that runs nothing. */
const IDLE = loadOf([]);

/** All workers by name, as they are now, and how many runs go on. */
export type WorkerStandings = { now: Timestamp; workers: WorkerStanding[]; runs: number };

/** What every worker holds and uses, how slow it is, and how often runs ended in error there. Reads no runs. */
export async function workerStandings(context: LoopContext): Promise<WorkerStandings> {
  const { read } = context.store;
  const now = await read.now();
  const [rows, loads, errors, speeds] = await Promise.all([
    read.workers(),
    read.workerLoads(),
    errorsInDay(context, now),
    knownSpeeds(context),
  ]);
  const workers = rows.map((row) => ({
    ...workerOf(row, now, context.settings.leaseMs),
    load: loads.get(row.worker_name) ?? IDLE,
    slowness: speeds.of(row) ?? null,
    errors_in_day: errors.get(row.worker_name) ?? 0,
  }));
  return { now, workers, runs: [...loads.values()].reduce((sum, { runs }) => sum + runs, 0) };
}

/** Of each worker, how many runs ended in error in the 24 hours until now; a worker without one is not in it. */
function errorsInDay({ store: { read } }: LoopContext, now: Timestamp) {
  return read.runsInErrorSince(timestamp(epochMs(now) - DAY_MS));
}

/** How fast one worker is, how its runs ended, and what it cannot take. */
export async function aboutWorker(context: LoopContext, row: WorkerRow, now: Timestamp): Promise<AboutWorker> {
  const { read } = context.store;
  const { worker_name } = row;
  const week = { since: timestamp(epochMs(now) - 7 * DAY_MS), until: now };
  const [speeds, errors, outcomes, not_taken] = await Promise.all([
    knownSpeeds(context),
    errorsInDay(context, now),
    read.outcomesOn(worker_name, week, COUNTED_RUNS),
    cannotTake(read, workerOf(row, now, context.settings.leaseMs), now),
  ]);
  return {
    slowness: speeds.of(row) ?? null,
    task_slowness: speeds.byTask(row),
    errors_in_day: errors.get(worker_name) ?? 0,
    week: {
      runs: outcomes.length,
      errors: outcomes.filter((outcome) => outcome !== null && resultOf(outcome) === "error").length,
      is_cut: outcomes.length === COUNTED_RUNS,
    },
    not_taken,
  };
}
