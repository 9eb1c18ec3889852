import type { HistoryEntry } from "../../domain/history.ts";
import { outcomeText } from "../../domain/outcome-text.ts";
import type { Result } from "../../domain/work-request.ts";
import { formatMetric, isLowerBound, metricValue, type Metric } from "../../history/metric.ts";
import type { Mark } from "../charts/figure.ts";
import { zonedText } from "../zone.ts";

/** Shape and colour of a run by its result; the shape alone is enough. */
export const RESULT_LOOKS: Record<Result, { mark: Mark; look: string; word: string }> = {
  success: { mark: "dot", look: "dots success", word: "passed" },
  failure: { mark: "triangle", look: "marks failure", word: "failed" },
  error: { mark: "square", look: "marks error", word: "not the work's fault" },
  skipped: { mark: "diamond", look: "marks skipped", word: "skipped" },
};

/** What a chart says of one run: its figure, what it was given of it, how and when it ended, where. */
export function entryText(entry: HistoryEntry, metric: Metric): string {
  const value = metricValue(entry, metric);
  const reserved = reservedFor(entry, metric);
  const words = [
    ...(value === undefined ? [] : [`${isLowerBound(entry, metric) ? "at least " : ""}${formatMetric(value, metric)}`]),
    ...(reserved === undefined ? [] : [`of ${formatMetric(reserved, metric)}`]),
    outcomeText(entry.outcome),
    zonedText(entry.completed_at),
    ...(entry.work_request_id === undefined ? [] : [`#${entry.work_request_id}`]),
    ...(entry.worker_name === undefined ? [] : [`on ${entry.worker_name}`]),
  ];
  return words.join(" · ");
}

/** What a run was given of what a metric measures; undefined where nothing is given of it. */
export function reservedFor({ allocation }: HistoryEntry, metric: Metric): number | undefined {
  return metric === "cpu_time" ? undefined : allocation?.[metric].amount;
}
