/**
 * What a run used and what its worker had. Names, types and units are fixed.
 * Every field is optional: what could not be measured is absent, never 0 or a guess.
 */
export type RuntimeStatistics = {
  /** How long the task ran, seconds, rounded; without set-up, download and upload. */
  duration?: number;
  /** User and system time of the whole process tree, seconds, rounded. */
  cpu_time?: number;
  /** Most disk used by the run's own directory during the run, bytes. */
  disk_space?: number;
  /** Most memory used by the process tree during the run, bytes. */
  memory?: number;
  /** Free disk when the run started, bytes. */
  available_disk_space?: number;
  /** Free memory when the run started, bytes. */
  available_memory?: number;
  /** Cores of the worker. */
  cpu_count?: number;
};

/** Where memory and CPU figures come from, best first. */
export const MEASURE_METHODS = ["cgroup2", "cgroup1", "proc"] as const;
export type MeasureMethod = (typeof MEASURE_METHODS)[number];

/** The figures that can be cut short by an early end. */
export const MEASURED_FIGURES = ["duration", "cpu_time", "memory", "disk_space"] as const;
export type MeasuredFigure = (typeof MEASURED_FIGURES)[number];

/** A raise of a run's memory limit while it ran (`DESIGN.md` §7, elastic memory). Bytes; ms since the run's start. */
export type MemoryRaise = {
  /** Since the run's start. */
  at_ms: number;
  /** The limit before, bytes. */
  from: number;
  /** The limit after, bytes. */
  to: number;
};

/**
 * A run's figures over time, at most 600 points, merged by peak: each point holds the
 * largest value seen since the point before it. All arrays have the same length.
 */
export type Curve = {
  /** Milliseconds since the run's start. */
  at_ms: number[];
  /** Memory of the process tree, bytes. */
  memory: number[];
  /** Cores in use on average since the point before, in thousandths. */
  cpu_millicores: number[];
  /** Disk used by the run's directory, bytes. */
  disk_space: number[];
};

/**
 * The finer figures of a run, beside its statistics. As there, what could not be measured is absent.
 */
export type Measurement = {
  /** How it was measured. */
  method: MeasureMethod;
  /** How long the command took. */
  duration_ms: number;
  /** Time on processors, of the programs themselves. */
  cpu_user_ms?: number;
  /** Time on processors, of the system for them. */
  cpu_system_ms?: number;
  /** Highest use: anonymous and shared memory of the whole tree, without file cache. */
  memory_bytes?: number;
  /** When a sample last saw a new highest use; ms since the run's start. */
  memory_peak_at_ms?: number;
  /** Largest file cache seen charged to the run; not part of `memory_bytes`. */
  page_cache_bytes?: number;
  /** The most that its directory held. */
  disk_bytes?: number;
  /** When that was first seen; ms since the run's start. */
  disk_peak_at_ms?: number;
  /** What it read from disks. */
  read_bytes?: number;
  /** What it wrote to disks. */
  write_bytes?: number;
  /** Most processes and threads alive at once. */
  process_count?: number;
  /** Processes of the run that the kernel killed for memory, also behind an ordinary exit code. */
  oom_kills?: number;
  /** Processes that outlived the command and were then killed. */
  left_behind?: number;
  /** Figures that are only lower bounds, because the run was cut short before it showed its need. */
  lower_bounds: MeasuredFigure[];
  /** When its limit of memory was raised while it ran. */
  memory_raises?: MemoryRaise[];
  /** How its use went over time. */
  curve?: Curve;
};
