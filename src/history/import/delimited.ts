import type { Line } from "./lines.ts";
import { problem, type ImportProblem } from "./report.ts";

/** A row by the names of its columns. */
export type Row = {
  line: number;
  /** The trimmed text of a cell; undefined where the column does not exist, or the cell is empty or `-`. */
  cell(column: string): string | undefined;
};

export type Table = {
  columns: string[];
  /** Line of the header. */
  line: number;
  rows: (Row | { line: number; problem: ImportProblem })[];
};

/**
 * Reads lines with one header. With a comma or semicolon, cells may be quoted as in RFC 4180, on one line. A line that
 * repeats the header (files put together) is passed over; one with another number of cells is a problem.
 */
export function readTable(lines: readonly Line[], delimiter: string): Table | undefined {
  const [header, ...rest] = lines;
  if (header === undefined) return undefined;
  const split = splitter(delimiter);
  const columns = (split(header.text) ?? []).map((name) => name.trim());
  const positions = new Map(columns.map((name, index) => [name, index]));
  const rows = rest
    .filter((line) => line.text.trim() !== header.text.trim())
    .map((line) => {
      const cells = split(line.text);
      if (cells?.length === columns.length) return rowOf(line.number, cells, positions);
      return { line: line.number, problem: wrongCells(line, cells, columns.length, line === rest.at(-1)) };
    });
  return { columns, line: header.number, rows };
}

/** The delimiter that the header uses most, of those given. */
export function delimiterOf(header: string, candidates: readonly string[]): string {
  const counts = candidates.map((candidate) => header.split(candidate).length);
  return candidates[counts.indexOf(Math.max(...counts))] ?? "\t";
}

function rowOf(line: number, cells: readonly string[], positions: ReadonlyMap<string, number>): Row {
  return {
    line,
    cell(column) {
      const position = positions.get(column);
      const text = position === undefined ? "" : (cells[position] ?? "").trim();
      return text === "" || text === "-" ? undefined : text;
    },
  };
}

function wrongCells(line: Line, cells: string[] | undefined, expected: number, isLast: boolean): ImportProblem {
  const hint = isLast ? "; it is the last line: the file may be cut off" : "";
  if (cells === undefined) return problem(line.number, undefined, line.text, `quotes that close on the line${hint}`);
  const found = `${cells.length} columns`;
  return problem(line.number, undefined, found, `${expected} columns, as the header has${hint}`);
}

function splitter(delimiter: string): (line: string) => string[] | undefined {
  return delimiter === "," || delimiter === ";"
    ? (line) => splitQuoted(line, delimiter)
    : (line) => line.split(delimiter);
}

/** Cells of a line whose quotes (`"…"`, doubled inside) may hold the delimiter; undefined when one does not close. */
function splitQuoted(line: string, delimiter: string): string[] | undefined {
  if (!line.includes('"')) return line.split(delimiter);
  const cells: string[] = [];
  let at = 0;
  // each pass takes one cell and the delimiter after it; ends at the end of the line
  for (;;) {
    const quoted = /^\s*"((?:[^"]|"")*)"\s*/.exec(line.slice(at));
    if (quoted === null && /^\s*"/.test(line.slice(at))) return undefined;
    const end = quoted === null ? indexOr(line, delimiter, at) : at + quoted[0].length;
    if (end < line.length && line[end] !== delimiter) return undefined;
    cells.push(quoted === null ? line.slice(at, end) : quoted[1]!.replaceAll('""', '"')); // the group has matched
    if (end >= line.length) return cells;
    at = end + 1;
  }
}

function indexOr(line: string, delimiter: string, from: number): number {
  const index = line.indexOf(delimiter, from);
  return index < 0 ? line.length : index;
}
