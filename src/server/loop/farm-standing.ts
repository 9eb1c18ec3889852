import { DAY_MS, timestamp } from "../../domain/clock.ts";
import type { FarmStanding, WaitingStanding, WaitingStatus } from "../../domain/farm-standing.ts";
import type { Capacity, WorkerStanding, WorkerState } from "../../domain/worker.ts";
import type { LoopContext } from "./context.ts";
import { weekOfWaste } from "./week-of-waste.ts";
import { workerStandings, type WorkerStandings } from "./worker-standings.ts";

/** Of each status; who was submitted first tells best for what the others wait as well. */
const LOOKED_AT_WAITING = 1_000;
const MINUTE_MS = 60_000;

/** How the farm stands now; with workers that are being read already, where they are. */
export async function farmStanding(
  context: LoopContext,
  fleet: Promise<WorkerStandings> = workerStandings(context),
): Promise<FarmStanding> {
  const { read } = context.store;
  const since = timestamp(Math.floor((context.clock.nowMs() - DAY_MS) / MINUTE_MS) * MINUTE_MS);
  const [{ now, workers, runs }, counts, failed, pending, blocked, week] = await Promise.all([
    fleet,
    read.countByStatus(),
    read.failuresSince(since),
    waitingStanding(context, "pending"),
    waitingStanding(context, "blocked"),
    weekOfWaste(context),
  ]);
  return {
    now,
    counts,
    waiting: { pending, blocked },
    failed: { ...failed, since },
    workers: countStates(workers),
    runs,
    held: heldOf(workers.filter(({ state }) => state !== "offline")),
    week,
  };
}

async function waitingStanding({ store: { read } }: LoopContext, status: WaitingStatus): Promise<WaitingStanding> {
  const [longest, groups] = await Promise.all([read.waitsLongest(status), read.waitingFor(status, LOOKED_AT_WAITING)]);
  return { longest: longest ?? null, groups, looked: groups.reduce((sum, { count }) => sum + count, 0) };
}

function countStates(workers: readonly WorkerStanding[]): FarmStanding["workers"] {
  const count = (state: WorkerState) => workers.filter((worker) => worker.state === state).length;
  return { online: count("online"), draining: count("draining"), offline: count("offline") };
}

function heldOf(workers: readonly WorkerStanding[]): FarmStanding["held"] {
  const sum = (of: (worker: WorkerStanding) => number) => workers.reduce((total, worker) => total + of(worker), 0);
  const part = (resource: keyof Capacity) => ({
    capacity: sum(({ capacity }) => capacity[resource]),
    reserved: sum(({ load }) => load[resource].reserved),
    used: sum(({ load }) => load[resource].used),
  });
  return { memory: part("memory"), disk_space: part("disk_space"), cpu_count: part("cpu_count") };
}
