import { parseBytes } from "../../domain/units.ts";
import type { Row } from "./delimited.ts";
import { problem, type ImportOptions, type ImportProblem } from "./report.ts";
import { parseMoment, TIME_EXPECTED } from "./time-zone.ts";

/** Reads the cells of a row, and gathers what is wrong with them. A missing cell is undefined, and no problem. */
export type RowReader = {
  readonly problems: ImportProblem[];
  text(column: string): string | undefined;
  read<Value>(column: string, parse: (text: string) => Value | undefined, expected: string): Value | undefined;
  bytes(column: string): number | undefined;
  /** Milliseconds since 1970. */
  moment(column: string): number | undefined;
  /** Notes that the row needs a cell it does not have. */
  miss(column: string, expected: string): void;
};

/** A reader of one row; times without a zone are in the one given. */
export function rowReader(row: Row, timeZone: string): RowReader {
  const problems: ImportProblem[] = [];
  const read = <Value>(column: string, parse: (text: string) => Value | undefined, expected: string) => {
    const text = row.cell(column);
    if (text === undefined) return undefined;
    const value = parse(text);
    if (value === undefined) problems.push(problem(row.line, column, text, expected));
    return value;
  };
  return {
    problems,
    text: (column) => row.cell(column),
    read,
    bytes: (column) => read(column, parseBytes, 'bytes, like 4096 or "1.2 GB"'),
    moment: (column) => read(column, (text) => parseMoment(text, timeZone), TIME_EXPECTED),
    miss: (column, expected) => problems.push(problem(row.line, column, undefined, expected)),
  };
}

/** The size of the run's input, from the column that the options name; that it exists is checked with the key's. */
export function inputSize(reader: RowReader, options: ImportOptions): { input_size?: number } {
  const input_size = options.input_size_from === undefined ? undefined : reader.bytes(options.input_size_from);
  return input_size === undefined ? {} : { input_size };
}
