import { RESOURCES } from "../domain/allocation.ts";
import { hashOf } from "./codec.ts";
import type { Observation } from "./observation.ts";
import { KEPT_BOUNDS, type EstimateState, type KeptBound } from "./state.ts";

/** Bounds are forgotten when this many runs came after them. */
const BOUND_RUNS = 32;

/** Keeps the bounds of a run that was cut short; drops those that its success settles, and old ones. `id`: its hash. */
export function boundsAfter(state: EstimateState, observation: Observation, id: number): KeptBound[] {
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
      log: rounded(Math.log(figure.value)),
      ...(observation.input_size !== undefined && { input: rounded(Math.log(observation.input_size)) }),
      request,
      id,
      age: state.runs,
    });
  }
  return kept.slice(-KEPT_BOUNDS);
}

function rounded(log: number): number {
  return Math.round(log * 1e4) / 1e4;
}
