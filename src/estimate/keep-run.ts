import { RESOURCES } from "../domain/allocation.ts";
import type { HistoryKey } from "../domain/task.ts";
import { ABSENT, CODES, decode, encode, encodeLog, hashOf, logOf, secondHashOf } from "./codec.ts";
import { codesOf, withSplice, type Row } from "./columns.ts";
import type { Figure, Observation } from "./observation.ts";
import { COLUMN_OF, type EstimateState } from "./state.ts";

/** A run as the columns have it, but for its age. */
export type Numbers = { id: number; row: Row; hasFigures: boolean };

/** No figure is taken for more than this many times the largest, or less than its part of the least, seen before. */
const LARGEST_JUMP = Math.log(64);

/** What the columns of every level get of a run. */
export function numbersOf(key: HistoryKey, observation: Observation): Numbers {
  const name = nameOf(observation);
  const first = hashOf(name);
  const second = secondHashOf(name);
  const { machine } = observation;
  const row = {
    id: encode(first),
    id2: encode(second),
    age: ABSENT,
    input: encodeAmount(observation.input_size),
    asked: encodeAmount(observation.asked.memory),
    m: encodeFigure(observation.memory),
    d: encodeFigure(observation.disk_space),
    c: encodeFigure(observation.cpu_count),
    s: encodeFigure(observation.duration),
    context: key.context === "" ? ABSENT : encode(hashOf(key.context)),
    machine: machine === undefined ? ABSENT : encode(hashOf(machine)),
    em: ABSENT,
    ed: ABSENT,
    es: ABSENT,
  };
  const hasFigures = RESOURCES.some((resource) => observation[resource]?.is_lower_bound === false);
  return { id: first + CODES * second, row, hasFigures };
}

/** A request's runs end at different times; of imported runs nothing but their figures tells them apart. */
function nameOf(observation: Observation): string {
  const { at_ms, request, memory, duration, disk_space } = observation;
  return `${at_ms} ${request ?? `${memory?.value} ${duration?.value} ${disk_space?.value}`}`;
}

function encodeAmount(amount: number | undefined): string {
  return encodeLog(amount === undefined ? undefined : Math.log(amount));
}

function encodeFigure(figure: Figure | undefined): string {
  return encodeAmount(figure?.is_lower_bound === false ? figure.value : undefined);
}

/** True when the run was learnt already. */
export function isKept(state: EstimateState, { id }: Numbers): boolean {
  const firsts = codesOf(state, "id");
  const wanted = id % CODES;
  for (let place = firsts.indexOf(wanted); place >= 0; place = firsts.indexOf(wanted, place + 1)) {
    const second = codesOf(state, "id2")[place]!; // a column has all places
    if (wanted + CODES * second === id) return true;
  }
  return state.bounds.some((bound) => bound.id === id);
}

/** The state with the run among those of its input's size, and without the oldest run when there are too many. */
export function withRun(
  state: EstimateState,
  numbers: Numbers,
  most: number,
  changed: Partial<EstimateState>,
): EstimateState {
  if (!numbers.hasFigures) return { ...state, ...changed };
  const row = { ...numbers.row, age: encode(state.runs % CODES) };
  for (const resource of RESOURCES) {
    const column = COLUMN_OF[resource];
    if (row[column] !== ABSENT) row[column] = held(codesOf(state, column), row[column]);
  }
  const inputs = codesOf(state, "input");
  const removed = inputs.length >= most ? oldestPlace(state) : -1;
  return withSplice(state, { place: placeFor(inputs, row.input), row, removed }, changed);
}

/** A figure far outside of all that was seen is taken for the edge: one broken run must not decide. */
function held(codes: readonly number[], number: string): string {
  let lowest = Infinity;
  let highest = 0;
  for (const code of codes) {
    if (code === 0) continue;
    if (code < lowest) lowest = code;
    if (code > highest) highest = code;
  }
  if (highest === 0) return number;
  const log = logOf(decode(number));
  const most = logOf(highest) + LARGEST_JUMP;
  const least = logOf(lowest) - LARGEST_JUMP;
  return log > most || log < least ? encodeLog(Math.min(most, Math.max(least, log))) : number;
}

/** The first place whose number is not below the given one. */
function placeFor(codes: readonly number[], number: string): number {
  const wanted = decode(number);
  let low = 0;
  let high = codes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (codes[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function oldestPlace(state: EstimateState): number {
  const ages = codesOf(state, "age");
  let oldest = 0;
  let most = -1;
  for (let place = 0; place < ages.length; place += 1) {
    const age = (state.runs - ages[place]! + CODES) % CODES;
    if (age <= most) continue;
    most = age;
    oldest = place;
  }
  return oldest;
}
