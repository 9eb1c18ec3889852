import { assertNever } from "../../domain/assert-never.ts";
import { epochMs } from "../../domain/clock.ts";
import type { Run } from "../../domain/run.ts";
import { formatMetric, type Metric } from "../../history/metric.ts";
import { paint } from "./colour.ts";
import { symbols } from "./glyph.ts";
import { outcomeText } from "../../domain/outcome-text.ts";
import { readingSurface } from "./reading-surface.ts";
import { formatMoment } from "./relative-time.ts";
import { isRunLowerBound, runFigure } from "./run-figures.ts";
import { sanitizeText } from "./sanitize.ts";
import type { Surface } from "./surface.ts";
import { renderTable, type Column } from "./table.ts";

/** The attempts at a request, or the runs of a worker, one a row. */
export function renderRuns(runs: readonly Run[], surface: Surface): string {
  const reading = readingSurface(surface);
  return renderTable(columnsOf(reading.surface), runs, reading.surface, { indent: 2, isWide: reading.isWide });
}

function columnsOf(surface: Surface): Column<Run>[] {
  const { none } = symbols(surface);
  return [
    { header: "RUN", cell: (run) => run.id },
    { header: "WORKER", cell: (run) => run.worker_name, shrinkTo: 8 },
    { header: "STARTED", cell: (run) => (run.started_at === null ? none : formatMoment(run.started_at, surface)) },
    metricColumn("TOOK", "duration", surface),
    metricColumn("CPU", "cpu_time", surface),
    metricColumn("MEMORY", "memory", surface),
    metricColumn("DISK", "disk_space", surface),
    { header: "ENDED", cell: (run) => ({ painted: runLabel(run, surface) }) },
  ];
}

function metricColumn(header: string, metric: Metric, surface: Surface): Column<Run> {
  const { none, atLeast } = symbols(surface);
  return {
    header,
    align: "right",
    cell(run) {
      const value = metric === "duration" ? tookSeconds(run, surface) : runFigure(run, metric);
      if (value === undefined) return none;
      return `${isRunLowerBound(run, metric) ? atLeast : ""}${formatMetric(value, metric)}`;
    },
  };
}

function tookSeconds(run: Run, surface: Surface): number | undefined {
  if (run.state === "running" && run.started_at !== null) return (surface.nowMs - epochMs(run.started_at)) / 1000;
  return runFigure(run, "duration");
}

/** How a run stands, or ended: glyph and words, painted. */
export function runLabel(run: Run, surface: Surface): string {
  const signs = symbols(surface);
  switch (run.state) {
    case "assigned":
      return paint(surface, "waiting", `${signs.waiting} starting`);
    case "running":
      return paint(surface, "running", `${signs.running} running`);
    case "ended":
      return endText(run, surface);
    default:
      return assertNever(run.state);
  }
}

function endText({ outcome }: Run, surface: Surface): string {
  const signs = symbols(surface);
  if (outcome === null) return signs.none;
  const text = sanitizeText(outcomeText(outcome));
  if (outcome.kind === "exited" && outcome.code === 0) return paint(surface, "passed", `${signs.passed} ${text}`);
  if (outcome.kind === "worker_lost" || outcome.kind === "start_failed")
    return paint(surface, "warning", `${signs.warning} ${text}`);
  if (outcome.kind === "aborted") return paint(surface, "dim", `${signs.none} ${text}`);
  return paint(surface, "failed", `${signs.failed} ${text}`);
}
