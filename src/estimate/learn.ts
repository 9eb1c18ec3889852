import { RESOURCES, type EstimateLevel, type Resource } from "../domain/allocation.ts";
import type { HistoryKey } from "../domain/task.ts";
import { runsSinceChange } from "./changes.ts";
import { ABSENT, CODES, decode, encode, encodeLog, hashOf, insert, logOf, remove, WIDTH } from "./codec.ts";
import { levelKeysOf } from "./levels.ts";
import { bestResiduals, isDue, nextLosses, SIZED_RESOURCES } from "./losses.ts";
import type { Figure, Observation } from "./observation.ts";
import { learnRequest } from "./requests.ts";
import { sampleOf } from "./sample.ts";
import { COLUMN_OF, COLUMNS, emptyState, KEPT_BOUNDS, KEPT_RUNS, keptRuns, STATE_VERSION } from "./state.ts";
import type { Column, EstimateState, KeptBound, LevelStates } from "./state.ts";

/** No figure is taken for more than this many times the largest, or less than its part of the least, seen before. */
const LARGEST_JUMP = Math.log(64);

/** Bounds are forgotten when this many runs came after them. */
const BOUND_RUNS = 32;

/**
 * The states after a run ended: give the states of `levelKeysOf(key)` before it, store what comes back.
 * Pure; the states given are not changed, and one that comes back as the same object need not be stored. A run that was
 * learnt already changes nothing. Each level is learnt by
 * itself: a missing one can be rebuilt by learning the newest 200 runs that it covers, in the order of their ends.
 */
export function learn(key: HistoryKey, states: LevelStates, observation: Observation): LevelStates {
  const next: LevelStates = {};
  const keys = levelKeysOf(key);
  for (const [index, { level }] of keys.entries()) {
    const isEstimatedFrom = index === 0 || level === "task";
    next[level] = learnOne(states[level] ?? emptyState(), key, observation, level, isEstimatedFrom);
  }
  return next;
}

function learnOne(
  state: EstimateState,
  key: HistoryKey,
  observation: Observation,
  level: EstimateLevel,
  isEstimatedFrom: boolean,
): EstimateState {
  if (level === "default") return learnRequest(state, key, observation);
  const id = idOf(observation);
  if (isKnown(state, id)) return state;
  const columns = withRun(state, key, observation, id);
  const bounds = boundsAfter(state, observation, id);
  const next = { ...state, version: STATE_VERSION, runs: state.runs + 1, columns, bounds };
  return isEstimatedFrom ? withFindings(next, observation) : next;
}

function idOf(observation: Observation): number {
  const { at_ms, request, memory, duration, disk_space } = observation;
  return hashOf(`${at_ms} ${request ?? ""} ${memory?.value ?? ""} ${duration?.value ?? ""} ${disk_space?.value ?? ""}`);
}

function isKnown(state: EstimateState, id: number): boolean {
  const code = encode(id);
  const column = state.columns.id;
  for (let at = column.indexOf(code); at >= 0; at = column.indexOf(code, at + 1)) if (at % WIDTH === 0) return true;
  return state.bounds.some((bound) => bound.id === id);
}

/** The columns with the run among those of its input's size, and without the oldest run if there are too many. */
function withRun(state: EstimateState, key: HistoryKey, observation: Observation, id: number): Record<Column, string> {
  const figures = RESOURCES.filter((resource) => observation[resource]?.is_lower_bound === false);
  if (figures.length === 0) return state.columns;
  const numbers = numbersOf(state, key, observation, id);
  const place = placeFor(state.columns.input, numbers.input);
  const isFull = state.columns.id.length / WIDTH >= KEPT_RUNS;
  const oldest = isFull ? oldestPlace(state) : -1;
  const columns = { ...state.columns };
  for (const column of COLUMNS) {
    const longer = insert(columns[column], place, numbers[column]);
    columns[column] = isFull ? remove(longer, oldest < place ? oldest : oldest + 1) : longer;
  }
  return columns;
}

