import type { Run } from "./run.ts";
import type { Capacity } from "./worker.ts";

/** What the runs of a worker hold of one resource, and use of it: bytes, bytes, cores. */
export type HeldPart = {
  /** What they were given. */
  reserved: number;
  /** What of it they use. */
  used: number;
};

/** What a worker has now. What a run has not told of yet is not counted as used. */
export type WorkerLoad = { /** How many it has. */ runs: number } & Record<keyof Capacity, HeldPart>;

/** What a run holds and uses of each resource; `used` is null where it has not told. */
export type RunLoad = Pick<Run, "work_request_id" | "worker_name"> &
  Record<keyof Capacity, { reserved: number; used: number | null }>;

/** Adds up the runs that a worker has now. */
export function loadOf(runs: readonly RunLoad[]): WorkerLoad {
  const part = (resource: keyof Capacity): HeldPart => ({
    reserved: runs.reduce((sum, run) => sum + run[resource].reserved, 0),
    used: runs.reduce((sum, run) => sum + (run[resource].used ?? 0), 0),
  });
  return {
    runs: runs.length,
    memory: part("memory"),
    disk_space: part("disk_space"),
    cpu_count: part("cpu_count"),
  };
}

/** What a run that goes on holds, and uses: now where its curve tells, else at most so far, and of cores on average. */
export function runLoad(
  run: Pick<Run, "work_request_id" | "worker_name" | "allocation" | "runtime_statistics" | "measurement">,
): RunLoad {
  const { work_request_id, worker_name, allocation, runtime_statistics: so_far } = run;
  const curve = run.measurement?.curve;
  const cores = curve?.cpu_millicores.at(-1);
  return {
    work_request_id,
    worker_name,
    memory: { reserved: allocation.memory.amount, used: curve?.memory.at(-1) ?? so_far.memory ?? null },
    disk_space: { reserved: allocation.disk_space.amount, used: curve?.disk_space.at(-1) ?? so_far.disk_space ?? null },
    cpu_count: {
      reserved: allocation.cpu_count.amount,
      used: cores === undefined ? averageCores(so_far) : cores / 1000,
    },
  };
}

/** Cores that a run used on average; null: it has not told. */
export function averageCores({ cpu_time, duration }: Run["runtime_statistics"]): number | null {
  return cpu_time === undefined || duration === undefined || duration <= 0 ? null : cpu_time / duration;
}
