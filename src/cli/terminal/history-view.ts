import { formatMetric, isLowerBound, metricValue, type Metric } from "../../history/metric.ts";
import { summarize } from "../../history/summary.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import { paint } from "./colour.ts";
import { symbols } from "./glyph.ts";
import { historyColumns } from "./history-columns.ts";
import { histogram } from "./histogram.ts";
import { formatDay } from "./relative-time.ts";
import { sanitizeText } from "./sanitize.ts";
import { columnOf, scatter, type ScatterLabel, type ScatterPoint } from "./scatter.ts";
import { sparkline } from "./spark.ts";
import type { Surface } from "./surface.ts";
import { renderTable } from "./table.ts";

/** A lasting change in a figure, found elsewhere: from which entry on, and between which levels. */
export type ChangePoint = { entry_id: number; from: number; to: number };

export type HistoryViewOptions = {
  mode: "list" | "plot" | "hist";
  /** What `plot` and `hist` show; default memory. */
  metric?: Metric;
  task_name: string;
  /** Given when the entries are of one subject (context) only; it is then not repeated in each row. */
  subject?: string;
  context?: string;
  hasHeader?: boolean;
  isWide?: boolean;
  /** Marked in the plot. */
  changes?: readonly ChangePoint[];
};

/** Wider than this a plot gets no clearer. */
const MAX_COLUMNS = 110;
const PLOT_ROWS = 8;

/**
 * What `almanac history` prints, ending in a newline: a table of the entries, a plot or a histogram of one figure, and
 * for people the summary. `entries` are newest first. Without entries a sentence for people, nothing for programs.
 */
export function renderHistory(entries: readonly HistoryEntry[], options: HistoryViewOptions, surface: Surface): string {
  if (entries.length === 0) return surface.isTty ? `No finished runs of ${nameOf(options)} are known yet.\n` : "";
  const metric = options.metric ?? "memory";
  if (options.mode === "list") return renderList(entries, options, surface);
  const measured = entries.filter((entry) => metricValue(entry, metric) !== undefined);
  if (measured.length === 0) {
    return `None of ${entries.length} runs of ${nameOf(options)} has a figure for ${metric}.\n`;
  }
  const draw = options.mode === "plot" ? plotLines : histogramLines;
  return [...draw(measured, metric, options, surface), summaryLine(entries, [metric], surface)].map(endLine).join("");
}

function endLine(line: string): string {
  return `${line}\n`;
}

function nameOf({ task_name, subject, context }: HistoryViewOptions): string {
  const parts = [task_name, subject, context].filter((part) => part !== undefined && part !== "");
  return parts.map((part) => sanitizeText(part ?? "")).join(" ");
}

function renderList(entries: readonly HistoryEntry[], options: HistoryViewOptions, surface: Surface): string {
  const table = renderTable(historyColumns(options, surface), entries, surface, options);
  return surface.isTty ? `${table}${summaryLine(entries, ["duration", "memory"], surface)}\n` : table;
}

/** `  1200 runs · memory p50 2.4G · p95 4.0G · max 4.3G · 43 failed (3.6 %), 12 infrastructure`. */
function summaryLine(entries: readonly HistoryEntry[], metrics: readonly Metric[], surface: Surface): string {
  const { dot, atLeast } = symbols(surface);
  const summaries = metrics.map((metric) => ({ metric, ...summarize(entries, metric) }));
  const figures = summaries.flatMap(({ metric, figure }) => {
    if (figure === undefined) return [];
    const [p50, p95, max] = [figure.p50, figure.p95, figure.max].map((value) => formatMetric(value, metric));
    return [`${metric} p50 ${p50}`, `p95 ${p95}`, `max ${figure.max_is_lower_bound ? atLeast : ""}${max}`];
  });
  const { runs, failed, infrastructure, failed_share } = summarize(entries, "duration");
  const ends = [
    failed > 0 ? paint(surface, "failed", `${failed} failed (${percent(failed_share)})`) : "none failed",
    ...(infrastructure > 0 ? [paint(surface, "warning", `${infrastructure} infrastructure`)] : []),
  ];
  return `  ${[`${runs} run${runs === 1 ? "" : "s"}`, ...figures, ends.join(", ")].join(` ${dot} `)}`;
}

function percent(share: number): string {
  const value = share * 100;
  return `${value >= 9.95 ? Math.round(value) : value.toFixed(1)} %`;
}

