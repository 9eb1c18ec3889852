import type { HistoryEntry } from "../domain/history.ts";
import { MEASURED_FIGURES, type MeasuredFigure } from "../domain/runtime-statistics.ts";
import { formatBytes, formatDuration } from "../domain/units.ts";

/** The figures of a run that a history shows over time. */
export const METRICS = MEASURED_FIGURES;
export type Metric = MeasuredFigure;

/** What a figure is read from. */
export type MeasuredRun = Pick<
  HistoryEntry,
  "runtime_statistics" | "duration_ms" | "cpu_time_ms" | "lower_bounds" | "outcome"
>;

const SHORT_NAMES: Record<string, Metric> = { cpu: "cpu_time", disk: "disk_space" };

/** The metric meant by its name, or by `cpu` and `disk`; undefined for anything else. */
export function parseMetric(text: string): Metric | undefined {
  return (
    METRICS.find((metric) => metric === text) ?? (Object.hasOwn(SHORT_NAMES, text) ? SHORT_NAMES[text] : undefined)
  );
}

/** What a run used: seconds (with fractions where known) or bytes; undefined where it was not measured. */
export function metricValue(run: MeasuredRun, metric: Metric): number | undefined {
  const { runtime_statistics: statistics } = run;
  if (metric === "duration") return run.duration_ms === undefined ? statistics.duration : run.duration_ms / 1000;
  if (metric === "cpu_time") return run.cpu_time_ms === undefined ? statistics.cpu_time : run.cpu_time_ms / 1000;
  return statistics[metric];
}

/** True where the figure says only that the run needed at least so much. */
export function isLowerBound(run: MeasuredRun, metric: Metric): boolean {
  return run.lower_bounds.includes(metric);
}

/** A figure for people: `2m11s`, `1.5G`. */
export function formatMetric(value: number, metric: Metric): string {
  return metric === "duration" || metric === "cpu_time" ? formatDuration(value) : formatBytes(value);
}
