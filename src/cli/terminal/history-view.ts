import { formatMetric, isLowerBound, metricValue, type Metric } from "../../history/metric.ts";
import { summarize, summarizeFigure } from "../../history/summary.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import { formatShare } from "../../domain/units.ts";
import { paint } from "./colour.ts";
import { symbols } from "./glyph.ts";
import { historyColumns } from "./history-columns.ts";
import { labelsOf, MAX_COLUMNS, plotLines, type ChangePoint } from "./history-plot.ts";
import { histogram } from "./histogram.ts";
import { sanitizeText } from "./sanitize.ts";
import type { Surface } from "./surface.ts";
import { renderTable } from "./table.ts";

export type HistoryViewOptions = {
  mode: "list" | "plot" | "hist";
  /** What `plot` and `hist` show; default memory. */
  metric?: Metric;
  task_name: string;
  /** Given when the entries are of one subject (context) only; it is then not repeated in each row. */
  subject?: string;
  context?: string;
  /** The one worker that was asked for. */
  worker?: string;
  hasHeader?: boolean;
  isWide?: boolean;
  /** Marked in the plot. */
  changes?: readonly ChangePoint[];
};

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
  const lines =
    options.mode === "plot"
      ? plotLines(measured, metric, options.changes ?? [], surface)
      : histogramLines(measured, metric, surface);
  return [...lines, summaryLine(entries, metric, surface)].map(endLine).join("");
}

function endLine(line: string): string {
  return `${line}\n`;
}

function nameOf({ task_name, subject, context, worker }: HistoryViewOptions): string {
  const on = worker === undefined ? [] : ["on", worker];
  const parts = [task_name, subject, context, ...on].filter((part) => part !== undefined && part !== "");
  return parts.map((part) => sanitizeText(part ?? "")).join(" ");
}

function renderList(entries: readonly HistoryEntry[], options: HistoryViewOptions, surface: Surface): string {
  const table = renderTable(historyColumns(options, surface), entries, surface, options);
  if (!surface.isTty) return table;
  const { dot } = symbols(surface);
  const summary = [
    [countText(entries), endsText(entries, surface)],
    figureTexts(entries, "duration", surface),
    figureTexts(entries, "memory", surface),
  ];
  const lines = summary.filter((parts) => parts.length > 0).map((parts) => `  ${parts.join(` ${dot} `)}\n`);
  return table + lines.join("");
}

/** `  1200 runs · memory p50 2.4G · p95 4.0G · max 4.3G · 43 failed (3.6 %), 12 infrastructure`. */
function summaryLine(entries: readonly HistoryEntry[], metric: Metric, surface: Surface): string {
  const parts = [countText(entries), ...figureTexts(entries, metric, surface), endsText(entries, surface)];
  return `  ${parts.join(` ${symbols(surface).dot} `)}`;
}

function countText(entries: readonly HistoryEntry[]): string {
  return `${entries.length} run${entries.length === 1 ? "" : "s"}`;
}

function figureTexts(entries: readonly HistoryEntry[], metric: Metric, surface: Surface): string[] {
  const figure = summarizeFigure(entries, metric);
  if (figure === undefined) return [];
  const [p50, p95, max] = [figure.p50, figure.p95, figure.max].map((value) => formatMetric(value, metric));
  return [
    `${metric} p50 ${p50}`,
    `p95 ${p95}`,
    `max ${figure.max_is_lower_bound ? symbols(surface).atLeast : ""}${max}`,
  ];
}

function endsText(entries: readonly HistoryEntry[], surface: Surface): string {
  const { failed, infrastructure, failed_share } = summarize(entries, "duration");
  const failedText =
    failed > 0 ? paint(surface, "failed", `${failed} failed (${formatShare(failed_share)})`) : "none failed";
  return infrastructure > 0
    ? `${failedText}, ${paint(surface, "warning", `${infrastructure} infrastructure`)}`
    : failedText;
}

function histogramLines(entries: readonly HistoryEntry[], metric: Metric, surface: Surface): string[] {
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
