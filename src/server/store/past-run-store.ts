import type { RunId } from "../../domain/ids.ts";
import type { Run } from "../../domain/run.ts";
import type { Curve } from "../../domain/runtime-statistics.ts";
import type { WorkRequest } from "../../domain/work-request.ts";

/** What was predicted of a run when it was placed, and what its request asked for. */
export type PredictedRun = Pick<Run, "id" | "estimate"> & Pick<WorkRequest, "requirements">;

/** What the pages read of many runs of a history at once; a part of the store. */
export type PastRunReader = {
  /** What was predicted and asked for, of those of the runs that are there still. */
  predictedRuns(ids: readonly RunId[]): Promise<readonly PredictedRun[]>;
  /** The curves of those of the runs that are there still and left one, in no order. */
  runCurves(ids: readonly RunId[]): Promise<Curve[]>;
};
