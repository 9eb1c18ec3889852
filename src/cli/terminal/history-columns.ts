import type { HistoryEntry } from "../../domain/history.ts";
import { formatMetric, isLowerBound, metricValue, type Metric } from "../../history/metric.ts";
import { resultLabel, symbols } from "./glyph.ts";
import { outcomeText } from "../../domain/outcome-text.ts";
import { formatAgo } from "./relative-time.ts";
import type { Surface } from "./surface.ts";
import type { Column } from "./table.ts";

/** The columns of a table of history. Programs get seconds and bytes as numbers. */
export function historyColumns(
  shown: { subject?: string; context?: string },
  surface: Surface,
): Column<HistoryEntry>[] {
  const { none } = symbols(surface);
  return [
    { header: "ENDED", cell: (entry) => formatAgo(entry.completed_at, surface), full: (entry) => entry.completed_at },
    { header: "RUN", cell: (entry) => runText(entry) ?? none, full: (entry) => runText(entry) ?? "", shrinkTo: 6 },
    {
      header: "RESULT",
      cell: (entry) => ({ painted: resultLabel(surface, entry.result) }),
      full: (entry) => entry.result,
    },
    { header: "SUBJECT", cell: (entry) => entry.subject, shrinkTo: 10, isWideOnly: shown.subject !== undefined },
    { header: "CONTEXT", cell: (entry) => entry.context, shrinkTo: 8, isWideOnly: shown.context !== undefined },
    metricColumn("DURATION", "duration", surface),
    metricColumn("CPU", "cpu_time", surface),
    metricColumn("MEMORY", "memory", surface),
    metricColumn("DISK", "disk_space", surface),
    {
      header: "WORKER",
      cell: (entry) => entry.worker_name ?? none,
      full: (entry) => entry.worker_name ?? "",
      shrinkTo: 8,
    },
    { header: "NOTE", cell: noteOf, shrinkTo: 10 },
  ];
}

/** Imported entries have an origin instead of a run. */
function runText(entry: HistoryEntry): string | undefined {
  return entry.run_id ?? entry.origin;
}

/** A lower bound is marked as one; a figure that was not measured is no number. */
function metricColumn(header: string, metric: Metric, surface: Surface): Column<HistoryEntry> {
  const { none, atLeast } = symbols(surface);
  return {
    header,
    align: "right",
    cell(entry) {
      const value = metricValue(entry, metric);
      if (value === undefined) return none;
      return `${isLowerBound(entry, metric) ? atLeast : ""}${formatMetric(value, metric)}`;
    },
    full: (entry) => String(metricValue(entry, metric) ?? ""),
  };
}

/** What the result alone does not say. */
function noteOf(entry: HistoryEntry): string {
  const how = entry.result === "success" || entry.result === "skipped" ? [] : [outcomeText(entry.outcome)];
  return [...how, ...(entry.trusted ? [] : ["untrusted"])].join(", ");
}
