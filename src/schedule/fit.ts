import type { Allocation, Resource } from "../domain/allocation.ts";
import type { Candidate } from "../domain/run.ts";
import { matchesWildcard } from "../domain/wildcard.ts";
import type { Capacity, TaskFilter, Worker } from "../domain/worker.ts";

/** The resources that a worker has so much of; time is not one of them. */
export const ROOM_RESOURCES = ["memory", "disk_space", "cpu_count"] as const satisfies readonly Resource[];

/** A worker as planning sees it. */
export type PlanWorker = Pick<Worker, "worker_name" | "state" | "capacity" | "tags" | "tasks"> & {
  /** What its runs have reserved, in all. */
  reserved: Capacity;
  /** How many runs it has. */
  run_count: number;
  /**
   * What its runs may have in all, when the machine has less free than its capacity says because of
   * other programs; absent where that is not known.
   */
  usable?: Partial<Capacity>;
};

/** What planning needs to know of a request to compare it with a worker. */
export type Needs = { task_name: string; allocation: Allocation };

/** What speaks against a worker however free it is: the first such thing; undefined where it could take the work, now or later. */
export function obstacleFor(
  needs: Needs,
  worker: Pick<PlanWorker, "worker_name" | "capacity" | "tags" | "tasks">,
): Candidate | undefined {
  const { worker_name } = worker;
  if (!mayRun(worker.tasks, needs.task_name)) return { worker_name, verdict: "not_allowed" };
  const missing = needs.allocation.tags.find((tag) => !worker.tags.includes(tag));
  if (missing !== undefined) return { worker_name, verdict: "lacks_tag", tag: missing };
  for (const resource of ROOM_RESOURCES) {
    const needed = needs.allocation[resource].amount;
    const available = worker.capacity[resource];
    if (needed > available) return { worker_name, verdict: "too_small", resource, available, needed };
  }
  return undefined;
}

/** How a worker stands to a request: `fits`, or the first thing that speaks against it. */
export function candidateFor(needs: Needs, worker: PlanWorker): Candidate {
  const { worker_name } = worker;
  const obstacle = obstacleFor(needs, worker);
  if (obstacle !== undefined) return obstacle;
  if (worker.state === "offline") return { worker_name, verdict: "offline" };
  if (worker.state === "draining") return { worker_name, verdict: "draining" };
  for (const resource of ROOM_RESOURCES) {
    const needed = needs.allocation[resource].amount;
    const available = roomOf(worker, resource);
    if (needed > available) return { worker_name, verdict: "no_room", resource, available, needed };
  }
  return { worker_name, verdict: "fits" };
}

/** What is left of a worker for further runs. An idle worker always has its whole capacity, so that nothing waits for ever. */
export function roomOf(worker: PlanWorker, resource: keyof Capacity): number {
  if (worker.run_count === 0) return worker.capacity[resource];
  const total = Math.min(worker.capacity[resource], worker.usable?.[resource] ?? Number.POSITIVE_INFINITY);
  // sums of tenths of cores come out even
  return Math.max(0, Math.round((total - worker.reserved[resource]) * 1e6) / 1e6);
}

/** True when the allow and deny lists let a worker run tasks of this name. */
export function mayRun(filter: TaskFilter, taskName: string): boolean {
  const matches = (pattern: string) => matchesWildcard(pattern, taskName);
  return (filter.allow.length === 0 || filter.allow.some(matches)) && !filter.deny.some(matches);
}
