import { RESOURCES, type Resource } from "../domain/allocation.ts";
import type { Change } from "../domain/last-pass.ts";
import type { Run } from "../domain/run.ts";
import type { WorkRequest } from "../domain/work-request.ts";
import { changedSince } from "./changed-since.ts";
import { METRICS, type Metric } from "./metric.ts";
import { isRunLowerBound, runFigure } from "./run-figure.ts";

/** A run with the request that it is an attempt at. */
export type ComparedRun = { request: WorkRequest; run: Run };

/** What one of the runs used. */
export type ComparedFigure = {
  /** Seconds or bytes, as the metric has them; null: it was not measured. */
  value: number | null;
  /** True: the run was cut short, and needed at least so much. */
  is_lower_bound: boolean;
};

/** What history predicted of one of the runs when it was placed, in the resource's unit. */
export type ComparedPrediction = {
  /** Half of the runs need no more. */
  p50: number;
  /** 95 of 100 runs need no more. */
  p95: number;
};

/** Two runs side by side: of one key, or of two. */
export type RunComparison = {
  /** What they are runs of, what they were told and given, and where they ran: only what differs, at most 20. */
  changes: Change[];
  /** What each of them used, one for each metric. */
  figures: { metric: Metric; before: ComparedFigure; after: ComparedFigure }[];
  /** What was predicted of each, one for each resource of which anything was; null: nothing was known. */
  predictions: { resource: Resource; before: ComparedPrediction | null; after: ComparedPrediction | null }[];
};

/** What the second of two runs had, used and was expected to use, beside the first. Which of them is older does not matter. */
export function compareRuns(before: ComparedRun, after: ComparedRun): RunComparison {
  return {
    changes: changedSince(before, after),
    figures: METRICS.map((metric) => ({
      metric,
      before: figureOf(before.run, metric),
      after: figureOf(after.run, metric),
    })),
    predictions: RESOURCES.map((resource) => ({
      resource,
      before: predictionOf(before.run, resource),
      after: predictionOf(after.run, resource),
    })).filter((row) => row.before !== null || row.after !== null),
  };
}

function figureOf(run: Run, metric: Metric): ComparedFigure {
  return { value: runFigure(run, metric) ?? null, is_lower_bound: isRunLowerBound(run, metric) };
}

function predictionOf({ estimate }: Run, resource: Resource): ComparedPrediction | null {
  const predicted = estimate[resource];
  return predicted === undefined ? null : { p50: predicted.p50, p95: predicted.p95 };
}
