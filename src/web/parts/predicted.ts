import type { Run } from "../../domain/run.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { formatMetric, type Metric } from "../../history/metric.ts";

/** What was predicted of a run when it was placed, and what its request asked for. */
export type Predicted = Pick<Run, "estimate"> & Pick<WorkRequest, "requirements">;

/** Half of the runs like it were expected below the first, 95 of 100 below the second; in the unit of the metric. */
export type Prediction = { p50: number; p95: number };

/** What was predicted of what a metric measures; undefined where nothing was. CPU time is not predicted, cores are. */
export function predictedFor(run: Predicted | undefined, metric: Metric): Prediction | undefined {
  return metric === "cpu_time" ? undefined : run?.estimate[metric];
}

/** What was asked for of what a metric measures; undefined where nothing was. */
export function askedFor(run: Predicted | undefined, metric: Metric): number | undefined {
  return metric === "cpu_time" ? undefined : run?.requirements[metric];
}

/** `2.3G to 3.1G`; one amount where both are read alike. */
export function predictionText({ p50, p95 }: Prediction, metric: Metric): string {
  const [half, most] = [formatMetric(p50, metric), formatMetric(p95, metric)];
  return half === most ? half : `${half} to ${most}`;
}
