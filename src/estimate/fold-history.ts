import type { HistoryEntry } from "../domain/history.ts";
import type { HistoryKey } from "../domain/task.ts";
import { learn } from "./learn.ts";
import { levelKeysOf, levelName, type LevelKey } from "./levels.ts";
import { observationOf } from "./observation.ts";
import type { EstimateState, LevelStates } from "./state.ts";

/** A state that came of history, and under what it is to be kept. */
export type FoldedState = { key: LevelKey; state: EstimateState };

/**
 * The states of all levels that the entries belong to, as `learn` leaves them when it is given one entry after the other in
 * the order of their ends. All levels at once, for a task's state also remembers how far off the states of its keys were.
 * Give all entries of a task, or its newest: a state keeps the newest 80 runs.
 */
export function foldHistory(entries: Iterable<HistoryEntry>): FoldedState[] {
  const folded = new Map<string, FoldedState>();
  for (const entry of [...entries].sort(byEnd)) {
    const observation = observationOf(entry);
    if (observation === undefined) continue;
    const learnt = learn(entry, statesOf(entry, folded), observation);
    for (const key of levelKeysOf(entry)) {
      const state = learnt[key.level];
      if (state !== undefined) folded.set(levelName(key), { key, state });
    }
  }
  return [...folded.values()];
}

function byEnd(a: HistoryEntry, b: HistoryEntry): number {
  if (a.completed_at !== b.completed_at) return a.completed_at < b.completed_at ? -1 : 1;
  return a.id - b.id;
}

function statesOf(key: HistoryKey, folded: ReadonlyMap<string, FoldedState>): LevelStates {
  const states: LevelStates = {};
  for (const levelKey of levelKeysOf(key)) {
    const found = folded.get(levelName(levelKey));
    if (found !== undefined) states[levelKey.level] = found.state;
  }
  return states;
}
