import type { HistoryEntry } from "../domain/history.ts";
import { formatMetric, isLowerBound, metricValue, type MeasuredRun, type Metric } from "./metric.ts";
import { quantile } from "./summary.ts";

/** One figure of a run beside the same figure of earlier ones; in the metric's unit. */
type FigureComparison = {
  value: number;
  /** Of the earlier successes that have the figure. */
  median: number;
  min: number;
  max: number;
  runs: number;
  /** `value / median`; absent when the median is 0. */
  ratio?: number;
};

/** How a run stands to the earlier runs of its key. */
export type Comparison = {
  /** For people, without a full stop: `1.8× slower than the median of 12 runs (4.2s)`. */
  sentence: string;
  duration?: FigureComparison;
  memory?: FigureComparison;
};

/** With fewer runs than this the range they span says little. */
const ENOUGH_RUNS = 5;
/** Closer than this share to the median is "as fast as". */
const SAME = 0.02;
/** From here on a factor reads better than a percentage. */
const FACTOR_FROM = 1.5;
/** Memory is mentioned when it differs from the median by this factor, up or down. */
const MEMORY_FACTOR = 1.25;

/** Compares a run that has just ended with the earlier runs of its key, in any order. */
export function compareRun(run: MeasuredRun, earlier: readonly HistoryEntry[]): Comparison {
  const successes = earlier.filter((entry) => entry.result === "success");
  const duration = compareFigure(run, successes, "duration");
  const memory = compareFigure(run, successes, "memory");
  return {
    sentence: hasSucceeded(run) ? successSentence(earlier, duration, memory) : failureSentence(run, earlier, duration),
    ...(duration !== undefined && { duration }),
    ...(memory !== undefined && { memory }),
  };
}

function hasSucceeded(run: MeasuredRun): boolean {
  return run.outcome.kind === "exited" && run.outcome.code === 0;
}

function compareFigure(run: MeasuredRun, successes: readonly HistoryEntry[], metric: Metric) {
  const value = metricValue(run, metric);
  const sorted = successes
    .filter((entry) => !isLowerBound(entry, metric))
    .map((entry) => metricValue(entry, metric))
    .filter((figure) => figure !== undefined)
    .sort((a, b) => a - b);
  if (value === undefined || sorted.length === 0) return undefined;
  const median = quantile(sorted, 0.5);
  const comparison: FigureComparison = {
    value,
    median,
    min: sorted[0]!, // not empty: checked above
    max: sorted.at(-1)!, // as above
    runs: sorted.length,
    ...(median > 0 && { ratio: value / median }),
  };
  return comparison;
}

function successSentence(
  earlier: readonly HistoryEntry[],
  duration: FigureComparison | undefined,
  memory: FigureComparison | undefined,
): string {
  if (earlier.length === 0) return "first run of its key: nothing to compare with yet";
  if (!earlier.some((entry) => entry.result === "success")) {
    return `first success after ${countOf(earlier.length, "run")} without one`;
  }
  const parts = [durationPart(duration), memoryPart(memory)].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join("; ") : `no figures to compare with those of ${countOf(earlier.length, "run")}`;
}

function durationPart(duration: FigureComparison | undefined): string | undefined {
  if (duration === undefined) return undefined;
  const median = formatMetric(duration.median, "duration");
  const whom = duration.runs === 1 ? "the one earlier run" : `the median of ${duration.runs} runs`;
  const few = duration.runs > 1 && duration.runs < ENOUGH_RUNS ? ", few to judge by" : "";
  return `${speedText(duration)} ${whom} (${median}${few})${rangeText(duration)}`;
}

function speedText({ value, ratio }: FigureComparison): string {
  if (ratio === undefined || value === 0) return `${formatMetric(value, "duration")}, against`;
  if (Math.abs(ratio - 1) < SAME) return "as fast as";
  const word = ratio > 1 ? "slower" : "faster";
  const factor = ratio > 1 ? ratio : 1 / ratio;
  if (factor >= FACTOR_FROM) return `${factorText(factor)} ${word} than`;
  return `${Math.round(Math.abs(ratio - 1) * 100)} % ${word} than`;
}

/** Says whether the run stands outside of all that was seen, once enough was seen. */
function rangeText({ value, min, max, runs }: FigureComparison): string {
  if (runs < ENOUGH_RUNS) return "";
  if (value > max) return ", slower than all of them";
  return value < min ? ", faster than all of them" : ", within their range";
}

function memoryPart(memory: FigureComparison | undefined): string | undefined {
  if (memory?.ratio === undefined) return undefined;
  if (memory.ratio < MEMORY_FACTOR && memory.ratio > 1 / MEMORY_FACTOR) return undefined;
  const [value, median] = [formatMetric(memory.value, "memory"), formatMetric(memory.median, "memory")];
  return `memory ${value}, ${memory.ratio > 1 ? "up" : "down"} from a median of ${median}`;
}

function failureSentence(
  run: MeasuredRun,
  earlier: readonly HistoryEntry[],
  duration: FigureComparison | undefined,
): string {
  const seconds = metricValue(run, "duration");
  const after = seconds === undefined ? "" : ` after ${formatMetric(seconds, "duration")}`;
  const usual =
    duration === undefined
      ? ""
      : `; successful runs take ${formatMetric(duration.median, "duration")} (median of ${duration.runs})`;
  return `failed${after}: ${standing(earlier)}${usual}`;
}

function standing(earlier: readonly HistoryEntry[]): string {
  if (earlier.length === 0) return "the first run of its key";
  const failed = earlier.filter((entry) => entry.result !== "success").length;
  if (failed === 0) return `the first failure in ${countOf(earlier.length + 1, "run")}`;
  if (failed === earlier.length) return `none of ${countOf(earlier.length, "earlier run")} succeeded either`;
  return `${failed} of ${countOf(earlier.length, "earlier run")} failed as well`;
}

/** `1.8×`, `12×`. */
export function factorText(factor: number): string {
  return `${factor >= 9.95 ? Math.round(factor) : factor.toFixed(1)}×`;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
