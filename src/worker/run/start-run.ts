import type { ChildProcess } from "node:child_process";
import type { WorkRequestError } from "../../domain/output-data.ts";
import type { RuntimeStatistics } from "../../domain/runtime-statistics.ts";
import { availableDiskSpace, availableMemory, cpuCount } from "../measure/machine.ts";
import type { Account, Meter } from "../measure/meter.ts";
import { notMeasured } from "../measure/statistics.ts";
import { ActiveRun } from "./active-run.ts";
import { findCommand, startError } from "./find-command.ts";
import { launch } from "./launch.ts";
import type { EndedRun, RunHandle, RunSpec } from "./run-spec.ts";

/** What a worker has, as the statistics show it. */
type Surroundings = Pick<RuntimeStatistics, "available_memory" | "available_disk_space" | "cpu_count">;

/**
 * Runs one command, measured and limited. A command that cannot be started is an outcome
 * (`start_failed`), not an exception. The run is over when `ended` resolves, and then nothing of it is left.
 */
export function startRun(spec: RunSpec, meter: Meter): RunHandle {
  const command = findCommand(spec.argv[0], spec);
  if ("error" in command) return neverStarted(meter, spec, command.error);
  const account = tryOpen(meter);
  if ("error" in account) return neverStarted(meter, spec, account.error);
  const run = new ActiveRun({ spec, meter, account, path: command.path });
  const child = tryLaunch(spec, account);
  if ("error" in child) {
    run.abandon();
    return neverStarted(meter, spec, child.error);
  }
  // spawn returns once the process has been made and its program loaded: making it is our time, not the command's
  const followed = run.follow(child, performance.now());
  // after the launch: the command is still being loaded, and this does not delay it
  const surroundings = lookAround(spec);
  return {
    pid: child.pid,
    figures: () => run.figures(),
    abort: (by, graceMs) => {
      run.end({ kind: "aborted", by }, graceMs);
    },
    ended: followed.then((end) => ({ ...end, runtime_statistics: { ...end.runtime_statistics, ...surroundings } })),
  };
}

function tryOpen(meter: Meter): Account | { error: WorkRequestError } {
  try {
    return meter.open();
  } catch (error) {
    return { error: startError("measuring-failed", `no cgroup for the run: ${messageOf(error)}`, {}) };
  }
}

function tryLaunch(spec: RunSpec, account: Account): ChildProcess | { error: WorkRequestError } {
  try {
    return launch(spec, account);
  } catch (error) {
    // what spawn refuses at once: a zero byte in an argument, arguments that are too long
    return { error: startError("start-failed", messageOf(error), {}) };
  }
}

function neverStarted(meter: Meter, spec: RunSpec, error: WorkRequestError): RunHandle {
  const measurement = notMeasured(meter.method);
  const end: EndedRun = {
    outcome: { kind: "start_failed", errors: [error] },
    runtime_statistics: lookAround(spec),
    measurement,
  };
  return { pid: undefined, figures: () => measurement, abort: () => undefined, ended: Promise.resolve(end) };
}

function lookAround(spec: RunSpec): Surroundings {
  const disk = availableDiskSpace(spec.watchDirectory ?? spec.cwd);
  return {
    available_memory: availableMemory(),
    cpu_count: (cores ??= cpuCount()),
    ...(disk === undefined ? {} : { available_disk_space: disk }),
  };
}

/** Asked once: it costs more than all else here, and changes only with the machine. */
let cores: number | undefined;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
