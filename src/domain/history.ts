import type { Allocation, Resource, ResourceEstimate } from "./allocation.ts";
import type { Timestamp } from "./clock.ts";
import type { FailureMark } from "./failure.ts";
import type { RunId, WorkRequestId } from "./ids.ts";
import type { Outcome } from "./outcome.ts";
import type { MeasuredFigure, RuntimeStatistics } from "./runtime-statistics.ts";
import type { HistoryKey } from "./task.ts";
import type { VerdictKind } from "./verdict.ts";
import type { Result } from "./work-request.ts";

/** One finished run in the history of its key. Outlives the work request, whose id may name nothing any more. */
export type HistoryEntry = HistoryKey & {
  /** Counted up by the database. */
  id: number;
  /** Absent for imported entries and for runs made by `almanac run`. */
  work_request_id?: WorkRequestId;
  /** The run; null: it was made elsewhere. */
  run_id?: RunId;
  /** When it ended. */
  completed_at: Timestamp;
  /** What came of it. */
  result: Result;
  /** How it ended. */
  outcome: Outcome;
  /** What it used, and what its worker had. */
  runtime_statistics: RuntimeStatistics;
  /** Finer than the statistics where known: milliseconds. */
  duration_ms?: number;
  /** As `duration_ms`, of the time on processors. */
  cpu_time_ms?: number;
  /** Figures that are no more than lower bounds, for it was cut short. */
  lower_bounds: MeasuredFigure[];
  /** What it was given. */
  allocation?: Allocation;
  /** Where it ran. */
  worker_name?: string;
  /** That worker's. */
  cpu_model?: string;
  /** Size of the task's input in bytes, if the task gave one. */
  input_size?: number;
  /** False for runs of untrusted origin, which do not train shared estimates. */
  trusted: boolean;
  /** Where an imported entry came from: `nextflow`, `sacct`, …; `run` for `almanac run`. */
  origin?: string;
  /** How it failed; absent when it did not, or left nothing to tell by. */
  failure?: FailureMark;
  /** What a person said of its request. */
  person_verdict?: VerdictKind;
};

/** What was predicted of a run when it was placed, in each resource's unit. */
export type PredictedAmounts = Partial<Record<Resource, Pick<ResourceEstimate, "p5" | "p50" | "p95">>>;

/** An entry as lists give it. */
export type ListedEntry = HistoryEntry & {
  /** Absent where nothing was predicted, or the request is no longer kept. */
  predicted?: PredictedAmounts;
};
