import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { workerDirectory } from "../client/home.ts";
import { VERSION } from "../client/version.ts";
import { workerName } from "../contract/names.ts";
import type { WorkerSelf } from "../contract/worker-protocol.ts";
import type { Clock } from "../domain/clock.ts";
import type { WorkerName } from "../domain/ids.ts";
import { openConfig } from "../task/host/config-host.ts";
import { createTaskRegistry } from "../task/registry.ts";
import { cacheSizeFor, capacityOf } from "./capacity.ts";
import { watchTags } from "./configured-tags.ts";
import { beginCourse, type CourseContext } from "./lease/course.ts";
import { Credentials } from "./lease/credentials.ts";
import { LockedError, lockHolder as holderOf, takeLock, type Lock } from "./lease/lock.ts";
import { MemoryPool } from "./lease/memory-pool.ts";
import { emptyTrash } from "./lease/run-directory.ts";
import { openLine, type ServerLine } from "./lease/server-line.ts";
import { startWatchdog } from "./lease/watchdog.ts";
import { WorkerLife } from "./lease/worker-life.ts";
import { detectMeter } from "./measure/detect.ts";
import { availableDiskSpace, availableMemory, cpuModel } from "./measure/machine.ts";
import { diskWarning } from "./low-disk.ts";
import type { Meter } from "./measure/meter.ts";
import { SaidLines } from "./report/said-lines.ts";
import { tellFindings, tellStart } from "./tell-start.ts";
import { overheard, STDERR_LOG, type WorkerLog } from "./worker-log.ts";
import { ArtifactCache } from "./workspace/artifact-cache.ts";
import { PASSED_VARIABLES } from "./workspace/environment.ts";

/** What a worker is started with. */
export type WorkerOptions = {
  /** `$ALMANAC_HOME`; the worker's own directory is below it. */
  home: string;
  /** The server, such as `http://127.0.0.1:4747`. */
  url: string;
  /** Tells where the server is now, when it does not answer: for one that may come back at another address. */
  findUrl?: (() => string | undefined) | undefined;
  /** Unique among the server's workers. */
  name: string;
  /** The worker's own token. Default: the one it got when it joined. */
  token?: string | undefined;
  /** A one-time token to join with, when there is no own token or the server refuses it. */
  join?: string | undefined;
  /** What it may give to runs. Bytes, bytes, cores. Default: the machine's, less a small reserve. */
  memory?: number | undefined;
  disk?: number | undefined;
  cpus?: number | undefined;
  /** Most bytes of other requests' outputs that are kept for further runs. Default: a tenth of the free disk, at most 10 GiB. */
  cacheBytes?: number | undefined;
  /** Beside `os:…` and `arch:…`, which it has by itself. */
  tags?: readonly string[] | undefined;
  /** Task names that it may run; `*` matches any characters. Default: all. */
  allow?: readonly string[] | undefined;
  /** Task names that it must not run. Default: none. */
  deny?: readonly string[] | undefined;
  /** Most bytes of a run's log that are kept. Default 64 MiB. */
  logCapBytes?: number | undefined;
  /** Time that an ended run has between SIGTERM and SIGKILL, milliseconds. Default 5 000. */
  graceMs?: number | undefined;
  /** How long `close` may wait for the server to take what has ended, milliseconds. Default 15 000. */
  closeMs?: number | undefined;
  /** Names of variables that runs get from the worker's environment. Default: `PASSED_VARIABLES`. */
  passedVariables?: readonly string[] | undefined;
  /** The file of the configuration whose tasks it runs. Default: only built-in and ad-hoc tasks. */
  config?: string | undefined;
  /** How runs are measured. Default: the best way that works here. */
  meter?: Meter | undefined;
  clock?: Clock | undefined;
  /** Numbers in [0, 1) for the back-off. */
  random?: (() => number) | undefined;
  /** Beside the server, which hears all of it. Default: warnings and errors on standard error. */
  log?: WorkerLog | undefined;
};

/** A worker that was started. */
export type RunningWorker = {
  readonly name: WorkerName;
  /** Takes nothing new, ends what runs (it is queued again), hands in what it can, and resolves when nothing is left. */
  close: () => Promise<void>;
  /** Resolves when it has ended by `close`; rejects with the fault that ended it otherwise, such as a refused token. */
  readonly stopped: Promise<void>;
  /** How long it has had neither work nor a server, milliseconds; 0 while something runs. */
  idleWithoutServerMs: () => number;
};

const SYSTEM_CLOCK: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const DEFAULTS = {
  logCapBytes: 64 * 1024 ** 2,
  graceMs: 5000,
  closeMs: 15_000,
  figuresPeriodMs: 2000,
};

/**
 * Starts a worker. What the worker of this name before it left behind (processes, results, half-done runs) is dealt
 * with before any new work is taken. The server need not be there.
 * @throws LockedError when a worker of this name is running in the same home
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const name = workerName.parse(options.name);
  const directory = workerDirectory(options.home, name);
  const runs = join(directory, "runs");
  await mkdir(runs, { recursive: true, mode: 0o700 });
  const lock = await takeLock(lockFile(directory));
  try {
    await emptyTrash(runs);
    // Somebody who took over a stale lock at the same moment may have moved it.
    if (!(await lock.isHeld())) throw new LockedError(lockFile(directory), holderOf(lockFile(directory)) ?? 0);
    return await beginTelling({ name, directory, runs, lock }, options);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The process that is the worker of this name in this home; undefined when there is none. */
export function lockHolder(home: string, name: string): number | undefined {
  return holderOf(lockFile(workerDirectory(home, name)));
}

function lockFile(directory: string): string {
  return join(directory, "lock");
}

