import type { HistoryKey } from "./task.ts";

/** How long work takes on a machine, relative to an ordinary one. */
export type Slowness = {
  /** 0.5: half as long. */
  factor: number;
  /** Of ten of its keys, one says less than `low` and one more than `high`; as the factor, drawn towards 1 where runs are few. */
  low: number;
  /** See `low`. */
  high: number;
  /** On how many runs, of how many keys that other machines have run too, it stands. */
  runs: number;
  /** Of how many keys those runs are. */
  keys: number;
};

/** How long the runs of one task take on a machine, relative to an ordinary one. */
export type TaskSlowness = Slowness & Pick<HistoryKey, "task_type" | "task_name">;
