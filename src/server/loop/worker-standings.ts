import { epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import type { WorkerStanding } from "../../domain/worker.ts";
import { loadOf } from "../../domain/worker-load.ts";
import type { ActiveLoad } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { knownSpeeds } from "./planning/speeds.ts";
import { workerOf } from "./workers.ts";

const DAY_MS = 86_400_000;

/** All workers by name, as they are now, and what each has. */
export type WorkerStandings = {
  now: Timestamp;
  workers: readonly WorkerStanding[];
  runsOf: ReadonlyMap<string, readonly ActiveLoad[]>;
};

/** What every worker holds and uses, how slow it is, and how often runs ended in error there. Reads no curves. */
export async function workerStandings(context: LoopContext): Promise<WorkerStandings> {
  const { read } = context.store;
  const now = await read.now();
  const [rows, active, errors, speeds] = await Promise.all([
    read.workers(),
    read.activeLoads(),
    errorsInDay(context, now),
    knownSpeeds(context),
  ]);
  const runsOf = Map.groupBy(active, (run) => run.worker_name);
  const workers = rows.map((row) => ({
    ...workerOf(row, now, context.settings.leaseMs),
    load: loadOf(runsOf.get(row.worker_name) ?? []),
    slowness: speeds.of(row) ?? null,
    errors_in_day: errors.get(row.worker_name) ?? 0,
  }));
  return { now, workers, runsOf };
}

/** Of each worker, how many runs ended in error in the 24 hours until now; a worker without one is not in it. */
export function errorsInDay({ store: { read } }: LoopContext, now: Timestamp) {
  return read.runsInErrorSince(timestamp(epochMs(now) - DAY_MS));
}