/** What is the worker's alone: its name, its directory and that of its runs, and the lock that says so. */
type Own = { name: WorkerName; directory: string; runs: string; lock: Lock };
type Voice = { clock: Clock; said: SaidLines; log: WorkerLog };

/** Begins; why that failed is told by the next worker of the name. */
async function beginTelling(own: Own, options: WorkerOptions): Promise<RunningWorker> {
  const clock = options.clock ?? SYSTEM_CLOCK;
  const said = new SaidLines(join(own.directory, "unsent-lines.json"), randomUUID(), clock);
  const log = overheard(options.log ?? STDERR_LOG, (level, text) => said.say(level, text));
  tellStart(log, options.url);
  try {
    return await begin(own, { clock, said, log }, options);
  } catch (error) {
    said.say("error", `could not start: ${error instanceof Error ? error.message : String(error)}`);
    await said.close();
    throw error;
  }
}

async function begin(
  { name, directory, runs, lock }: Own,
  { clock, said, log }: Voice,
  options: WorkerOptions,
): Promise<RunningWorker> {
  const config = options.config === undefined ? undefined : await openConfig({ file: options.config, log });
  const configured = config === undefined ? undefined : await watchTags(config, log);
  // Removes what dead workers left running, too: before any run of theirs is looked at.
  const meter = options.meter ?? detectAndTell(log);
  const { cache, kept } = await openCache(directory, options);
  const base: Base = {
    clock,
    random: options.random ?? Math.random,
    log,
    line: openLine(options),
    self: selfOf(options, { directory, kept, log }, meter, () => configured?.now() ?? []),
  };
  const credentials = new Credentials({ ...base, directory, workerName: name, joinToken: options.join });
  await credentials.load(options.token);
  const watchdog = startWatchdog(base.log);
  const context: CourseContext = {
    ...base,
    meter,
    cache,
    memory: new MemoryPool(base.self().capacity.memory),
    workerName: name,
    tasks: createTaskRegistry(config),
    env: process.env,
    passedVariables: options.passedVariables ?? PASSED_VARIABLES,
    markers: watchdog.markers,
    ...limitsOf(options),
  };
  const life = new WorkerLife({
    ...base,
    runs,
    credentials,
    said,
    begin: (run, turn) => beginCourse(run, turn, context),
    hasFiles: (assignment) => !context.tasks.isNoop(assignment),
    graceMs: context.graceMs,
    closeMs: options.closeMs ?? DEFAULTS.closeMs,
  });
  configured?.onChange(() => life.selfChanged());
  await life.recover();
  const stopped = endOf(life, async () => {
    meter.close();
    await watchdog.close();
    base.line.close();
    configured?.close();
    await config?.close();
    await said.close();
    await lock.release();
  });
  return runningWorker(name, life, stopped);
}

function detectAndTell(log: WorkerLog): Meter {
  const detected = detectMeter({ keepsSpare: true });
  tellFindings(log, detected);
  return detected.meter;
}

function runningWorker(name: WorkerName, life: WorkerLife, stopped: Promise<void>): RunningWorker {
  // Whoever does not ask how it ended need not handle the fault, which was logged.
  stopped.catch(() => undefined);
  const close = async () => {
    await life.close();
    await stopped.catch(() => undefined); // told by `stopped` itself
  };
  return { name, stopped, close, idleWithoutServerMs: () => life.idleWithoutServerMs() };
}

function limitsOf({ graceMs, logCapBytes }: WorkerOptions) {
  const { figuresPeriodMs } = DEFAULTS;
  return {
    figuresPeriodMs,
    graceMs: graceMs ?? DEFAULTS.graceMs,
    logCapBytes: logCapBytes ?? DEFAULTS.logCapBytes,
  };
}

/** The cache of artifacts, and what it will still take of the free disk: bytes that runs do not get. */
async function openCache(
  directory: string,
  { cacheBytes = cacheSizeFor(directory) }: WorkerOptions,
): Promise<{ cache: ArtifactCache; kept: number }> {
  const cache = await ArtifactCache.open(join(directory, "artifacts"), cacheBytes);
  return { cache, kept: cacheBytes - cache.bytes };
}

type Base = { clock: Clock; random: () => number; log: WorkerLog; line: ServerLine; self: () => WorkerSelf };

/** Lives, then releases what it used. */
async function endOf(life: WorkerLife, release: () => Promise<void>): Promise<void> {
  try {
    await life.live();
  } finally {
    await release();
  }
}

/** What the worker tells of itself; what is free is looked up each time. */
function selfOf(
  options: WorkerOptions,
  { directory, kept, log }: { directory: string; kept: number; log: WorkerLog },
  meter: Meter,
  configuredTags: () => readonly string[],
): () => WorkerSelf {
  const { memory, disk, cpus } = options;
  const capacity = capacityOf(
    {
      ...(memory !== undefined && { memory }),
      ...(disk !== undefined && { disk_space: disk }),
      ...(cpus !== undefined && { cpu_count: cpus }),
    },
    directory,
    kept,
  );
  const fixed = {
    capacity,
    tasks: { allow: [...(options.allow ?? [])], deny: [...(options.deny ?? [])] },
    cpu_model: cpuModel(),
    version: VERSION,
    measure_method: meter.method,
  };
  const tags = [`os:${process.platform}`, `arch:${process.arch}`, ...(options.tags ?? [])];
  const lookAtDisk = diskWarning(log, capacity.disk_space);
  return () => {
    const freeDisk = availableDiskSpace(directory);
    lookAtDisk(freeDisk);
    return {
      ...fixed,
      tags: [...new Set([...tags, ...configuredTags()])],
      available_memory: availableMemory(),
      available_disk_space: freeDisk ?? null,
    };
  };
}
