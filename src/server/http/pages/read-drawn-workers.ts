import type { Timestamp } from "../../../domain/clock.ts";
import type { RunLoad } from "../../../domain/worker-load.ts";
import type { WorkerStanding } from "../../../domain/worker.ts";
import { boxedWorkers } from "../../../web/parts/fleet.ts";
import type { LoopContext } from "../../loop/context.ts";
import { workerStandings, type WorkerStandings } from "../../loop/worker-standings.ts";

/** All workers, and what the runs hold of those that are drawn as boxes. */
export type DrawnWorkers = {
  now: Timestamp;
  workers: readonly WorkerStanding[];
  runsOf: ReadonlyMap<string, readonly RunLoad[]>;
};

/** Reads them; workers that are being read already are not read again. */
export async function readDrawnWorkers(
  context: LoopContext,
  reading: Promise<WorkerStandings> = workerStandings(context),
): Promise<DrawnWorkers> {
  const { now, workers } = await reading;
  const { read } = context.store;
  const loads = boxedWorkers(workers).map(
    async ({ worker_name }) => [worker_name, await read.runLoads(worker_name)] as const,
  );
  return { now, workers, runsOf: new Map(await Promise.all(loads)) };
}
