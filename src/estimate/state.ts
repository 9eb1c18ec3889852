import { WIDTH } from "./codec.ts";
import type { EstimateLevel, Resource } from "../domain/allocation.ts";

/** Changes whenever the inside of a state does. */
export const STATE_VERSION = 4;

/**
 * How many runs the state of a task, or of a key without parts, keeps: more gain little, and at most 45 characters each
 * keep it below 4 KiB. A level that only says where its runs lie keeps a few.
 */
export const KEPT_RUNS = 80;
export const KEPT_RUNS_OF_PARTS = 16;

/** How many unsettled lower bounds a state keeps. */
export const KEPT_BOUNDS = 4;

/** What a state keeps of each run: three characters a column (see `codec.ts`). */
export const COLUMNS = [
  "id",
  "id2",
  "age",
  "input",
  "asked",
  "m",
  "d",
  "c",
  "s",
  "context",
  "machine",
  "em",
  "ed",
  "es",
] as const;
/** Characters of one run. */
export const ROW_WIDTH = COLUMNS.length * WIDTH;

export type Column = (typeof COLUMNS)[number];

/** The column of each resource. */
export const COLUMN_OF = { memory: "m", disk_space: "d", cpu_count: "c", duration: "s" } as const satisfies Record<
  Resource,
  Column
>;

/** The column with what a run needed beyond what earlier runs of its own key said; cores are not worth it. */
export const ERROR_COLUMN_OF: Partial<Record<Resource, Column>> = { memory: "em", disk_space: "ed", duration: "es" };

/** What a run that was cut short had needed by then; settled by a later success of the same work request. */
export type KeptBound = {
  resource: Resource;
  /** Natural logarithms: of the amount, and of the input's size (absent without one). */
  log: number;
  input?: number;
  /** Hash of the work request; 0 without one. */
  request: number;
  /** Hash of the run: what is in the column `id`, and `CODES` times what is in `id2`. */
  id: number;
  /** How many runs had been learnt when it was. */
  age: number;
};

/**
 * What is remembered of the runs of one level: plain JSON of at most 4 KiB, whose inside only this folder
 * knows. Kept by the store per `LevelKey`, replaced at each completion, rebuilt from history in one pass.
 */
export type EstimateState = {
  /** Another version than `STATE_VERSION` means: rebuild from history. */
  version: number;
  /** How many runs were learnt in all. */
  runs: number;
  /** The newest runs, ascending by the size of their input (those without one first): their columns, one run after the other. */
  rows: string;
  /** For each resource the expected waste of each expert (see `experts.ts`), relative to use. */
  losses: Partial<Record<Resource, readonly number[]>>;
  /** For each resource by which power of the input's size it grows. */
  slopes: Partial<Record<Resource, number>>;
  /** For each resource that changed for good: how many runs had been learnt before the change. */
  changes: Partial<Record<Resource, number>>;
  bounds: KeptBound[];
};

/** The states that an estimate reads, or a run changes, by level. A level without history is absent. */
export type LevelStates = Partial<Record<EstimateLevel, EstimateState>>;

/** The state of a level that has seen no run. */
export function emptyState(): EstimateState {
  return { version: STATE_VERSION, runs: 0, rows: "", losses: {}, slopes: {}, changes: {}, bounds: [] };
}

/** The state in what the database held, or undefined when it is of another version and must be rebuilt. */
export function parseState(stored: unknown): EstimateState | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  // Only this folder writes states; the version names their whole shape.
  const state = stored as EstimateState;
  return state.version === STATE_VERSION ? state : undefined;
}
