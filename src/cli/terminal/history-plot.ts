import type { HistoryEntry } from "../../domain/history.ts";
import { formatMetric, metricValue, type Metric } from "../../history/metric.ts";
import { summarizeFigure } from "../../history/summary.ts";
import { paint } from "./colour.ts";
import { symbols } from "./glyph.ts";
import { formatDay } from "./relative-time.ts";
import { columnOf, scatter, type ScatterLabel, type ScatterPoint } from "./scatter.ts";
import { sparkline } from "./spark.ts";
import type { Surface } from "./surface.ts";

/** A lasting change in a figure, found elsewhere: from which entry on, and between which levels. */
export type ChangePoint = { entry_id: number; from: number; to: number };

/** Wider than this a plot gets no clearer. */
export const MAX_COLUMNS = 110;
const PLOT_ROWS = 8;

/** Oldest at the left: the scatter, the highest of its columns below it, the days of its ends, and the changes in words. Needs an entry with the figure. */
export function plotLines(
  newestFirst: readonly HistoryEntry[],
  metric: Metric,
  allChanges: readonly ChangePoint[],
  surface: Surface,
): string[] {
  const entries = newestFirst.toReversed();
  const format = (value: number): string => formatMetric(value, metric);
  const points = entries.map((entry) => pointOf(entry, metric));
  const width = Math.min(MAX_COLUMNS, surface.columns);
  const labels = labelsOf(entries, metric);
  const { lines, indent, columns } = scatter(points, surface, { width, height: PLOT_ROWS, format, labels });
  const changes = allChanges.flatMap((change) => {
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

/** p50, p95 and what was reserved last, by name. `entries` are oldest first. */
export function labelsOf(entries: readonly HistoryEntry[], metric: Metric): ScatterLabel[] {
  const figure = summarizeFigure(entries, metric);
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
