import type { Measurement, RuntimeStatistics } from "../../domain/runtime-statistics.ts";
import type { Outcome } from "../../domain/outcome.ts";

/** What a run may use at most. Absent: no limit. */
export type RunLimits = {
  /** Bytes. */
  memory?: number;
  /** Bytes below `watchDirectory`. */
  disk_space?: number;
  /** Seconds. */
  duration?: number;
  /** Processes and threads alive at once; forking past it fails inside the run. */
  process_count?: number;
};

/** Takes what the run writes, as it comes. */
export type OutputSink = { onOutput: (stream: "stdout" | "stderr", chunk: Buffer) => void };

/** One command to run. */
export type RunSpec = {
  /** The program, looked up in `env.PATH` when it has no slash, and its arguments. */
  argv: readonly string[];
  cwd: string;
  /** The whole environment: nothing is added but what measuring needs. */
  env: Readonly<Record<string, string>>;
  limits: RunLimits;
  /**
   * `inherit`: the command has our own input, output, terminal and signals;
   * else it is in a session of its own, without input, and its output goes to the sink.
   */
  output: "inherit" | OutputSink;
  /** The run's own directory, whose disk use is measured and limited. Absent: disk is not measured. */
  watchDirectory?: string;
  /** How long a run that is ended may take between SIGTERM and SIGKILL, milliseconds. */
  graceMs: number;
  /**
   * Makes the memory limit elastic: asked when the run reaches it, with the limit it should get, bytes.
   * Gives the new limit, which then holds at once, or undefined when there is no memory to give.
   */
  raiseMemory?: (wantedBytes: number) => number | undefined;
  /**
   * How far an elastic run may be past its limit in the moments before it is seen, bytes: memory that the worker
   * has, but has not promised to anybody. The more, the faster a run may grow. Default: 64 MiB.
   */
  memorySlack?: number;
};

/** What is known when a run has ended. */
export type EndedRun = {
  outcome: Outcome;
  runtime_statistics: RuntimeStatistics;
  measurement: Measurement;
};

/** A run that goes on, or has ended. */
export type RunHandle = {
  /** The started process; undefined when it could not be started. */
  readonly pid: number | undefined;
  /** The figures so far; after the end those of the end. */
  figures: () => Measurement;
  /** Ends the run: SIGTERM to all its processes, the grace time, SIGKILL. Does nothing once it is ending. */
  abort: (by: string, graceMs?: number) => void;
  /** Never rejects because of the command; when it resolves, no process, timer, listener or cgroup of the run is left. */
  readonly ended: Promise<EndedRun>;
};
