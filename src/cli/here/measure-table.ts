import type { EndedRun } from "../../worker/run/run-spec.ts";
import { metricValue, formatMetric, METRICS, type Metric } from "../../history/metric.ts";
import type { Cli } from "../cli.ts";
import { outcomeText } from "../../domain/outcome-text.ts";
import { METRIC_WORDS } from "../terminal/metric-words.ts";
import { curveLines } from "../terminal/curve-plot.ts";
import { renderStatistics } from "../terminal/statistics-view.ts";
import { surfaceOf, type Surface } from "../terminal/surface.ts";
import { symbols } from "../terminal/glyph.ts";

/** How the report is to look. */
export type MeasureTableOptions = {
  /** Without a terminal's ways. */
  isForFile: boolean;
  /** With the figures over time. */
  isPlotted: boolean;
};

/** The report for people: what one run used, or the spread of several. */
export function measureTable(
  cli: Cli,
  runs: readonly EndedRun[],
  { isForFile, isPlotted }: MeasureTableOptions,
): string {
  const surface = surfaceOf(isForFile ? {} : cli.stderr, cli.env, cli.nowMs());
  const [first] = runs;
  if (first === undefined) return "";
  if (runs.length > 1) return spread(runs, surface);
  const statistics = renderStatistics(first.runtime_statistics, first.measurement, surface);
  const { outcome } = first;
  const { curve } = first.measurement;
  const plot = isPlotted && curve !== undefined ? curveLines(curve, surface).map((line) => `${line}\n`) : [];
  const isPlain = outcome.kind === "exited" && outcome.code === 0;
  return `${statistics}${plot.join("")}${isPlain ? "" : `${outcomeText(outcome)}\n`}`;
}

/** For each figure: mean ± standard deviation, and the extremes. */
function spread(runs: readonly EndedRun[], surface: Surface): string {
  const dash = symbols(surface).range;
  const plusMinus = surface.hasUnicode ? "±" : "+-";
  const lines = METRICS.flatMap((metric) => {
    const values = runs.map((run) => figureOf(run, metric)).filter((value) => value !== undefined);
    if (values.length === 0) return [];
    const { mean, deviation } = meanAndDeviation(values);
    const format = (value: number) => formatMetric(value, metric);
    const range = `${format(Math.min(...values))} ${dash} ${format(Math.max(...values))}`;
    return [`${METRIC_WORDS[metric].padEnd(10)}${format(mean)} ${plusMinus} ${format(deviation)}   (${range})\n`];
  });
  return `${lines.join("")}${runs.length} runs\n`;
}

function figureOf({ outcome, runtime_statistics, measurement }: EndedRun, metric: Metric): number | undefined {
  const { duration_ms, cpu_user_ms, cpu_system_ms, lower_bounds } = measurement;
  const cpu = cpu_user_ms === undefined || cpu_system_ms === undefined ? undefined : cpu_user_ms + cpu_system_ms;
  return metricValue(
    { outcome, runtime_statistics, duration_ms, lower_bounds, ...(cpu !== undefined && { cpu_time_ms: cpu }) },
    metric,
  );
}

/** The standard deviation of a sample (divided by n − 1). */
function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)) };
}
