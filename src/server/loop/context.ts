import type { Resource } from "../../domain/allocation.ts";
import type { Clock } from "../../domain/clock.ts";
import { DEFAULT_RETRY_LIMITS, type RetryLimits } from "../../verdict/decide-retry.ts";
import type { TaskRegistry } from "../../task/registry.ts";
import type { Planner } from "../../schedule/planner.ts";
import type { ArtifactFiles } from "../files/artifact-files.ts";
import type { RunFiles } from "../files/run-files.ts";
import type { Store } from "../store/store.ts";
import type { DynamicDataDesk } from "./dynamic-data.ts";
import type { Courier } from "./deliveries.ts";
import type { DriftWatch } from "./drift-watch.ts";
import type { HistoryTrimmer } from "./history-trim.ts";
import type { Live } from "./live.ts";
import type { ServerTasks } from "./server-tasks.ts";
import type { PlanDesk } from "./workflows/ask-plan.ts";

/** What can be set for a server; `DEFAULT_SETTINGS` says what it is otherwise. */
export type ServerSettings = {
  /** How long a worker may be silent before its runs are given up, milliseconds. */
  leaseMs: number;
  /** How often a worker with runs reports, milliseconds; at most half of `leaseMs`. */
  heartbeatMs: number;
  /**
   * What a worker does with its runs when it has had no answer for a lease time. `end`: it ends them, so that nothing
   * runs twice at once; `keep`: it goes on, so that a long outage costs nothing, and a run may be running twice.
   */
  cutOffRuns: "end" | "keep";
  /** What a run is given of a resource of which nothing is known. Bytes, bytes, cores, seconds. */
  defaults: Record<Resource, number>;
  /** Seconds after its end when a request is deleted, unless it says otherwise; null: never. */
  expireAfter: number | null;
  /** Of each key, the newest so many runs are kept beside the last success and failure. */
  historyToKeep: number;
  /** And of these only as old as so many seconds; null: however old. */
  historyMaxAge: number | null;
  retryLimits: RetryLimits;
  /** True: a worker that is under suspicion long enough is drained. */
  drainSuspects: boolean;
  /** Events that are kept beside those of existing requests. */
  eventsToKeep: number;
  /** Seconds that deliveries are kept after they ended; null: for ever. */
  deliveriesMaxAge: number | null;
  /** Seconds, counted in whole days, that the accuracy of a day is kept; null: for ever. */
  accuracyMaxAge: number | null;
};

const GIB = 1024 ** 3;
const DAY_SECONDS = 86_400;

export const DEFAULT_SETTINGS: ServerSettings = {
  leaseMs: 60_000,
  heartbeatMs: 2_000,
  cutOffRuns: "end",
  defaults: { memory: 2 * GIB, disk_space: 4 * GIB, cpu_count: 1, duration: DAY_SECONDS },
  expireAfter: 90 * DAY_SECONDS,
  historyToKeep: 200,
  historyMaxAge: null,
  retryLimits: DEFAULT_RETRY_LIMITS,
  drainSuspects: false,
  eventsToKeep: 100_000,
  deliveriesMaxAge: 30 * DAY_SECONDS,
  accuracyMaxAge: 400 * DAY_SECONDS,
};

/** The part of a logger that the loop uses; pino's own shape. */
export type Log = {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
};

/** What every part of the server's loop is given. */
export type LoopContext = {
  store: Store;
  tasks: TaskRegistry;
  /** What the tasks say of requests that become pending. */
  dynamicData: DynamicDataDesk;
  /** What workflows, and their callbacks, ask for. */
  plans: PlanDesk;
  /** What runs of tasks in this server. */
  serverTasks: ServerTasks;
  files: RunFiles;
  artifacts: ArtifactFiles;
  live: Live;
  trimmer: HistoryTrimmer;
  drift: DriftWatch;
  /** Who carries out reactions. */
  courier: Courier;
  settings: ServerSettings;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** What this server plans with while it leads; undefined while another server does. */
  leading: { planner: Planner | undefined };
  log: Log;
};
