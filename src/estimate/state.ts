import type { EstimateLevel } from "../domain/allocation.ts";

/**
 * What is remembered of the runs of one level: plain JSON of at most 4 KiB, whose inside only this folder
 * knows. Kept by the store per `LevelKey`, replaced at each completion, rebuilt from history in one pass.
 */
export type EstimateState = {
  /** Another version than `STATE_VERSION` means: rebuild from history. */
  version: number;
  /** How many runs were learnt in all. */
  runs: number;
  kept: KeptRun[];
};

/** One kept run; short names, because they are stored thousands of times. */
export type KeptRun = {
  /** End, milliseconds since 1970. */
  t: number;
  /** Work request. */
  r?: string;
  /** Input size, bytes. */
  x?: number;
  /** Memory, disk, cpus, duration; negative: a lower bound. */
  m?: number;
  d?: number;
  c?: number;
  s?: number;
};

/** Changes whenever the inside of a state does. */
export const STATE_VERSION = 1;

/** The states that an estimate reads, or a run changes, by level. A level without history is absent. */
export type LevelStates = Partial<Record<EstimateLevel, EstimateState>>;

/** The state of a level that has seen no run. */
export function emptyState(): EstimateState {
  return { version: STATE_VERSION, runs: 0, kept: [] };
}

/** The state in what the database held, or undefined when it is of another version and must be rebuilt. */
export function parseState(stored: unknown): EstimateState | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  // Only this folder writes states; the version names their whole shape.
  const state = stored as EstimateState;
  return state.version === STATE_VERSION ? state : undefined;
}
