import { EXPERTS } from "../../src/estimate/experts.ts";
import type { EstimateState } from "../../src/estimate/state.ts";
import type { Ablation } from "./almanac.ts";

/** A loss that nothing else has: the expert that it belongs to is never, or always, chosen. */
const WORST = 1e6;
const BEST = 1e-6;

/** The method, each time without one of its parts: what the part is worth. */
export const ABLATIONS: Ablation[] = [
  { name: "Almanac" },
  { name: "without input sizes", query: (query) => without(query, "input_size") },
  { name: "without users' requests", query: (query) => without(query, "asked") },
  { name: "without durations as weights", observation: (observation) => without(observation, "duration") },
  { name: "p95 instead of the ladder", ladder: ({ p95 }) => [p95] },
  { name: "p95 × 1.1 instead of the ladder", ladder: ({ p95 }) => [1.1 * p95] },
  { name: "first rung, then doubling", ladder: ({ allocate }) => [allocate] },
  ...EXPERTS.map((expert, index) => ({ name: `only the expert '${expert}'`, state: onlyExpert(index) })),
  ...EXPERTS.map((expert, index) => ({ name: `without the expert '${expert}'`, state: withoutExpert(index) })),
  { name: "without the blend", state: withoutExpert(EXPERTS.length) },
];

function onlyExpert(index: number): (state: EstimateState) => EstimateState {
  return withLosses((loss, place) => (place === index ? BEST : Math.max(loss, WORST)));
}

function withoutExpert(index: number): (state: EstimateState) => EstimateState {
  return withLosses((loss, place) => (place === index ? WORST : loss));
}

function withLosses(change: (loss: number, place: number) => number): (state: EstimateState) => EstimateState {
  return (state) => {
    const { memory } = state.losses;
    return memory === undefined ? state : { ...state, losses: { ...state.losses, memory: memory.map(change) } };
  };
}

/** A copy that lacks one field. */
function without<From extends object, Name extends keyof From>(from: From, name: Name): Omit<From, Name> {
  const copy = { ...from };
  delete copy[name];
  return copy;
}
