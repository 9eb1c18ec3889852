import type { Resource } from "../domain/allocation.ts";
import type { HistoryKey } from "../domain/task.ts";
import { levelKeysOf } from "./levels.ts";
import type { Figure, Observation } from "./observation.ts";
import { emptyState, STATE_VERSION } from "./state.ts";
import type { EstimateState, KeptRun, LevelStates } from "./state.ts";

/** How many runs a state keeps: about 60 bytes each. */
const KEPT_RUNS = 48;

/**
 * The states after a run ended: give the states of `levelKeysOf(key)` before it, store what comes back.
 * Pure; the states given are not changed. A run that was learnt already changes nothing.
 */
export function learn(key: HistoryKey, states: LevelStates, observation: Observation): LevelStates {
  const next: LevelStates = {};
  for (const { level } of levelKeysOf(key)) next[level] = learnOne(states[level] ?? emptyState(), observation);
  return next;
}

function learnOne(state: EstimateState, observation: Observation): EstimateState {
  const run = keptRunOf(observation);
  if (state.kept.some((other) => isSame(other, run))) return state;
  const settled = state.kept.filter((other) => !isSettledBy(other, run));
  const kept = [...settled, run].sort((a, b) => a.t - b.t).slice(-KEPT_RUNS);
  return { version: STATE_VERSION, runs: state.runs + 1, kept };
}

function keptRunOf(observation: Observation): KeptRun {
  const run: KeptRun = { t: observation.at_ms };
  if (observation.request !== undefined) run.r = observation.request;
  if (observation.input_size !== undefined) run.x = observation.input_size;
  if (observation.memory !== undefined) run.m = signed(observation.memory);
  if (observation.disk_space !== undefined) run.d = signed(observation.disk_space);
  if (observation.cpu_count !== undefined) run.c = signed(observation.cpu_count);
  if (observation.duration !== undefined) run.s = signed(observation.duration);
  return run;
}

function signed(figure: Figure): number {
  return figure.is_lower_bound ? -figure.value : figure.value;
}

function isSame(a: KeptRun, b: KeptRun): boolean {
  return a.t === b.t && a.r === b.r && a.x === b.x && a.m === b.m && a.s === b.s && a.d === b.d && a.c === b.c;
}

/** A death is settled when a later attempt at the same request ran to its end. */
function isSettledBy(death: KeptRun, run: KeptRun): boolean {
  return death.r !== undefined && death.r === run.r && (death.m ?? 1) < 0 && (run.m ?? -1) > 0;
}

/** The kept figure of a resource: negative for a lower bound, undefined when it was not measured. */
export function keptFigure(run: KeptRun, resource: Resource): number | undefined {
  return { memory: run.m, disk_space: run.d, cpu_count: run.c, duration: run.s }[resource];
}
