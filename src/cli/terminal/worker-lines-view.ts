import type { LineLevel, WorkerLine } from "../../domain/worker-line.ts";
import { paint } from "./colour.ts";
import { symbols } from "./glyph.ts";
import { formatMoment } from "./relative-time.ts";
import type { Surface } from "./surface.ts";
import { renderTable, type Column, type TableOptions } from "./table.ts";

/** What `almanac worker log` prints: a line each, whole, however wide the terminal is. */
export function renderWorkerLines(
  lines: readonly WorkerLine[],
  surface: Surface,
  options: Pick<TableOptions, "hasHeader"> = {},
): string {
  const columns: Column<WorkerLine>[] = [
    { header: "WHEN", cell: ({ at }) => formatMoment(at, surface), full: ({ at }) => at },
    { header: "LEVEL", cell: ({ level }) => ({ painted: levelLabel(level, surface) }), full: ({ level }) => level },
    { header: "WHAT", cell: ({ text }) => text },
  ];
  return renderTable(columns, lines, surface, options);
}

function levelLabel(level: LineLevel, surface: Surface): string {
  const { warning, failed } = symbols(surface);
  if (level === "info") return paint(surface, "dim", `  ${level}`);
  return level === "warning"
    ? paint(surface, "warning", `${warning} ${level}`)
    : paint(surface, "failed", `${failed} ${level}`);
}
