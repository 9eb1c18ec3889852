import type { HistoryKey } from "../../src/domain/task.ts";
import type { EstimateQuery } from "../../src/estimate/estimate.ts";
import { levelKeysOf, levelName } from "../../src/estimate/levels.ts";
import type { Observation } from "../../src/estimate/observation.ts";
import type { EstimateState, LevelStates } from "../../src/estimate/state.ts";
import { ENGINE, type Constant, type Engine } from "./engine.ts";
import type { Asked, Ended, Method, Proposal, Sizer } from "./sizer.ts";

/** The states of a replay, kept as the server keeps them: each as text under its level's key. */
export class StateTable {
  readonly #states = new Map<string, EstimateState>();
  readonly #engine: Engine;

  constructor(engine: Engine = ENGINE) {
    this.#engine = engine;
  }

  /** The states that an estimate of the key reads. */
  of(key: HistoryKey): LevelStates {
    const states: LevelStates = {};
    for (const level of levelKeysOf(key)) {
      const state = this.#states.get(levelName(level));
      if (state !== undefined) states[level.level] = state;
    }
    return states;
  }

  /** Takes a run in. `change` may spoil the new states, to see what a part of them is worth. */
  learn(key: HistoryKey, observation: Observation, change: (state: EstimateState) => EstimateState): void {
    const next = this.#engine.learn(key, this.of(key), observation);
    for (const level of levelKeysOf(key)) {
      const state = next[level.level];
      if (state !== undefined) this.#states.set(levelName(level), change(state));
    }
  }

  /** The length of each state as JSON. */
  sizes(): number[] {
    return [...this.#states.values()].map((state) => JSON.stringify(state).length);
  }
}

/** What is left out of the method, to see what it is worth; everything goes through the same calls as in the server. */
export type Ablation = {
  name: string;
  /** With which constants. */
  constants?: Constant[];
  /** What the estimate is told about the run. */
  query?: (query: EstimateQuery) => EstimateQuery;
  /** What is learnt from it. */
  observation?: (observation: Observation) => Observation;
  /** What is kept. */
  state?: (state: EstimateState) => EstimateState;
  /** Under which key. */
  key?: (key: HistoryKey) => HistoryKey;
  /** Which amount is tried first, and after failures. */
  ladder?: (estimate: { p50: number; p95: number; allocate: number; ladder: number[] }) => number[];
};

/** Almanac's estimates, without what the ablation takes away. */
export function almanac(
  ablation: Ablation = { name: "Almanac" },
  sized: "memory" | "disk_space" = "memory",
  engine: Engine = ENGINE,
): Method {
  return { name: ablation.name, create: () => sizerOf(ablation, sized, engine) };
}

function sizerOf(ablation: Ablation, sized: "memory" | "disk_space", engine: Engine): Sizer {
  const table = new StateTable(engine);
  const same = <Value>(value: Value): Value => value;
  const keyOf = (run: Asked): HistoryKey => (ablation.key ?? same)(historyKeyOf(run));
  return {
    propose: (run) => {
      const key = keyOf(run);
      const query = (ablation.query ?? same)(queryOf(run));
      const found = engine.estimateResource(key, table.of(key), sized, query);
      if (found === undefined) return undefined;
      const ladder = ablation.ladder?.(found) ?? [found.allocate, ...found.ladder];
      return { ladder, p50: found.p50, p95: found.p95 } satisfies Proposal;
    },
    learn: (run) => {
      const observation = (ablation.observation ?? same)(observationOf(run, sized));
      table.learn(keyOf(run), observation, ablation.state ?? same);
    },
  };
}

/** The key of a trace's run. */
export function historyKeyOf({ task, subject, context }: Asked): HistoryKey {
  return { task_type: "worker", task_name: task, subject, context };
}

/** What the server would ask. */
export function queryOf({ input_size, asked }: Asked): EstimateQuery {
  return {
    ...(input_size !== undefined && { input_size }),
    ...(asked !== undefined && { asked: { memory: asked } }),
  };
}

function observationOf(run: Ended, sized: "memory" | "disk_space"): Observation {
  return {
    at_ms: run.id * 1000,
    request: String(run.id),
    asked: run.asked === undefined ? {} : { memory: run.asked },
    ...(run.input_size !== undefined && { input_size: run.input_size }),
    ...(run.machine !== undefined && { machine: run.machine }),
    [sized]: { value: run.need, is_lower_bound: false },
    duration: { value: run.duration, is_lower_bound: false },
  };
}
