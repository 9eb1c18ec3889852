import type { ResourceEstimate } from "../../domain/allocation.ts";
import { assertNever } from "../../domain/assert-never.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { RunId } from "../../domain/ids.ts";
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

/** Why it is not known what was predicted of a run. */
const LACKS = ["elsewhere", "gone", "never"] as const;
type Lack = (typeof LACKS)[number];

/**
 * Of how many runs of a key it is known what was predicted, and why not of the others; empty where it is known of all, or
 * the metric is none that is predicted.
 */
export function predictedOfText(
  entries: readonly HistoryEntry[],
  predicted: ReadonlyMap<RunId, Predicted>,
  metric: Metric,
): string {
  if (metric === "cpu_time") return "";
  const lacks = entries.flatMap(({ run_id }): Lack[] => {
    if (run_id === undefined) return ["elsewhere"];
    const run = predicted.get(run_id);
    if (run === undefined) return ["gone"];
    return predictedFor(run, metric) === undefined ? ["never"] : [];
  });
  if (lacks.length === 0) return "";
  const total = entries.length;
  const reasons = LACKS.flatMap((lack) => {
    const count = lacks.filter((one) => one === lack).length;
    return count === 0 ? [] : [lackText(lack, count, total)];
  });
  if (total === 1 && lacks[0] === "never") return "Nothing was predicted of the run.";
  const known = total - lacks.length;
  const what = total === 1 ? "not known" : `known of ${known === 0 ? "none" : known} of the ${total} runs here`;
  return `What was predicted is ${what}: ${reasons.join(", ")}.`;
}

function lackText(lack: Lack, count: number, total: number): string {
  const which = total === 1 ? "the run" : count === total ? "all" : String(count);
  const isOne = count === 1;
  switch (lack) {
    case "elsewhere":
      return `${which} ${isOne ? "was" : "were"} made elsewhere`;
    case "gone":
      return `${isOne ? "the request" : "the requests"} of ${which} ${isOne ? "is" : "are"} no longer kept`;
    case "never":
      return `nothing was predicted of ${count === total ? "any" : which}`;
    default:
      return assertNever(lack);
  }
}
