import type { Timestamp } from "./clock.ts";
import type { RunId, WorkerName } from "./ids.ts";
import type { Slowness } from "./slowness.ts";
import type { WorkerLoad } from "./worker-load.ts";

export const WORKER_STATES = ["online", "draining", "offline"] as const;

/**
 * - `online`: was heard from within its lease time; takes runs;
 * - `draining`: finishes what it has and takes nothing new, until resumed;
 * - `offline`: was not heard from.
 */
export type WorkerState = (typeof WORKER_STATES)[number];

/** What a worker can give to runs in all. Bytes, bytes, cores. */
export type Capacity = { memory: number; disk_space: number; cpu_count: number };

/** Task names that a worker may run: all of `allow` (empty: any) but those of `deny`. `*` matches any characters. */
export type TaskFilter = { allow: string[]; deny: string[] };

/** Why a worker is thought to be at fault: since when, and the runs that failed there and passed elsewhere. */
export type WorkerSuspicion = { since: Timestamp; because: string; evidence: RunId[] };

/** A machine that runs work. */
export type Worker = {
  worker_name: WorkerName;
  state: WorkerState;
  capacity: Capacity;
  /** What was free on the machine at the last heartbeat, bytes. */
  available_memory: number | null;
  available_disk_space: number | null;
  tags: string[];
  tasks: TaskFilter;
  cpu_model: string;
  version: string;
  /** How the worker measures: `cgroup2`, `cgroup1` or `proc`. */
  measure_method: string;
  joined_at: Timestamp;
  last_seen_at: Timestamp;
  /** That it fails what passes elsewhere; null: there is no such suspicion. */
  suspicion: WorkerSuspicion | null;
};

/** A worker with what it has now, and how it does. */
export type WorkerStanding = Worker & {
  load: WorkerLoad;
  /** How long work takes there; null: not known yet. */
  slowness: Slowness | null;
  /** Runs that ended in error there in the last 24 hours, which is not the work's fault. */
  errors_in_day: number;
};

/** How a worker's runs of seven days ended; `is_cut`: only the newest of them were looked at. */
export type WorkerWeek = { runs: number; errors: number; is_cut: boolean };
