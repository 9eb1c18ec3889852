import type { WorkerSlot } from "../fleet/worker-slot.ts";
import { isAvoided, type Lane } from "../pending/lane.ts";
import { holds } from "../room.ts";
import type { PlanningState } from "./state.ts";

/** The worker for a request, and between how many it was chosen. */
export type Choice = {
  slot: WorkerSlot;
  /** How many workers could have taken it. */
  fitting: number;
  /** The next best of those, best first. */
  others: WorkerSlot[];
};

/** How many of the workers that could have taken it are named beside the chosen one. */
const OTHERS_NAMED = 19;

/**
 * Chooses among the workers with room: hungry tasks go to powerful workers and light ones keep off them, because every
 * worker is counted by its power, and among equals the tightest fit wins; work that takes long goes where it ends soonest.
 * Undefined when no worker may take the request now.
 */
export function chooseWorker(state: PlanningState, row: number, lane: Lane, nowMs: number): Choice | undefined {
  const { fleet } = state;
  const kinds = fleet.kindsFor(lane.task_name, lane.tags);
  const others: { slot: WorkerSlot; cost: number }[] = [];
  let fitting = 0;
  fleet.rooms.forEachHolding(lane.needs, (index) => {
    const slot = fleet.at(index);
    if (!kinds.has(slot.kind) || isAvoided(lane, slot.worker.worker_name) || !isFree(state, slot, row, lane, nowMs))
      return;
    fitting += 1;
    keepBest(others, { slot, cost: costOf(state, slot, lane) });
  });
  const best = others.shift();
  return best === undefined ? undefined : { slot: best.slot, fitting, others: others.map(({ slot }) => slot) };
}

/** True when the worker is not reserved against the request: by nobody, by one that it outranks, or it does no harm. */
export function isFree(state: PlanningState, slot: WorkerSlot, row: number, lane: Lane, nowMs: number): boolean {
  const { reservation } = slot;
  if (reservation === undefined || reservation.row === row) return true;
  if (state.reservations.isOutranked(reservation, row)) return true;
  const isOverBefore = !reservation.isStrict && nowMs + lane.seconds * slot.slowness * 1000 <= reservation.startMs;
  return isOverBefore || holds(reservation.beside, lane.needs);
}

/** An hour until the end weighs as much as a worker's whole share of the largest memory, disk or cores. */
const SECONDS_PER_POWER = 3600;

/**
 * What the placement costs: the power of the worker and what it leaves over there, each as parts of the largest worker's, and
 * the time until its end. So fast workers are for work that takes long, where they save much.
 */
function costOf(state: PlanningState, slot: WorkerSlot, lane: Lane): number {
  const { largest } = state.fleet;
  const left =
    (slot.room.memory - lane.needs.memory) / largest.memory +
    (slot.room.disk_space - lane.needs.disk_space) / largest.disk_space +
    (slot.room.cpu_count - lane.needs.cpu_count) / largest.cpu_count;
  return slot.power + left + (lane.seconds * slot.slowness) / SECONDS_PER_POWER;
}

/** Puts a candidate in its place by cost, then by name; only so many are kept. */
function keepBest(best: { slot: WorkerSlot; cost: number }[], candidate: { slot: WorkerSlot; cost: number }): void {
  let position = best.length;
  // ends at the front at the latest
  while (position > 0 && isCheaper(candidate, best[position - 1]!)) position -= 1;
  if (position > OTHERS_NAMED) return;
  best.splice(position, 0, candidate);
  if (best.length > OTHERS_NAMED + 1) best.pop();
}

function isCheaper(a: { slot: WorkerSlot; cost: number }, b: { slot: WorkerSlot; cost: number }): boolean {
  return a.cost === b.cost ? a.slot.worker.worker_name < b.slot.worker.worker_name : a.cost < b.cost;
}
