import type { ResourceEstimate } from "../../domain/allocation.ts";
import type { Run } from "../../domain/run.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { formatMetric, type Metric } from "../../history/metric.ts";

/** What was predicted of a run when it was placed, and what its request asked for. */
export type Predicted = Pick<Run, "estimate"> & Pick<WorkRequest, "requirements">;

/** What was predicted of one figure, in the unit of the metric. */
export type Prediction = Pick<ResourceEstimate, "p5" | "p50" | "p95">;

/** What was predicted of what a metric measures; undefined where nothing was. CPU time is not predicted, cores are. */
export function predictedFor(run: Predicted | undefined, metric: Metric): Prediction | undefined {
  return metric === "cpu_time" ? undefined : run?.estimate[metric];
}

/** What was asked for of what a metric measures; undefined where nothing was. */
export function askedFor(run: Predicted | undefined, metric: Metric): number | undefined {
  return metric === "cpu_time" ? undefined : run?.requirements[metric];
}

/** `1.9G to 3.1G (p5 to p95)`, or `2.3G to 3.1G (p50 to p95)` where no p5 is known; one amount where both are read alike. */
export function predictionText({ p5, p50, p95 }: Prediction, metric: Metric): string {
  const [least, most] = [formatMetric(p5 ?? p50, metric), formatMetric(p95, metric)];
  return `${least === most ? least : `${least} to ${most}`} (${p5 === undefined ? "p50" : "p5"} to p95)`;
}

/** The three amounts for a cell of a table whose head names them: `1.9G · 2.3G · 3.1G`. */
export function predictionCell({ p5, p50, p95 }: Prediction, metric: Metric): string {
  return [p5, p50, p95].map((amount) => (amount === undefined ? "–" : formatMetric(amount, metric))).join(" · ");
}
