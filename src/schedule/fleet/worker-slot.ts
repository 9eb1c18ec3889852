import type { WorkRequestId } from "../../domain/ids.ts";
import type { Capacity } from "../../domain/worker.ts";
import type { PlanWorker } from "../fit.ts";
import { lesser, less } from "../room.ts";
import type { Probe } from "../probes.ts";
import type { Reservation } from "../reservation.ts";
import type { ShareHolder } from "../shares.ts";

/** What planning is told of a worker. */
export type FleetWorker = Omit<PlanWorker, "reserved" | "run_count"> & {
  /** How long work takes there, relative to an ordinary worker: 0.5 is twice as fast. 1 where it is not known. */
  slowness?: number;
};

/** A run that goes on, as planning sees it. */
export type RunSlot = {
  readonly id: WorkRequestId;
  readonly slot: WorkerSlot;
  /** What it has of the worker: what it was given, and what its worker gave it since. */
  amounts: Capacity;
  readonly startedMs: number;
  /** When it should have ended at the latest, as predicted; and when it is ended at all events. */
  readonly expectedEndMs: number;
  readonly limitEndMs: number;
  readonly holders: readonly ShareHolder[];
  readonly probe: Probe | undefined;
  /** On a reserved worker: it may go on beyond the reserved start, beside what was reserved. */
  isBeside: boolean;
};

/** A worker and what it has to do. */
export type WorkerSlot = {
  readonly index: number;
  worker: FleetWorker;
  /** Workers with the same tags and task filter are of one kind. */
  kind: number;
  slowness: number;
  /** How powerful it is: its share of the largest of each resource, summed. */
  power: number;
  /** What can be given now; nothing while it takes no runs. */
  room: Capacity;
  reserved: Capacity;
  runCount: number;
  /** Soonest expected end first. Runs of which nothing but their amounts is known are counted, but not here. */
  readonly runs: RunSlot[];
  reservation: Reservation | undefined;
};

/** The worker as explanations read it. */
export function planWorkerOf(slot: WorkerSlot): PlanWorker {
  return { ...slot.worker, reserved: slot.reserved, run_count: slot.runCount };
}

/** What all runs together may have while there are any: an idle worker has its whole capacity. */
export function usableCapacity({ worker }: WorkerSlot): Capacity {
  return worker.usable === undefined ? worker.capacity : lesser(worker.capacity, worker.usable);
}

const CLOSED: Capacity = { memory: -1, disk_space: -1, cpu_count: -1 };

/** What can be given now. */
export function roomNow(slot: WorkerSlot): Capacity {
  if (slot.worker.state !== "online") return CLOSED;
  return slot.runCount === 0 ? slot.worker.capacity : less(usableCapacity(slot), slot.reserved);
}

/** Puts a run in its place by expected end. */
export function insertRun(slot: WorkerSlot, run: RunSlot): void {
  const { runs } = slot;
  let position = runs.length;
  // ends at the front at the latest; the runs of one worker are few
  while (position > 0 && runs[position - 1]!.expectedEndMs > run.expectedEndMs) position -= 1;
  runs.splice(position, 0, run);
}

/** An overdue run is expected to need this much more, as a share of what it has taken; at least the time below. */
const OVERDUE_SHARE = 0.25;
const OVERDUE_LEAST_MS = 1_000;

/** When a run should end, seen from now; for one that is overdue, a guess that grows with it, at most its limit. */
export function endSeenFrom(run: RunSlot, nowMs: number): number {
  if (run.expectedEndMs > nowMs) return run.expectedEndMs;
  const more = Math.max(OVERDUE_LEAST_MS, OVERDUE_SHARE * (nowMs - run.startedMs));
  return Math.max(nowMs + OVERDUE_LEAST_MS, Math.min(nowMs + more, run.limitEndMs));
}
