import type { WorkerName } from "../domain/ids.ts";
import type { Worker } from "../domain/worker.ts";
import { obstacleFor, type Needs } from "./fit.ts";

/** A worker whose speed is known: 0.5 takes half as long as an ordinary one. */
export type RatedWorker = Pick<Worker, "worker_name" | "state" | "capacity" | "tags" | "tasks"> & { slowness: number };

/** A gain below this part of the time is no more than noise. */
const LEAST_GAIN = 0.05;

/**
 * The fastest worker that could take the work now or later, and how many seconds less than at the slowness given it would
 * take there; undefined where none would gain a twentieth. `seconds`: what the work takes on an ordinary worker.
 */
export function fasterWorker(
  needs: Needs,
  seconds: number,
  workers: readonly RatedWorker[],
  slowness: number,
): { worker_name: WorkerName; seconds: number } | undefined {
  let best: RatedWorker | undefined;
  for (const worker of workers) {
    if (worker.slowness >= (best?.slowness ?? slowness * (1 - LEAST_GAIN))) continue;
    if (worker.state === "online" && obstacleFor(needs, worker) === undefined) best = worker;
  }
  return best === undefined
    ? undefined
    : { worker_name: best.worker_name, seconds: seconds * (slowness - best.slowness) };
}