/** Oldest at the left: the scatter, the peaks below it, the days of its ends, and the changes in words. */
function plotLines(
  newestFirst: readonly HistoryEntry[],
  metric: Metric,
  options: HistoryViewOptions,
  surface: Surface,
): string[] {
  const entries = newestFirst.toReversed();
  const format = (value: number): string => formatMetric(value, metric);
  const points = entries.map((entry) => pointOf(entry, metric));
  const width = Math.min(MAX_COLUMNS, surface.columns);
  const labels = labelsOf(entries, metric);
  const { lines, indent, columns } = scatter(points, surface, { width, height: PLOT_ROWS, format, labels });
  const changes = (options.changes ?? []).flatMap((change) => {
    const index = entries.findIndex(({ id }) => id === change.entry_id);
    return index < 0 ? [] : [{ ...change, index }];
  });
  const left = " ".repeat(indent);
  return [
    ...lines,
    left + sparkWithChanges(points, columns, changes, surface),
    left + daysLine(entries, columns, surface),
    ...changes.map((change) => `${left}${changeText(change, entries, format, surface)}`),
  ];
}

function pointOf(entry: HistoryEntry, metric: Metric): ScatterPoint {
  const reserved = metric === "cpu_time" ? undefined : entry.allocation?.[metric].amount;
  return {
    value: metricValue(entry, metric) ?? 0, // only entries that have it get here
    mark: entry.result === "failure" ? "failed" : entry.result === "error" ? "infrastructure" : "passed",
    ...(reserved !== undefined && { reserved }),
  };
}

/** p50, p95 and what was reserved last, by name. */
function labelsOf(entries: readonly HistoryEntry[], metric: Metric): ScatterLabel[] {
  const { figure } = summarize(entries, metric);
  const reserved = entries.map((entry) => pointOf(entry, metric).reserved).findLast((amount) => amount !== undefined);
  const named = [
    { name: "reserved", value: reserved },
    { name: "p95", value: figure?.p95 },
    { name: "p50", value: figure?.p50 },
  ];
  return named.flatMap(({ name, value }) =>
    value === undefined ? [] : [{ value, text: `${name} ${formatMetric(value, metric)}` }],
  );
}

type PlacedChange = ChangePoint & { index: number };

/** The highest of each column of the scatter, as bars below it. */
function sparkWithChanges(
  points: readonly ScatterPoint[],
  columns: number,
  changes: readonly PlacedChange[],
  surface: Surface,
): string {
  const highest = new Map<number, number>();
  for (const [index, { value }] of points.entries()) {
    const column = columnOf(index, points.length, columns);
    highest.set(column, Math.max(value, highest.get(column) ?? -Infinity));
  }
  const bars = sparkline([...highest.values()], surface);
  const cells = Array.from({ length: columns }, () => " ");
  for (const [at, column] of [...highest.keys()].entries()) cells[column] = bars.charAt(at);
  for (const { index } of changes) {
    cells[columnOf(index, points.length, columns)] = paint(surface, "change", symbols(surface).change);
  }
  return cells.join("").trimEnd();
}

function daysLine(entries: readonly HistoryEntry[], columns: number, surface: Surface): string {
  const [first, last] = [entries[0], entries.at(-1)].map((entry) => formatDay(entry?.completed_at ?? "", surface));
  const gap = columns - (first?.length ?? 0) - (last?.length ?? 0);
  return paint(surface, "dim", gap < 1 || first === last ? (last ?? "") : `${first}${" ".repeat(gap)}${last}`);
}

function changeText(
  change: PlacedChange,
  entries: readonly HistoryEntry[],
  format: (value: number) => string,
  surface: Surface,
): string {
  const entry = entries[change.index];
  const delta = change.to - change.from;
  const sign = delta < 0 ? "-" : "+";
  const share = change.from > 0 ? ` (${sign}${Math.round((Math.abs(delta) / change.from) * 100)} %)` : "";
  const name = entry?.work_request_id === undefined ? "" : `#${entry.work_request_id} `;
  const day = formatDay(entry?.completed_at ?? "", surface);
  const text = `${symbols(surface).change} ${name}${sign}${format(Math.abs(delta))}${share}, ${day}`;
  return paint(surface, "change", text);
}

function histogramLines(
  entries: readonly HistoryEntry[],
  metric: Metric,
  _options: HistoryViewOptions,
  surface: Surface,
): string[] {
  const values = entries
    .filter((entry) => !isLowerBound(entry, metric))
    .map((entry) => ({ value: metricValue(entry, metric) ?? 0, isFailed: entry.result === "failure" }));
  const bounds = entries.length - values.length;
  const note = `  ${bounds} run${bounds === 1 ? "" : "s"} that ${bounds === 1 ? "was" : "were"} cut short not counted`;
  if (values.length === 0) return [note];
  const width = Math.min(MAX_COLUMNS, surface.columns);
  const lines = histogram(values, surface, {
    width,
    format: (value) => formatMetric(value, metric),
    labels: labelsOf(entries.toReversed(), metric),
  });
  return bounds === 0 ? lines : [...lines, note];
}
