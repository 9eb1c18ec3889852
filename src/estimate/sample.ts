import { zeros } from "./numbers.ts";
import type { Resource } from "../domain/allocation.ts";
import { CODES, logOf } from "./codec.ts";
import { codesOf } from "./columns.ts";
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
  const inputCodes = codesOf(state, "input");
  const needCodes = codesOf(state, COLUMN_OF[resource]);
  const ageCodes = codesOf(state, "age");
  const inputs = zeros(size);
  const needs = zeros(size);
  const ages = zeros(size);
  const counts = zeros(size);
  const isBeforeChange = zeros(size);
  const changed = state.changes[resource];
  const changeAge = changed === undefined ? Infinity : state.runs - changed;
  const isFading = resource === "duration";
  let lowest = Infinity;
  let highest = -Infinity;
  for (let i = 0; i < size; i += 1) {
    const place = places[i]!;
    const need = logOf(needCodes[place]!);
    const age = (state.runs - 1 - ageCodes[place]! + CODES) % CODES;
    const isBefore = age >= changeAge;
    inputs[i] = logOf(inputCodes[place]!);
    needs[i] = need;
    ages[i] = age;
    isBeforeChange[i] = isBefore ? 1 : 0;
    counts[i] = (isFading ? FADED[Math.min(age, FADED.length - 1)]! : 1) * (isBefore ? BEFORE_CHANGE : 1);
    if (need < lowest) lowest = need;
    if (need > highest) highest = need;
  }
  const isSized = query.input !== undefined && inputCodes[places[0]!]! > 0;
  const hasInputs = isSized && inputs[0]! < inputs[size - 1]!;
  const times = resource === "duration" ? counts : timesOf(state, places, counts);
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
  const inputs = codesOf(state, "input");
  const all = chosen.slice(0, chooseMeasured(codesOf(state, COLUMN_OF[resource])));
  // Ascending by input, those without one first: when the first has one, all have.
  const isAllSized = all.length > 0 && inputs[all[0]!]! > 0;
  const sized = query.input === undefined || isAllSized ? all : preferred(all, chooseSized(inputs, all));
  if (resource !== "memory" || query.asked === undefined) return sized;
  return preferred(sized, chooseSameAsked(codesOf(state, "asked"), sized, query.asked));
}

/** The first `count` chosen places, when they are enough to go without the others. */
function preferred(places: number[], count: number): number[] {
  return count >= SAME_KIND && count < places.length ? chosen.slice(0, count) : places;
}

function chooseMeasured(codes: readonly number[]): number {
  let count = 0;
  for (let place = 0; place < codes.length; place += 1) {
    if (codes[place]! > 0) chosen[count++] = place;
  }
  return count;
}

function chooseSized(codes: readonly number[], places: number[]): number {
  let count = 0;
  for (const place of places) if (codes[place]! > 0) chosen[count++] = place;
  return count;
}

/** A program that sizes itself by what it is given (a Java heap) behaves like those that were given the same. */
function chooseSameAsked(codes: readonly number[], places: number[], asked: number): number {
  let count = 0;
  for (const place of places) {
    const code = codes[place]!;
    if (code > 0 && Math.abs(logOf(code) - asked) < SAME_ASKED) chosen[count++] = place;
  }
  return count;
}

function timesOf(state: EstimateState, places: number[], counts: number[]): number[] {
  const size = places.length;
  const times = zeros(size);
  const codes = codesOf(state, "s");
  let logs = 0;
  let known = 0;
  for (let i = 0; i < size; i += 1) {
    const code = codes[places[i]!]!;
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
