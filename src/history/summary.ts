import type { HistoryEntry } from "../domain/history.ts";
import { isLowerBound, metricValue, type Metric } from "./metric.ts";

/** How one figure was distributed over the runs that have it; in the metric's unit. */
export type FigureSummary = {
  /** How many runs ran to their own end and have the figure; min, p50 and p95 are of these. */
  runs: number;
  min: number;
  p50: number;
  p95: number;
  /** The largest seen, runs that were cut short included. */
  max: number;
  /** True: the largest was seen in a run that was cut short, so the need was at least that. */
  max_is_lower_bound: boolean;
  /** How many more runs have it only as a lower bound. */
  lower_bounds: number;
};

/** What a history says in one line. */
export type HistorySummary = {
  runs: number;
  succeeded: number;
  /** The work's fault. */
  failed: number;
  /** Not the work's fault. */
  infrastructure: number;
  skipped: number;
  /** `failed` of all runs, 0 to 1; 0 without runs. */
  failed_share: number;
  /** Absent when no run has the figure. */
  figure?: FigureSummary;
};

/** Counts the results and sums up one figure. */
export function summarize(entries: readonly HistoryEntry[], metric: Metric): HistorySummary {
  const count = (result: HistoryEntry["result"]): number => entries.filter((entry) => entry.result === result).length;
  const failed = count("failure");
  const figure = summarizeFigure(entries, metric);
  return {
    runs: entries.length,
    succeeded: count("success"),
    failed,
    infrastructure: count("error"),
    skipped: count("skipped"),
    failed_share: entries.length === 0 ? 0 : failed / entries.length,
    ...(figure !== undefined && { figure }),
  };
}

/**
 * Sums up one figure. Percentiles are of runs that ran to their own end, unless there is none: then they are of
 * the lower bounds, and `max_is_lower_bound` says so. Undefined when no run has the figure.
 */
export function summarizeFigure(entries: readonly HistoryEntry[], metric: Metric): FigureSummary | undefined {
  const full: number[] = [];
  const cut: number[] = [];
  for (const entry of entries) {
    const value = metricValue(entry, metric);
    if (value !== undefined) (isLowerBound(entry, metric) ? cut : full).push(value);
  }
  const sorted = (full.length > 0 ? full : cut).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const largestCut = cut.reduce((largest, value) => Math.max(largest, value), -Infinity);
  const largestFull = full.at(-1) ?? -Infinity;
  return {
    runs: full.length,
    min: sorted[0]!, // not empty: checked above
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    max: Math.max(largestFull, largestCut),
    max_is_lower_bound: largestCut > largestFull,
    lower_bounds: cut.length,
  };
}

/**
 * The value below which the given share (0 to 1) of the sorted, non-empty values lies, between two values in
 * proportion: definition 7 of Hyndman and Fan, "Sample quantiles in statistical packages" (1996), the usual one.
 */
export function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)]!; // within the list for every share from 0 to 1
  const above = sorted[Math.ceil(position)]!;
  return below === above ? below : below + (above - below) * (position - Math.floor(position));
}
