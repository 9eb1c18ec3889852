import { zeros } from "./numbers.ts";
import type { Resource } from "../domain/allocation.ts";
import { CODES, decode, logOf, WIDTH } from "./codec.ts";
import { COLUMN_OF, KEPT_RUNS, type EstimateState } from "./state.ts";

/**
 * The runs of a state that tell something about one resource, ascending by the size of their input.
 * All figures are natural logarithms.
 */
export type Sample = {
  size: number;
  /** Sizes of the inputs; zeros when `hasInputs` is false. */
  inputs: number[];
  /** What the runs needed. */
  needs: number[];
  /** What a wrong amount for each run costs: amount × time, so its time; mean 1, never 0. Pulls the experts, too. */
  costs: number[];
  /** How much each run counts as evidence: 1, less for runs from before a change. */
  counts: number[];
  /** Where each run is in the columns of the state. */
  places: number[];
  /** 1 for runs from before the last change of the need. */
  isBeforeChange: number[];
  /** How many runs ago each one was learnt; 0 is the newest. */
  ages: number[];
  /** False: the runs, or the query, have no input sizes, or there is only one size. */
  hasInputs: boolean;
  /** True: the runs and the query have sizes, be it only one size. */
  isSized: boolean;
  lowest: number;
  highest: number;
};

/** Which runs of a state to take. Logarithms. */
export type SampleQuery = { input: number | undefined; asked: number | undefined };

/** With fewer runs of the same kind than this the others are taken too. */
const SAME_KIND = 3;

/** Two requests count as the same up to this difference of logarithms. */
const SAME_ASKED = 0.05;

/** Runs from before a change count this much. */
const BEFORE_CHANGE = 0.02;

/** How fast the runs that durations are predicted from fade: machines get busier, and less so. Half after 23 runs. */
const DURATION_FADE = 0.97;
const FADED = Array.from({ length: 2 * KEPT_RUNS }, (_, age) => DURATION_FADE ** age);

/** No run counts more than this many typical ones, however long it took. */
const LONGEST_FACTOR = 64;

/** Keeps a fit among very short runs from dividing by nothing. */
const LEAST_COST = 0.001;

/** The sample of a resource; undefined when no kept run has a figure of it. */
export function sampleOf(state: EstimateState, resource: Resource, query: SampleQuery): Sample | undefined {
  const places = placesOf(state, resource, query);
  const size = places.length;
  if (size === 0) return undefined;
  const { columns } = state;
  const inputs = zeros(size);
  const needs = zeros(size);
  const ages = zeros(size);
  const needColumn = columns[COLUMN_OF[resource]];
  let lowest = Infinity;
  let highest = -Infinity;
  for (let i = 0; i < size; i += 1) {
    const place = places[i]!;
    const need = logOf(decode(needColumn, place));
    inputs[i] = logOf(decode(columns.input, place));
    needs[i] = need;
    ages[i] = (state.runs - 1 - decode(columns.age, place) + CODES) % CODES;
    if (need < lowest) lowest = need;
    if (need > highest) highest = need;
  }
  const isSized = query.input !== undefined && decode(columns.input, places[0]!) > 0;
  const hasInputs = isSized && inputs[0]! < inputs[size - 1]!;
  const isBeforeChange = beforeChange(state, resource, ages);
  const counts = countsOf(resource, ages, isBeforeChange);
  const times = resource === "duration" || resource === "cpu_count" ? counts : timesOf(state, places, counts);
  return {
    size,
    inputs,
    needs,
    costs: times,
    counts,
    places,
    isBeforeChange,
    ages,
    hasInputs,
    isSized,
    lowest,
    highest,
  };
}

// Working memory of one choice at a time.
const chosen: number[] = [];

function placesOf(state: EstimateState, resource: Resource, query: SampleQuery): number[] {
  const { columns } = state;
  const needs = columns[COLUMN_OF[resource]];
  const all = chosen.slice(0, chooseMeasured(needs));
  // Ascending by input, those without one first: when the first has one, all have.
  const isAllSized = all.length > 0 && decode(columns.input, all[0]!) > 0;
  const sized = query.input === undefined || isAllSized ? all : preferred(all, chooseSized(columns.input, all));
  if (resource !== "memory" || query.asked === undefined || columns.asked === "") return sized;
  return preferred(sized, chooseSameAsked(columns.asked, sized, query.asked));
}

/** The first `count` chosen places, when they are enough to go without the others. */
function preferred(places: number[], count: number): number[] {
  return count >= SAME_KIND && count < places.length ? chosen.slice(0, count) : places;
}

function chooseMeasured(column: string): number {
  const total = column.length / WIDTH;
  let count = 0;
  for (let place = 0; place < total; place += 1) {
    if (decode(column, place) > 0) chosen[count++] = place;
  }
  return count;
}

function chooseSized(column: string, places: number[]): number {
  let count = 0;
  for (const place of places) if (decode(column, place) > 0) chosen[count++] = place;
  return count;
}

/** A program that sizes itself by what it is given (a Java heap) behaves like those that were given the same. */
function chooseSameAsked(column: string, places: number[], asked: number): number {
  let count = 0;
  for (const place of places) {
    const code = decode(column, place);
    if (code > 0 && Math.abs(logOf(code) - asked) < SAME_ASKED) chosen[count++] = place;
  }
  return count;
}

/** 1 for the runs from before the last change. */
function beforeChange(state: EstimateState, resource: Resource, ages: number[]): number[] {
  const isBefore = zeros(ages.length);
  const change = state.changes[resource];
  if (change === undefined) return isBefore;
  for (let i = 0; i < ages.length; i += 1) isBefore[i] = ages[i]! >= state.runs - change ? 1 : 0;
  return isBefore;
}

function countsOf(resource: Resource, ages: number[], isBeforeChange: number[]): number[] {
  const counts = zeros(ages.length).fill(1);
  for (let i = 0; i < counts.length; i += 1) {
    if (resource === "duration") counts[i] = FADED[Math.min(ages[i]!, FADED.length - 1)]!;
    if (isBeforeChange[i] === 1) counts[i] = BEFORE_CHANGE * counts[i]!;
  }
  return counts;
}

function timesOf(state: EstimateState, places: number[], counts: number[]): number[] {
  const size = places.length;
  const times = zeros(size);
  let logs = 0;
  let known = 0;
  for (let i = 0; i < size; i += 1) {
    const code = decode(state.columns.s, places[i]!);
    if (code === 0) continue;
    const log = logOf(code);
    times[i] = Math.exp(log);
    logs += log;
    known += 1;
  }
  if (known === 0) return counts;
  const typical = Math.exp(logs / known);
  let sum = 0;
  for (let i = 0; i < size; i += 1) {
    const time = times[i] ?? 0;
    times[i] = (time > 0 ? Math.min(time, LONGEST_FACTOR * typical) : typical) * counts[i]!;
    sum += times[i]!;
  }
  for (let i = 0; i < size; i += 1) times[i] = (times[i]! * size) / sum + LEAST_COST;
  return times;
}
