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
export type Capacity = {
  /** Bytes. */
  memory: number;
  /** Bytes. */
  disk_space: number;
  /** Cores. */
  cpu_count: number;
};

/** Task names that a worker may run: all of `allow` (empty: any) but those of `deny`. `*` matches any characters. */
export type TaskFilter = {
  /** Names and patterns of what it may run; empty: any. */
  allow: string[];
  /** Of these, what it may not. */
  deny: string[];
};

/** Why a worker is thought to be at fault: since when, and the runs that failed there and passed elsewhere. */
export type WorkerSuspicion = {
  /** When it arose. */
  since: Timestamp;
  /** The sentence for people. */
  because: string;
  /** The runs that failed there, and passed elsewhere. */
  evidence: RunId[];
};

/** A machine that runs work. */
export type Worker = {
  /** Unique; chosen where it was started. */
  worker_name: WorkerName;
  /** Whether it takes work. */
  state: WorkerState;
  /** What it can give to runs in all. */
  capacity: Capacity;
  /** What was free on the machine at the last heartbeat, bytes. */
  available_memory: number | null;
  /** As `available_memory`, of the disk. */
  available_disk_space: number | null;
  /** Its labels, which requests may demand. */
  tags: string[];
  /** What it may run. */
  tasks: TaskFilter;
  /** As its system names it. */
  cpu_model: string;
  /** Of the Almanac that it is. */
  version: string;
  /** How the worker measures: `cgroup2`, `cgroup1` or `proc`. */
  measure_method: string;
  /** When it first became one of this server. */
  joined_at: Timestamp;
  /** When it was last heard from. */
  last_seen_at: Timestamp;
  /** That it fails what passes elsewhere; null: there is no such suspicion. */
  suspicion: WorkerSuspicion | null;
};

/** A worker with what it has now, and how it does. */
export type WorkerStanding = Worker & {
  /** What its runs hold, and used at most so far; of cores, on average. */
  load: WorkerLoad;
  /** How long work takes there; null: not known yet. */
  slowness: Slowness | null;
  /** Runs that ended in error there in the last 24 hours, which is not the work's fault. */
  errors_in_day: number;
};

/** How a worker's runs of seven days ended; `is_cut`: only the newest of them were looked at. */
export type WorkerWeek = {
  /** How many ended. */
  runs: number;
  /** Of them, those that ended in error, which is not the work's fault. */
  errors: number;
  /** True: only the newest of them were looked at. */
  is_cut: boolean;
};
