import type { Resource } from "../domain/allocation.ts";
import type { HistoryKey } from "../domain/task.ts";
import { boundsAfter } from "./bounds.ts";
import { runsSinceChange } from "./changes.ts";
import { encodeLog } from "./codec.ts";
import { keptRuns } from "./columns.ts";
import { isKept, numbersOf, withRun, type Numbers } from "./keep-run.ts";
import { levelKeysOf, type LevelKey } from "./levels.ts";
import { bestExpert, isDue, lazyResiduals, nextLosses, SIZED_RESOURCES } from "./losses.ts";
import type { Observation } from "./observation.ts";
import { ownLocation, slopeOf } from "./own-location.ts";
import { learnRequest } from "./requests.ts";
import { sampleOf } from "./sample.ts";
import { emptyState, ERROR_COLUMN_OF, KEPT_RUNS, KEPT_RUNS_OF_PARTS, STATE_VERSION } from "./state.ts";
import type { EstimateState, LevelStates } from "./state.ts";

/**
 * The states after a run ended: give the states of `levelKeysOf(key)` before it, store what comes back. Pure; the states
 * given are not changed, and one that comes back as the same object need not be stored. A run that was learnt already
 * changes nothing.
 */
export function learn(key: HistoryKey, states: LevelStates, observation: Observation): LevelStates {
  const next: LevelStates = {};
  const levels = levelKeysOf(key);
  const numbers = numbersOf(key, observation);
  for (const [index, { level }] of levels.entries()) {
    const state = states[level] ?? emptyState();
    if (level === "default") next[level] = learnRequest(state, key, observation);
    else if (isKept(state, numbers)) next[level] = state;
    else if (level === "task")
      next[level] = estimated(state, observation, withOwnErrors(numbers, levels, states, observation), true);
    else if (index === 0) next[level] = estimated(state, observation, numbers, false);
    else next[level] = added(state, observation, numbers, KEPT_RUNS_OF_PARTS);
  }
  return next;
}

function added(state: EstimateState, observation: Observation, numbers: Numbers, most: number): EstimateState {
  const bounds = boundsAfter(state, observation, numbers.id);
  return withRun(state, numbers, most, { version: STATE_VERSION, runs: state.runs + 1, bounds });
}

/** A state that estimates are made from also keeps what would take them long to work out: each resource in its turn. */
function estimated(before: EstimateState, observation: Observation, numbers: Numbers, isTask: boolean): EstimateState {
  const state = added(before, observation, numbers, KEPT_RUNS);
  const losses = { ...state.losses };
  const slopes = { ...state.slopes };
  const changes = { ...state.changes };
  for (const resource of SIZED_RESOURCES) {
    if (observation[resource]?.is_lower_bound !== false || !isDue(resource, keptRuns(state), state.runs, isTask))
      continue;
    const sample = sampleOf(state, resource, { input: inputOf(observation), asked: undefined });
    if (sample === undefined) continue;
    const residuals = lazyResiduals(sample);
    const next = nextLosses(losses[resource], sample, residuals, resource, state.runs);
    if (next !== undefined) losses[resource] = next;
    slopes[resource] = Math.round(1e4 * slopeOf(sample, losses[resource])) / 1e4;
    const since = runsSinceChange(sample, residuals(bestExpert(losses[resource], sample)));
    if (since !== undefined) changes[resource] = state.runs - since;
  }
  return { ...state, losses, slopes, changes };
}

function inputOf({ input_size }: Observation): number | undefined {
  return input_size === undefined ? undefined : Math.log(input_size);
}

/** With how far off the location of the key's own earlier runs was: it shows what such a location is worth in this task. */
function withOwnErrors(
  numbers: Numbers,
  levels: readonly LevelKey[],
  states: LevelStates,
  observation: Observation,
): Numbers {
  const row = { ...numbers.row };
  const input = inputOf(observation);
  for (const resource of SIZED_RESOURCES) {
    const figure = observation[resource];
    const column = ERROR_COLUMN_OF[resource];
    if (figure?.is_lower_bound !== false || column === undefined) continue;
    const expected = locationOf(levels, states, resource, input);
    if (expected !== undefined) row[column] = encodeLog(Math.log(figure.value) - expected);
  }
  return { ...numbers, row };
}

/** By the runs of the finest level that has any: of the key, else of its subject. */
function locationOf(
  levels: readonly LevelKey[],
  states: LevelStates,
  resource: Resource,
  input: number | undefined,
): number | undefined {
  const slope = states.task?.slopes[resource] ?? 0;
  for (const [index, { level }] of levels.entries()) {
    const isOfKey = level !== "task" && (index === 0 || level === "subject");
    const state = isOfKey ? states[level] : undefined;
    const location = state && ownLocation(state, resource, slope, input);
    if (location !== undefined) return location;
  }
  return undefined;
}
