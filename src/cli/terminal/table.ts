import { stripVTControlCharacters } from "node:util";
import { paint, type Style } from "./colour.ts";
import { symbols } from "./glyph.ts";
import { hyperlink } from "./hyperlink.ts";
import { sanitizeText } from "./sanitize.ts";
import type { Surface } from "./surface.ts";
import { displayWidth, truncate } from "./width.ts";

/** What stands in a cell: text of any origin, or text with a style, a link, or ready with its own colours (`painted`). */
export type Cell = string | { text: string; style?: Style; link?: string } | { painted: string };

/** One column: how it is shown to a person, and what a program gets. */
export type Column<Row> = {
  /** In capitals. */
  header: string;
  align?: "left" | "right";
  cell(row: Row): Cell;
  /** The value in full, for programs; default: the text of the cell. */
  full?(row: Row): string;
  /** May be shortened down to so many columns when the table is too wide; absent: never. */
  shrinkTo?: number;
  /** Shown with `--wide` only. Programs get it always, so that columns keep their places. */
  isWideOnly?: boolean;
};

export type TableOptions = { hasHeader?: boolean; isWide?: boolean; /** Columns before the table. */ indent?: number };

const GAP = 2;

/**
 * A table with a newline after each row; an empty one has no lines at all. On a terminal: aligned under a header,
 * shortened to the width unless `isWide`. For programs: tabs between full values, no header, no colour of its own.
 */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  surface: Surface,
  options: TableOptions = {},
): string {
  if (rows.length === 0) return "";
  if (!surface.isTty)
    return rows.map((row) => `${columns.map((column) => fullText(column, row)).join("\t")}\n`).join("");
  const shown = options.isWide === true ? columns : columns.filter((column) => column.isWideOnly !== true);
  const indent = options.indent ?? 0;
  const cells = rows.map((row) => shown.map((column) => column.cell(row)));
  const texts = cells.map((row) => row.map(plainText));
  const widths = fit(
    shown,
    naturalWidths(shown, texts, options),
    options.isWide === true ? Infinity : surface.columns - indent,
  );
  const lines = cells.map((row, index) =>
    // all three have one for each cell
    row.map((cell, at) => renderCell(cell, texts[index]![at]!, shown[at]!, widths[at]!, surface)),
  );
  const header = shown.map((column, at) => headerCell(column, widths[at]!, surface)); // widths has one for each
  const all = options.hasHeader === false ? lines : [header, ...lines];
  return all.map((line) => `${" ".repeat(indent)}${trimEnd(line.join(" ".repeat(GAP)))}\n`).join("");
}

function plainText(cell: Cell): string {
  if (typeof cell === "string") return sanitizeText(cell);
  return "painted" in cell ? stripVTControlCharacters(cell.painted) : sanitizeText(cell.text);
}

/** A tab or a newline in a value would make two of it: both are made visible, as is all that a terminal obeys. */
function fullText<Row>(column: Column<Row>, row: Row): string {
  return column.full === undefined ? plainText(column.cell(row)) : sanitizeText(column.full(row));
}

function naturalWidths<Row>(
  columns: readonly Column<Row>[],
  texts: readonly string[][],
  options: TableOptions,
): number[] {
  return columns.map((column, at) => {
    const header = options.hasHeader === false ? 0 : displayWidth(column.header);
    return texts.reduce((width, row) => Math.max(width, displayWidth(row[at] ?? "")), header);
  });
}

/** Takes width from the widest column that may be shortened, until the table fits or none is left. */
function fit<Row>(columns: readonly Column<Row>[], natural: readonly number[], available: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1) - available;
  // each pass takes at least one column of width, or ends
  while (excess > 0) {
    const least = (at: number): number => columns[at]?.shrinkTo ?? Infinity;
    const candidates = widths.keys().filter((at) => widths[at]! > least(at)); // `at` is a place in the list
    const widest = [...candidates].sort((a, b) => widths[b]! - widths[a]!)[0]; // as above
    if (widest === undefined) return widths;
    const next = Math.max(least(widest), widths[widest]! - excess, secondWidest(widths, widest)); // as above
    excess -= widths[widest]! - next;
    widths[widest] = next;
  }
  return widths;
}

/** No column is shortened far below the others at once; one below the widest at the least. */
function secondWidest(widths: readonly number[], widest: number): number {
  const others = widths.filter((_, at) => at !== widest);
  return Math.min(widths[widest]! - 1, Math.max(0, ...others)); // `widest` is a place in the list
}

function headerCell<Row>({ header, align }: Column<Row>, width: number, surface: Surface): string {
  const spaces = " ".repeat(Math.max(0, width - displayWidth(header)));
  const painted = paint(surface, "dim", header);
  return align === "right" ? spaces + painted : painted + spaces;
}

function renderCell<Row>(cell: Cell, plain: string, column: Column<Row>, width: number, surface: Surface): string {
  const natural = displayWidth(plain);
  const isWhole = natural <= width;
  const spaces = " ".repeat(Math.max(0, width - natural));
  const text = isWhole ? plain : truncate(plain, width, symbols(surface).ellipsis);
  const ready =
    isWhole && typeof cell !== "string" && "painted" in cell ? cell.painted : decorated(cell, text, surface);
  return column.align === "right" ? spaces + ready : ready + spaces;
}

function decorated(cell: Cell, text: string, surface: Surface): string {
  if (typeof cell === "string" || "painted" in cell) return text;
  const painted = cell.style === undefined ? text : paint(surface, cell.style, text);
  return cell.link === undefined ? painted : hyperlink(surface, painted, cell.link);
}

function trimEnd(line: string): string {
  return line.replace(/ +$/, "");
}
