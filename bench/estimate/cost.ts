import { performance } from "node:perf_hooks";
import type { HistoryKey } from "../../src/domain/task.ts";
import { estimate, estimateResource } from "../../src/estimate/estimate.ts";
import { learn } from "../../src/estimate/learn.ts";
import type { Observation } from "../../src/estimate/observation.ts";
import { KEPT_RUNS, type LevelStates } from "../../src/estimate/state.ts";
import { seededRandom } from "../../src/simulate/random.ts";
import { median, quantileOf } from "./score.ts";

/** How long one calculation takes, microseconds, and how large the largest state is, bytes of JSON. */
export type Cost = {
  runs: number;
  kept_runs: number;
  estimate_us: Times;
  estimate_memory_us: Times;
  update_us: Times;
  state_bytes: number;
};

type Times = { p50: number; p90: number; p99: number };

const HISTORY_RUNS = 10_000;
const MEASURED = 4000;

const KEY: HistoryKey = { task_type: "worker", task_name: "align", subject: "sample", context: "amd64" };

/**
 * Learns 10,000 runs of one key (all its levels, with everything that a run can have), then measures further updates of all
 * its states, and estimates of all resources and of memory alone. Each call is timed by itself, and gets states
 * as the store gives them: just read from JSON, so that nothing can be left from the call before.
 */
export function measureCost(): Cost {
  const random = seededRandom(1);
  let states: LevelStates = {};
  for (let run = 0; run < HISTORY_RUNS; run += 1) states = learn(KEY, states, runOf(run, random));
  const stored = JSON.stringify(states);
  const query = () => ({ input_size: 1e6 * Math.exp(4 * random()), asked: { memory: 8e9 } });
  const read = () => JSON.parse(stored) as LevelStates; // written above
  const updates = timed((call) => {
    const observation = runOf(HISTORY_RUNS + call, random);
    const given = JSON.parse(JSON.stringify(states)) as LevelStates; // written here
    return () => {
      states = learn(KEY, given, observation);
    };
  });
  return {
    runs: HISTORY_RUNS,
    kept_runs: KEPT_RUNS,
    estimate_us: timed(() => estimateCall(read(), query())),
    estimate_memory_us: timed(() => memoryCall(read(), query())),
    update_us: updates,
    state_bytes: Math.max(...Object.values(states).map((state) => JSON.stringify(state).length)),
  };
}

function estimateCall(states: LevelStates, query: { input_size: number }): () => void {
  return () => void estimate(KEY, states, query);
}

function memoryCall(states: LevelStates, query: { input_size: number }): () => void {
  return () => void estimateResource(KEY, states, "memory", query);
}

/** Prepares each call outside of the measured time. The first half warms up. */
function timed(prepare: (call: number) => () => void): Times {
  const times: number[] = [];
  for (let call = 0; call < 2 * MEASURED; call += 1) {
    const run = prepare(call);
    const before = performance.now();
    run();
    const spent = performance.now() - before;
    if (call >= MEASURED) times.push(spent * 1000);
  }
  return { p50: median(times), p90: quantileOf(times, 0.9), p99: quantileOf(times, 0.99) };
}

function runOf(run: number, random: () => number): Observation {
  const size = Math.exp(4 * random());
  const figure = (value: number) => ({ value, is_lower_bound: false });
  return {
    at_ms: 1000 * run,
    request: String(run),
    asked: { memory: 8e9 },
    input_size: 1e6 * size,
    machine: `machine ${run % 8}`,
    disk_space: figure((1e9 + 3e8 * size) * (1 + 0.1 * random())),
    memory: figure((1e8 + 2e7 * size) * (1 + 0.1 * random())),
    duration: figure((10 + 5 * size) * (1 + 0.3 * random())),
    cpu_count: figure(2 + random()),
  };
}
