import { decodeEach, WIDTH } from "./codec.ts";
import { zeros } from "./numbers.ts";
import { COLUMNS, ROW_WIDTH, type Column, type EstimateState } from "./state.ts";

/** A run as a state keeps it: three characters for each column. */
export type Row = Readonly<Record<Column, string>>;

/** What was read of a state. */
type Read = { state: EstimateState | undefined; columns: Partial<Record<Column, number[]>> };

/**
 * What was read last. States never change once made, so each column needs to be read only once for all resources; one
 * estimate, or update, reads at most seven states. (A `WeakMap` took four times as long.)
 */
const READ_STATES = 8;
const lastRead: Read[] = Array.from({ length: READ_STATES }, () => ({ state: undefined, columns: {} }));
let nextRead = 0;
/** Most often it is the one of the time before that is asked for again. */
let current = lastRead[0]!; // there are so many

const OFFSETS = Object.fromEntries(COLUMNS.map((column, index) => [column, index * WIDTH])) as Record<Column, number>; // one for each

/** How many runs a state keeps at the moment. */
export function keptRuns(state: EstimateState): number {
  return state.rows.length / ROW_WIDTH;
}

/** The codes in a column, one for each kept run; 0 where a run has none. Not to be changed. */
export function codesOf(state: EstimateState, column: Column): readonly number[] {
  const { columns } = readingOf(state);
  return (columns[column] ??= readColumn(state, column));
}

function readingOf(state: EstimateState): Read {
  if (current.state !== state) current = lastRead.find((each) => each.state === state) ?? startReading(state);
  return current;
}

function startReading(state: EstimateState): Read {
  const read: Read = { state, columns: {} };
  lastRead[nextRead] = read;
  nextRead = (nextRead + 1) % READ_STATES;
  return read;
}

function readColumn(state: EstimateState, column: Column): number[] {
  const codes = zeros(keptRuns(state));
  decodeEach(state.rows, OFFSETS[column], ROW_WIDTH, codes);
  return codes;
}

/** A run to put in before a place, and the place of the run that goes for it; −1: none goes. */
export type Splice = { place: number; row: Row; removed: number };

/** The state with other runs, and with what else has changed */
export function withSplice(state: EstimateState, splice: Splice, changed: Partial<EstimateState>): EstimateState {
  return { ...state, ...changed, rows: spliceText(state.rows, splice) };
}

function spliceText(rows: string, { place, row, removed }: Splice): string {
  let text = "";
  for (const column of COLUMNS) text += row[column];
  const at = place * ROW_WIDTH;
  const gone = removed * ROW_WIDTH;
  if (removed < 0) return rows.slice(0, at) + text + rows.slice(at);
  return gone < at
    ? rows.slice(0, gone) + rows.slice(gone + ROW_WIDTH, at) + text + rows.slice(at)
    : rows.slice(0, at) + text + rows.slice(at, gone) + rows.slice(gone + ROW_WIDTH);
}
