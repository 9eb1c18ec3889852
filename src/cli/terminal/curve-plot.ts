import type { Curve } from "../../domain/runtime-statistics.ts";
import { formatBytes, formatCores, formatDuration } from "../../domain/units.ts";
import { paint } from "./colour.ts";
import { symbols } from "./glyph.ts";
import type { Surface } from "./surface.ts";
import { pad } from "./width.ts";

/** Wider than this a curve gets no clearer. */
const MOST_COLUMNS = 100;
const LEAST_COLUMNS = 10;
/** Rows of one figure. */
const ROWS = 4;
const LEVELS = "▁▂▃▄▅▆▇█";

type Figure = {
  label: string;
  values: readonly number[];
  format: (value: number) => string;
  /** What stands in a column into which several moments fall. */
  merge: "highest" | "mean";
};

/**
 * Memory, CPU and disk of one run over time, each as an area that starts at zero, above one axis of time; a figure that
 * was never above zero is left out. Lines without newlines; none when nothing is known.
 */
export function curveLines(curve: Curve, surface: Surface): string[] {
  const figures = figuresOf(curve).filter(({ values }) => Math.max(0, ...values) > 0);
  const endMs = curve.at_ms.at(-1) ?? 0;
  if (figures.length === 0 || endMs <= 0) return [];
  const scaleWidth = Math.max(...figures.map(({ values, format }) => format(Math.max(...values)).length));
  const columns = Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, surface.columns - scaleWidth - 4));
  const areas = figures.flatMap((figure) => areaLines(figure, curve.at_ms, { columns, scaleWidth }, surface));
  return [...areas, timeLine(endMs, { columns, scaleWidth }, surface)];
}

type Frame = { columns: number; scaleWidth: number };

function figuresOf(curve: Curve): Figure[] {
  return [
    { label: "memory", values: curve.memory, format: formatBytes, merge: "highest" },
    {
      label: "cores",
      values: curve.cpu_millicores.map((value) => value / 1000),
      format: formatCores,
      merge: "mean",
    },
    { label: "disk", values: curve.disk_space, format: formatBytes, merge: "highest" },
  ];
}

/** The name above, the highest value and zero at the scale. */
function areaLines(figure: Figure, atMs: readonly number[], frame: Frame, surface: Surface): string[] {
  const values = byColumn(figure, atMs, frame.columns);
  const highest = Math.max(...values);
  const lines = Array.from({ length: ROWS }, (_, fromTop) => {
    const scale = fromTop === 0 ? figure.format(highest) : fromTop === ROWS - 1 ? "0" : "";
    const cells = values.map((value) => cell(highest > 0 ? value / highest : 0, ROWS - 1 - fromTop, surface));
    const area = paint(surface, "passed", cells.join("").trimEnd());
    return `  ${pad(scale, frame.scaleWidth, "right")} ${symbols(surface).axis}${area}`;
  });
  return [`  ${paint(surface, "dim", figure.label)}`, ...lines];
}

/**
 * A value of the curve stands for the time since the one before it. Each column gets the highest, or the mean by time, of
 * what it covers.
 */
function byColumn({ values, merge }: Figure, atMs: readonly number[], columns: number): number[] {
  const sums = Array.from({ length: columns }, () => ({ highest: 0, weighted: 0, weight: 0 }));
  const perMs = columns / (atMs.at(-1) ?? 1);
  let from = 0;
  for (const [index, end] of atMs.entries()) {
    const to = end * perMs;
    const value = values[index] ?? 0;
    const last = Math.min(columns - 1, Math.max(Math.floor(from), Math.ceil(to) - 1));
    for (let column = Math.min(Math.floor(from), columns - 1); column <= last; column += 1) {
      const sum = sums[column]!; // within the columns, as bounded above
      const overlap = Math.max(0, Math.min(to, column + 1) - Math.max(from, column));
      sum.highest = Math.max(sum.highest, value);
      sum.weighted += value * overlap;
      sum.weight += overlap;
    }
    from = to;
  }
  return sums.map(({ highest, weighted, weight }) =>
    merge === "highest" || weight === 0 ? highest : weighted / weight,
  );
}

/** The part of a column of the given height (0 to 1) that lies in a row, counted from below. */
function cell(share: number, row: number, surface: Surface): string {
  const filled = share * ROWS - row;
  if (!surface.hasUnicode) return filled >= 0.5 || (row === 0 && share > 0) ? "#" : " ";
  if (filled <= 0) return row === 0 && share > 0 ? "▁" : " ";
  return LEVELS.charAt(Math.min(LEVELS.length - 1, Math.max(0, Math.round(filled * LEVELS.length) - 1)));
}

function timeLine(endMs: number, { columns, scaleWidth }: Frame, surface: Surface): string {
  const end = formatDuration(endMs / 1000);
  return paint(surface, "dim", `${" ".repeat(scaleWidth + 4)}0s${end.padStart(Math.max(end.length + 1, columns - 2))}`);
}
