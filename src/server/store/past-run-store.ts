import type { Timestamp } from "../../domain/clock.ts";
import type { RunId, WorkerName } from "../../domain/ids.ts";
import type { Outcome } from "../../domain/outcome.ts";
import type { Run } from "../../domain/run.ts";
import type { Curve } from "../../domain/runtime-statistics.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import type { Capacity } from "../../domain/worker.ts";

/** What was predicted of a run when it was placed, and what its request asked for. */
export type PredictedRun = Pick<Run, "id" | "estimate"> & Pick<WorkRequest, "requirements">;

/** What a run held of its worker and from when on, until when if it has ended; and when its request did. */
export type Reservation = Pick<Run, "assigned_at" | "ended_at"> &
  Pick<WorkRequest, "task_name" | "completed_at"> &
  Capacity & { tags: string[] };

/** What the pages read of many runs of a history at once; a part of the store. */
export type PastRunReader = {
  /** What was predicted and asked for, of those of the runs that are there still. */
  predictedRuns(ids: readonly RunId[]): Promise<readonly PredictedRun[]>;
  /** The curves of those of the runs that are there still and left one, in no order. */
  runCurves(ids: readonly RunId[]): Promise<Curve[]>;
  /** How a worker's runs ended that touch a span of time, of its newest requests first; null: they go on. At most `limit`. */
  outcomesOn(
    worker: WorkerName,
    span: { since?: Timestamp | undefined; until?: Timestamp | undefined },
    limit: number,
  ): Promise<(Outcome | null)[]>;
  /** How many runs of each worker have ended in error since then, which is not the work's fault; of workers without one nothing. */
  runsInErrorSince(since: Timestamp): Promise<Map<WorkerName, number>>;
  /** Of requests that have ended since then, those that ended last first; at most `limit`. */
  pastReservations(since: Timestamp, limit: number): Promise<Reservation[]>;
  /** Of requests that run, what all of their runs hold and held; at most `limit`. */
  presentReservations(limit: number): Promise<Reservation[]>;
};
