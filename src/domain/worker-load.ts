import type { Run } from "./run.ts";
import type { Capacity } from "./worker.ts";

/** What the runs of a worker hold of one resource, and use of it: bytes, bytes, cores. */
export type HeldPart = { reserved: number; used: number };

/** What a worker has now. What a run has not told of yet is not counted as used. */
export type WorkerLoad = { runs: number } & Record<keyof Capacity, HeldPart>;

/** What a run holds, and uses: now where its curve is at hand, else what it used at most so far. */
export type LoadedRun = Pick<Run, "work_request_id" | "worker_name" | "allocation" | "runtime_statistics"> &
  Partial<Pick<Run, "measurement">>;

/** Adds up the runs that a worker has now. */
export function loadOf(runs: readonly LoadedRun[]): WorkerLoad {
  const part = (resource: keyof Capacity, usedBy: (run: LoadedRun) => number | undefined): HeldPart => ({
    reserved: runs.reduce((sum, run) => sum + run.allocation[resource].amount, 0),
    used: runs.reduce((sum, run) => sum + (usedBy(run) ?? 0), 0),
  });
  return {
    runs: runs.length,
    memory: part("memory", memoryNow),
    disk_space: part("disk_space", (run) => nowOf(run, "disk_space")),
    cpu_count: part("cpu_count", coresNow),
  };
}

/** Bytes of memory that a run uses: now, or at most so far; undefined: it has not told. */
export function memoryNow(run: LoadedRun): number | undefined {
  return nowOf(run, "memory");
}

function nowOf(run: LoadedRun, resource: "memory" | "disk_space"): number | undefined {
  return run.measurement?.curve?.[resource].at(-1) ?? run.runtime_statistics[resource];
}

/** Cores in use: now, or on average so far. */
function coresNow({ measurement, runtime_statistics }: LoadedRun): number | undefined {
  const now = measurement?.curve?.cpu_millicores.at(-1);
  if (now !== undefined) return now / 1000;
  const { cpu_time, duration } = runtime_statistics;
  return cpu_time === undefined || duration === undefined || duration <= 0 ? undefined : cpu_time / duration;
}
