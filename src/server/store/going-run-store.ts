import type { WorkerName, WorkRequestId } from "../../domain/ids.ts";
import type { Run } from "../../domain/run.ts";
import type { RunLoad, WorkerLoad } from "../../domain/worker-load.ts";

/* The part of `store.ts` that knows what all runs that have not ended hold and use, in numbers. */

/** What a run that goes on has used so far, as it was last reported: bytes; null: nothing was. */
export type RunFigures = Pick<Run, "id" | "work_request_id" | "worker_name"> & {
  used_memory: number | null;
  used_disk_space: number | null;
  /** The memory limit that the worker gave it last; null: that of its allocation. */
  raised_memory: number | null;
};

/** What planning reads of a run that goes on. */
export type GoingRow = RunFigures & Pick<Run, "assigned_at" | "allocation" | "estimate">;

/** Of runs that have not ended. */
export type GoingRunReader = {
  /** The requests whose runs have not ended, those submitted first; at most `limit`. */
  runningRequests(limit: number): Promise<WorkRequestId[]>;
  /** What the runs of each worker that have not ended hold, and used at most so far; of cores on average. */
  workerLoads(): Promise<Map<WorkerName, WorkerLoad>>;
  /** The same of each run on one worker, oldest first. */
  runLoads(worker: WorkerName): Promise<RunLoad[]>;
  /** The figures of all runs that have not ended, or of those of these requests. */
  runFigures(ids?: readonly WorkRequestId[]): Promise<RunFigures[]>;
  /** What planning reads of them, oldest first. */
  goingRuns(): Promise<GoingRow[]>;
};
