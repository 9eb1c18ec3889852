import { EXPERTS } from "../../src/estimate/experts.ts";
import type { EstimateState } from "../../src/estimate/state.ts";
import type { Ablation } from "./almanac.ts";

/** A loss that nothing else has: the expert that it belongs to is never chosen. */
const WORST = 1e6;

/** The method, each time without one of its parts: what the part is worth. */
export const ABLATIONS: Ablation[] = [
  { name: "nothing" },
  { name: "input sizes", query: (query) => without(query, "input_size") },
  { name: "users' requests", query: (query) => without(query, "asked") },
  { name: "durations as weights", observation: (observation) => without(observation, "duration") },
  { name: "the ladder: p95", ladder: ({ p95 }) => [p95] },
  { name: "the ladder: p95 × 1.1", ladder: ({ p95 }) => [1.1 * p95] },
  { name: "its retries: doubling", ladder: ({ allocate }) => [allocate] },
  { name: "the delay of a failure", constants: [{ file: "ladder.ts", name: "DELAY_COST", value: "0" }] },
  { name: "the pseudo-run beyond", constants: [{ file: "ladder.ts", name: "PRIOR_RUNS", value: "0.01" }] },
  ...EXPERTS.map((expert, index) => ({ name: `the expert '${expert}'`, state: withoutExpert(index) })),
  { name: "the blend", state: withoutExpert(EXPERTS.length) },
  { name: "likeness of inputs", constants: [{ file: "candidates.ts", name: "ALIKE_LEAST", value: "1e6" }] },
  { name: "spread of the task", constants: [{ file: "pooled.ts", name: "LEAST_WARM", value: "1e6" }] },
  { name: "location of the key", constants: [{ file: "pooled.ts", name: "HANDICAP", value: "1e6" }] },
  {
    name: "input sizes and location of the key",
    query: (query) => without(query, "input_size"),
    constants: [{ file: "pooled.ts", name: "HANDICAP", value: "1e6" }],
  },
  { name: "changes", constants: [{ file: "changes.ts", name: "LEAST_CHANGE", value: "1e6" }] },
  { name: "other tasks' requests", constants: [{ file: "requests.ts", name: "LEAST_TASKS", value: "1e6" }] },
];

function withoutExpert(index: number): (state: EstimateState) => EstimateState {
  return (state) => {
    const { memory } = state.losses;
    if (memory === undefined) return state;
    const losses = memory.map((loss, place) => (place === index ? WORST : loss));
    return { ...state, losses: { ...state.losses, memory: losses } };
  };
}

/** A copy that lacks one field. */
function without<From extends object, Name extends keyof From>(from: From, name: Name): Omit<From, Name> {
  const copy = { ...from };
  delete copy[name];
  return copy;
}
