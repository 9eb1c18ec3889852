import { paint } from "./colour.ts";
import { symbols } from "./glyph.ts";
import type { Surface } from "./surface.ts";
import { displayWidth, pad } from "./width.ts";

/** One run in a scatter; the order of the points is their order from left to right. */
export type ScatterPoint = {
  value: number;
  mark: "passed" | "failed" | "infrastructure";
  /** What was reserved for it, in the same unit; drawn as a line. */
  reserved?: number;
};

/** A value named at the right of the row it lies in. */
export type ScatterLabel = { value: number; text: string };

export type ScatterOptions = {
  /** Columns in all, with the scale and the labels. */
  width: number;
  /** Rows. */
  height: number;
  format(value: number): string;
  labels: readonly ScatterLabel[];
};

/** A reservation further above the highest value than this would flatten the picture: it is named, but not drawn to scale. */
const MAX_HEADROOM = 1;
const LEAST_PLOT_COLUMNS = 8;

/** A scatter and where its columns lie, for what is drawn below it. */
export type Scatter = { lines: string[]; indent: number; columns: number };

type Scale = { low: number; high: number; rows: number };

/**
 * Points in braille dots (two a column, four a row), failed and infrastructure ones by their glyphs, the reserved
 * amounts as a dashed line. Points are spread evenly: idle time between runs takes no room. Needs at least one point.
 */
export function scatter(points: readonly ScatterPoint[], surface: Surface, options: ScatterOptions): Scatter {
  const scale = scaleOf(points, options);
  const scaleTexts = Array.from({ length: scale.rows }, (_, row) => options.format(middleOf(row, scale)));
  const labels = labelsByRow(options.labels, scale, surface);
  const scaleWidth = Math.max(...scaleTexts.map(displayWidth));
  const indent = 2 + scaleWidth + 2;
  const labelWidth = Math.max(0, ...labels.map((text) => (text === "" ? 0 : displayWidth(text) + 2)));
  const columns = Math.max(LEAST_PLOT_COLUMNS, options.width - indent - labelWidth);
  const cells = drawCells(points, scale, columns, surface);
  const lines = cells.map((row, at) => {
    const text = `  ${pad(scaleTexts[at]!, scaleWidth, "right")} ${symbols(surface).axis}${row.join("")}`; // one for each row
    return labels[at] === "" ? text.trimEnd() : `${text}  ${labels[at]}`;
  });
  return { lines, indent, columns };
}

function scaleOf(points: readonly ScatterPoint[], { height }: ScatterOptions): Scale {
  const values = points.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const reserved = points.flatMap((point) => (point.reserved === undefined ? [] : [point.reserved]));
  const drawn = reserved.filter((value) => value <= most * (1 + MAX_HEADROOM) && value >= least / (1 + MAX_HEADROOM));
  const [low, high] = [Math.min(least, ...drawn), Math.max(most, ...drawn)];
  // equal values get a scale around them
  if (low === high) return { low: low * 0.5, high: high === 0 ? 1 : high * 1.5, rows: height };
  return { low, high, rows: height };
}

/** Height of a value in the picture: 0 at the bottom, below 1 at the top. */
function heightOf(value: number, { low, high }: Scale): number {
  const share = (value - low) / (high - low);
  return Math.min(0.999_999, Math.max(0, share));
}

function middleOf(row: number, { low, high, rows }: Scale): number {
  return low + ((rows - row - 0.5) / rows) * (high - low);
}

function rowOf(value: number, scale: Scale): number {
  return scale.rows - 1 - Math.floor(heightOf(value, scale) * scale.rows);
}

function labelsByRow(labels: readonly ScatterLabel[], scale: Scale, surface: Surface): string[] {
  const { up, dot } = symbols(surface);
  return Array.from({ length: scale.rows }, (_, row) =>
    labels
      .filter(({ value }) => rowOf(value, scale) === row)
      .toSorted((a, b) => b.value - a.value)
      .map(({ value, text }) => (value > scale.high ? `${up} ${text}` : text))
      .join(` ${dot} `),
  );
}

/** Bits of the braille block, by column and row of the dot (Unicode, "Braille Patterns"). */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

type CellContent = { dots: number; count: number; mark: ScatterPoint["mark"]; isReserved: boolean };

function drawCells(points: readonly ScatterPoint[], scale: Scale, columns: number, surface: Surface): string[][] {
  const grid = Array.from({ length: scale.rows }, () =>
    Array.from({ length: columns }, (): CellContent => ({ dots: 0, count: 0, mark: "passed", isReserved: false })),
  );
  for (const [index, point] of points.entries())
    placePoint(grid, point, dotColumn(index, points.length, columns), scale);
  drawReserved(grid, points, scale, columns);
  return grid.map((row) => row.map((cell) => renderCell(cell, surface)));
}

/** The column that a point stands in, for what is drawn below the scatter. */
export function columnOf(index: number, count: number, columns: number): number {
  return Math.floor(dotColumn(index, count, columns) / 2);
}

/** From 0 to twice the columns; a single point stands at the left. */
function dotColumn(index: number, count: number, columns: number): number {
  return count === 1 ? 0 : Math.round((index / (count - 1)) * (columns * 2 - 1));
}

function placePoint(grid: CellContent[][], point: ScatterPoint, x: number, scale: Scale): void {
  const fromTop = scale.rows * 4 - 1 - Math.floor(heightOf(point.value, scale) * scale.rows * 4);
  const cell = grid[Math.floor(fromTop / 4)]?.[Math.floor(x / 2)];
  if (cell === undefined) return; // never: both are within the grid by their making
  cell.dots |= DOTS[x % 2 === 0 ? 0 : 1][fromTop % 4] ?? 0;
  cell.count += 1;
  // a failure is not hidden by the passes around it
  if (point.mark === "failed" || (point.mark === "infrastructure" && cell.mark === "passed")) cell.mark = point.mark;
}

/** What was reserved for the last point up to each column. */
function drawReserved(grid: CellContent[][], points: readonly ScatterPoint[], scale: Scale, columns: number): void {
  const byColumn: (number | undefined)[] = Array.from({ length: columns });
  for (const [index, { reserved }] of points.entries()) {
    const column = columnOf(index, points.length, columns);
    byColumn[column] = reserved ?? byColumn[column];
  }
  let current = byColumn.find((value) => value !== undefined);
  for (const [column, value] of byColumn.entries()) {
    current = value ?? current;
    if (current === undefined || current > scale.high || current < scale.low) continue;
    const cell = grid[rowOf(current, scale)]?.[column];
    if (cell !== undefined) cell.isReserved = true;
  }
}

function renderCell(cell: CellContent, surface: Surface): string {
  const signs = symbols(surface);
  if (cell.mark === "failed") return paint(surface, "failed", signs.failed);
  if (cell.mark === "infrastructure") return paint(surface, "warning", signs.warning);
  if (cell.count === 0) return cell.isReserved ? paint(surface, "dim", signs.line) : " ";
  if (surface.hasUnicode) return paint(surface, "passed", String.fromCharCode(0x2800 + cell.dots));
  return paint(surface, "passed", cell.count === 1 ? "." : ":");
}
