import type { HistoryEntry } from "../../src/domain/history.ts";
import type { HistoryKey } from "../../src/domain/task.ts";
import { learn } from "../../src/estimate/learn.ts";
import { observationOf } from "../../src/estimate/observation.ts";
import { emptyState, type EstimateState, type LevelStates } from "../../src/estimate/state.ts";

/** How much there is: every task has so many subjects in each of so many contexts, and each of those keys so many runs. */
export type Size = { tasks: number; subjects: number; contexts: number; runs: number };

const CONTEXTS = 10;
const SUBJECTS = 1000;

/** A farm with about so many keys. */
export function sizeOf(keys: number, runs: number): Size {
  const subjects = Math.max(1, Math.min(SUBJECTS, Math.round(keys / CONTEXTS)));
  return { tasks: Math.max(1, Math.round(keys / CONTEXTS / subjects)), subjects, contexts: CONTEXTS, runs };
}

/** One of the keys, by number; the SQL of `fill.ts` makes the same names. */
export function keyAt(size: Size, number: number): HistoryKey {
  const { subjects, contexts } = size;
  const [task, rest] = [Math.floor(number / (subjects * contexts)), number % (subjects * contexts)];
  return {
    task_type: "worker",
    task_name: `task${task}`,
    subject: `subject${Math.floor(rest / contexts)}`,
    context: `context${rest % contexts}`,
  };
}

/** How many states of each level are different; more would only take longer to make. */
const DIFFERENT = 50;

/** What runs teach the states of each level, as many of them as in the farm or as a state keeps, learnt one by one. */
export function statesOf(size: Size): { key: string[]; subject: string[]; context: string[]; task: string[] } {
  const kept = { key: size.runs, subject: size.runs * size.contexts, context: 500, task: 500 } as const;
  const many = (level: keyof typeof kept) =>
    Array.from({ length: DIFFERENT }, (_, index) => JSON.stringify(learnt(level, Math.min(500, kept[level]), index)));
  return { key: many("key"), subject: many("subject"), context: many("context"), task: many("task") };
}

function learnt(level: "key" | "subject" | "context" | "task", runs: number, seed: number): EstimateState {
  const key: HistoryKey = { task_type: "worker", task_name: "task", subject: "subject", context: "context" };
  let states: LevelStates = {};
  for (let run = 0; run < runs; run += 1) {
    const observation = observationOf(entryAt(key, seed * 1000 + run));
    if (observation !== undefined) states = learn(key, states, observation);
  }
  return states[level] ?? emptyState();
}

function entryAt(key: HistoryKey, run: number): HistoryEntry {
  const input_size = 1_000_000 + ((run * 7919) % 997) * 100_000;
  return {
    ...key,
    id: run,
    completed_at: new Date(Date.UTC(2026, 0, 1) + run * 60_000).toISOString(),
    result: "success",
    outcome: { kind: "exited", code: 0 },
    runtime_statistics: { duration: 60 + (run % 13), cpu_time: 90, memory: 5 * input_size, disk_space: 1e8 + run },
    lower_bounds: [],
    cpu_model: `cpu${run % 4}`,
    input_size,
    trusted: true,
  };
}
