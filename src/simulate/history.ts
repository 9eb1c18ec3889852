import type { Estimate } from "../domain/allocation.ts";
import type { HistoryEntry } from "../domain/history.ts";
import type { HistoryKey } from "../domain/task.ts";
import { estimate, type EstimateQuery } from "../estimate/estimate.ts";
import { runsOfKey } from "../estimate/evidence-runs.ts";
import { learn } from "../estimate/learn.ts";
import { levelKeysOf, type LevelKey } from "../estimate/levels.ts";
import { observationOf } from "../estimate/observation.ts";
import type { EstimateState, LevelStates } from "../estimate/state.ts";

/** What the estimator has learnt, kept in memory as the server keeps it in the database. */
export class SimulatedHistory {
  readonly #states = new Map<string, EstimateState>();
  readonly #isElastic: boolean;

  constructor(isElastic: boolean) {
    this.#isElastic = isElastic;
  }

  estimateFor(key: HistoryKey, query: Omit<EstimateQuery, "elastic">): Estimate {
    return estimate(key, this.#statesOf(key), { ...query, elastic: this.#isElastic });
  }

  /** Takes in the end of a run; gives the number of runs of its key that are known now, 0 when it taught nothing. */
  learnFrom(entry: HistoryEntry): number {
    const observation = observationOf(entry);
    if (observation === undefined) return 0;
    const learnt = learn(entry, this.#statesOf(entry), observation);
    for (const level of levelKeysOf(entry)) {
      const state = learnt[level.level];
      if (state !== undefined) this.#states.set(nameOf(level), state);
    }
    return runsOfKey(entry, learnt);
  }

  #statesOf(key: HistoryKey): LevelStates {
    const states: LevelStates = {};
    for (const level of levelKeysOf(key)) {
      const state = this.#states.get(nameOf(level));
      if (state !== undefined) states[level.level] = state;
    }
    return states;
  }
}

function nameOf({ task_type, task_name, subject, context }: LevelKey): string {
  return JSON.stringify([task_type, task_name, subject, context]);
}