function numbersOf(
  state: EstimateState,
  key: HistoryKey,
  observation: Observation,
  id: number,
): Record<Column, string> {
  const figure = (resource: Resource) => encodeFigure(state, resource, observation[resource]);
  return {
    id: encode(id),
    age: encode(state.runs % CODES),
    input: encodeAmount(observation.input_size),
    asked: encodeAmount(observation.asked.memory),
    m: figure("memory"),
    d: figure("disk_space"),
    c: figure("cpu_count"),
    s: figure("duration"),
    subject: key.subject === "" ? ABSENT : encode(hashOf(key.subject)),
    context: key.context === "" ? ABSENT : encode(hashOf(key.context)),
    machine: observation.machine === undefined ? ABSENT : encode(hashOf(observation.machine)),
  };
}

function encodeAmount(amount: number | undefined): string {
  return encodeLog(amount === undefined ? undefined : Math.log(amount));
}

/** The figure's code; one far outside of all that was seen is taken for the edge: one broken run must not decide. */
function encodeFigure(state: EstimateState, resource: Resource, figure: Figure | undefined): string {
  if (figure === undefined || figure.is_lower_bound) return ABSENT;
  const column = state.columns[COLUMN_OF[resource]];
  let lowest = Infinity;
  let highest = -Infinity;
  for (let place = 0; place * WIDTH < column.length; place += 1) {
    const code = decode(column, place);
    if (code === 0) continue;
    lowest = Math.min(lowest, code);
    highest = Math.max(highest, code);
  }
  const log = Math.log(figure.value);
  if (highest === -Infinity) return encodeLog(log);
  return encodeLog(Math.min(logOf(highest) + LARGEST_JUMP, Math.max(logOf(lowest) - LARGEST_JUMP, log)));
}

/** The first place whose number is not below the given one. */
function placeFor(column: string, number: string): number {
  const wanted = decode(number, 0);
  let low = 0;
  let high = column.length / WIDTH;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (decode(column, middle) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function oldestPlace(state: EstimateState): number {
  const column = state.columns.age;
  let oldest = 0;
  let most = -1;
  for (let place = 0; place * WIDTH < column.length; place += 1) {
    const age = (state.runs - decode(column, place) + CODES) % CODES;
    if (age <= most) continue;
    most = age;
    oldest = place;
  }
  return oldest;
}

/** Keeps the bounds of a run that was cut short; drops those that its success settles, and old ones. */
function boundsAfter(state: EstimateState, observation: Observation, id: number): KeptBound[] {
  const request = observation.request === undefined ? 0 : hashOf(observation.request);
  const isSettled = (bound: KeptBound) =>
    (bound.request !== 0 && bound.request === request && observation[bound.resource]?.is_lower_bound === false) ||
    state.runs - bound.age > BOUND_RUNS;
  const kept = state.bounds.filter((bound) => !isSettled(bound));
  for (const resource of RESOURCES) {
    const figure = observation[resource];
    if (figure?.is_lower_bound !== true) continue;
    kept.push({
      resource,
      log: round(Math.log(figure.value)),
      ...(observation.input_size !== undefined && { input: round(Math.log(observation.input_size)) }),
      request,
      id,
      age: state.runs,
    });
  }
  return kept.slice(-KEPT_BOUNDS);
}

function round(log: number): number {
  return Math.round(log * 1e4) / 1e4;
}

/** What is worked out from the kept runs once, so that estimates need not: each resource in its turn. */
function withFindings(state: EstimateState, observation: Observation): EstimateState {
  const input = observation.input_size === undefined ? undefined : Math.log(observation.input_size);
  const losses = { ...state.losses };
  const changes = { ...state.changes };
  for (const resource of SIZED_RESOURCES) {
    if (observation[resource]?.is_lower_bound !== false || !isDue(resource, keptRuns(state), state.runs)) continue;
    const sample = sampleOf(state, resource, { input, asked: undefined });
    if (sample === undefined) continue;
    const next = nextLosses(losses[resource], sample, resource, state.runs);
    if (next !== undefined) losses[resource] = next;
    const since = runsSinceChange(sample, bestResiduals(losses[resource], sample));
    if (since !== undefined) changes[resource] = state.runs - since;
  }
  return { ...state, losses, changes };
}
