import type { MeasureMethod } from "../../domain/runtime-statistics.ts";

/**
 * What one look at a run's processes gives. As everywhere, what could not be read is absent.
 * Counters (`cpu_*`, `oom_kills`, `limit_hits`, bytes read and written) count from the run's start.
 */
export type Reading = {
  /** Anonymous and shared memory of the whole tree now, bytes. */
  memory_bytes?: number;
  /** File cache charged to the run now, bytes. */
  file_cache_bytes?: number;
  /** Kernel memory charged to the run (page tables, stacks, slab), the most since the last reading where known, bytes. */
  kernel_bytes?: number;
  /**
   * The kernel's own high-water mark of everything charged to the run, file cache included, bytes.
   * Present only when it was reached after the reading before this one.
   */
  high_water_bytes?: number;
  cpu_user_us?: number;
  cpu_system_us?: number;
  /** Processes and threads alive now. */
  task_count?: number;
  /** Most processes and threads alive at once so far, where the kernel keeps it. */
  task_peak?: number;
  /** Processes of the run killed by the kernel for memory. */
  oom_kills?: number;
  /** How often the run reached its own limit and could not go on, or (cgroup v1) reached it at all. 0 with `oom_kills`: it was killed because others used up the memory. */
  limit_hits?: number;
  /**
   * Processes of the whole machine that the kernel killed for memory while the run's first process was there: where the
   * method does not see whose they were.
   */
  machine_oom_kills?: number;
  read_bytes?: number;
  write_bytes?: number;
};

/**
 * The books kept for one run: its processes, and what they used. Made before the run starts,
 * removed when all its processes are dead. Reading never throws because processes come and go.
 */
export type Account = {
  /** Files into which the starting shell writes `0` to become a member before it turns into the command. */
  readonly joinFiles: readonly string[];
  /** Variables that the run's processes must carry to be found again. */
  readonly markers: Readonly<Record<string, string>>;
  /** Tells the process that was started, so that a method without cgroups knows where the tree begins. */
  started(pid: number): void;
  /** Tells that the started process has ended and was waited for. */
  ended(): void;
  reading(): Reading;
  /** Ids of the run's processes that are alive. */
  processes(): number[];
  isEmpty(): boolean;
  /** SIGKILL for every process of the run, also for those forked meanwhile; may need calling until `isEmpty()`. */
  kill(): void;
  /**
   * The kernel's limit for the run's memory; false where the method cannot enforce one.
   * @param slackBytes makes it elastic: the run may use so much more until somebody has raised the limit or ended
   *   it, and then waits, where the kernel can make it wait, rather than being killed. Absent: the limit is fixed
   */
  limitMemory(limitBytes: number, slackBytes?: number): boolean;
  /** True while the run waits at its elastic limit. */
  isWaitingForMemory(): boolean;
  /** The kernel's limit for processes and threads; false where the method cannot enforce one. */
  limitTasks(limit: number): boolean;
  /** Ends the books. All processes must be dead. */
  remove(): void;
};

/** A way to measure runs, chosen for this machine by `detectMeter`. */
export type Meter = {
  readonly method: MeasureMethod;
  /** What a reading costs allows: how long to wait between two of them, milliseconds. */
  readonly periodMs: number;
  /** Opens the books for one run. */
  open(): Account;
  /** Removes what was prepared for a next run. Runs that go on are not touched. */
  close(): void;
};

/** Something found out about this machine while choosing, for `almanac doctor`. */
export type Finding = {
  /** Short and stable: `cgroup2`, `memory limit`, … */
  name: string;
  ok: boolean;
  /** What was found, in a sentence. */
  detail: string;
  /** What to do about it, when `ok` is false. */
  advice?: string;
};
