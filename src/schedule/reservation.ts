import type { Capacity } from "../domain/worker.ts";
import type { Fleet } from "./fleet/fleet.ts";
import { endSeenFrom, usableCapacity, type RunSlot, type WorkerSlot } from "./fleet/worker-slot.ts";
import { isAvoided, type Lane } from "./pending/lane.ts";
import type { Lanes } from "./pending/lanes.ts";
import type { RequestTable } from "./pending/request-table.ts";
import type { PlanPolicy } from "./policy.ts";
import { addTo, holds, less } from "./room.ts";

/**
 * A worker kept for a request at the head that fits nowhere now (after EASY backfilling: Lifka, "The ANL/IBM SP
 * Scheduling System", 1995). Others that rank lower get room there only if they end before the start, or leave
 * beside it what the holder needs. A start that is missed makes it *strict*: then only what fits beside may run.
 */
export type Reservation = {
  /** The row and the number of the request that holds it. */
  readonly row: number;
  readonly id: number;
  readonly lane: Lane;
  slot: WorkerSlot;
  /** When the holder should start, milliseconds. */
  startMs: number;
  isStrict: boolean;
  /** How often it moved after a missed start. */
  moves: number;
  /** What may go on beside the holder. */
  beside: Capacity;
  /** The worker's runs have changed since the start was worked out; by one that ranks before the holder. */
  isStale: boolean;
  isDisplaced: boolean;
};

/** Where and when a request could start. */
type Start = { slot: WorkerSlot; startMs: number };

/** The workers that are kept for requests at the head; at most one request for each worker. */
export class Reservations {
  readonly #policy: PlanPolicy;
  readonly #table: RequestTable;
  readonly #fleet: Fleet;
  readonly #lanes: Lanes;
  readonly #byRow = new Map<number, Reservation>();

  constructor(policy: PlanPolicy, table: RequestTable, lanes: Lanes, fleet: Fleet) {
    this.#policy = policy;
    this.#table = table;
    this.#lanes = lanes;
    this.#fleet = fleet;
  }

  of(row: number): Reservation | undefined {
    return this.#byRow.get(row);
  }

  /** When a reserved start is missed next, unless it comes true. */
  nextMissMs(): number {
    let next = Infinity;
    for (const { startMs } of this.#byRow.values()) next = Math.min(next, startMs);
    return next;
  }

  /** Gives the reservation of a request up; gives the worker that is free of it. */
  release(row: number): WorkerSlot | undefined {
    const reservation = this.#byRow.get(row);
    if (reservation === undefined) return undefined;
    this.#byRow.delete(row);
    reservation.slot.reservation = undefined;
    return reservation.slot;
  }

  /** Gives up the reservations of the requests in these lanes; gives the workers that are free of them. */
  releaseAll(isMeant: (lane: Lane) => boolean): WorkerSlot[] {
    const meant = [...this.#byRow.values()].filter(({ lane }) => isMeant(lane));
    return meant.map(({ row, slot }) => {
      this.release(row);
      return slot;
    });
  }

  /**
   * Sees to it that each of the rows, which are the best-ranked that wait and stand in this order, has a worker reserved,
   * and nobody else beyond what the policy allows. Gives the workers that are reserved otherwise than before.
   */
  ensure(rows: readonly number[], nowMs: number): Set<WorkerSlot> {
    const touched = new Set<WorkerSlot>();
    for (const row of rows) {
      if (this.#byRow.has(row)) continue;
      const lane = this.#lanes.laneOf(row);
      const start = this.#earliestStart(row, lane, nowMs, false);
      if (start === undefined) continue;
      const replaced = start.slot.reservation;
      if (replaced !== undefined) this.release(replaced.row);
      this.#put({ row, id: this.#table.request(row).id, lane, ...freshAt(start) });
      touched.add(start.slot);
    }
    for (const row of this.#surplus(rows)) touched.add(this.release(row)!); // `surplus` gives rows that have one
    return touched;
  }

  /**
   * Brings the starts up to date with what has ended, and moves reservations whose start was missed. Gives the workers on
   * which others may find more room than before.
   */
  refresh(nowMs: number): Set<WorkerSlot> {
    const loosened = new Set<WorkerSlot>();
    const before = [...this.#byRow.values()]; // those that move come back as new ones
    for (const reservation of before) {
      if (this.#byRow.get(reservation.row) !== reservation) continue; // gave way to another that moved
      if (!this.#isPossible(reservation)) {
        loosened.add(reservation.slot);
        this.release(reservation.row);
      } else if (nowMs >= reservation.startMs) this.#miss(reservation, nowMs, loosened);
      else if (reservation.isStale) {
        const startMs = startOn(reservation.slot, reservation.lane.needs, nowMs, endSeenFrom);
        reservation.startMs = reservation.isDisplaced ? startMs : Math.min(reservation.startMs, startMs);
        classify(reservation, !reservation.isStrict);
        loosened.add(reservation.slot);
      }
    }
    return loosened;
  }

  /** A run has ended on the worker. */
  runEnded(slot: WorkerSlot): void {
    if (slot.reservation !== undefined) slot.reservation.isStale = true;
  }

  /** The request in a row, which still stands in the table, was placed on a worker that may be reserved. */
  runPlaced(row: number, run: RunSlot): void {
    const reservation = run.slot.reservation;
    if (reservation === undefined || reservation.row === row) return;
    if (this.isOutranked(reservation, row)) {
      reservation.isStale = true;
      reservation.isDisplaced = true;
    } else if (reservation.isStrict || run.expectedEndMs > reservation.startMs) {
      run.isBeside = true;
      addTo(reservation.beside, run.amounts, -1);
    }
  }

  /** True when the request in the row ranks before the holder, and is not held back: then the reservation is nothing to it. */
  isOutranked(reservation: Reservation, row: number): boolean {
    return this.#lanes.laneOf(row).probe?.isHeld !== true && this.#table.isBefore(row, reservation.row);
  }

  #miss(reservation: Reservation, nowMs: number, loosened: Set<WorkerSlot>): void {
    const { slot, row, lane, moves } = reservation;
    const isLast = moves >= this.#policy.moves;
    loosened.add(slot);
    this.release(row);
    const start = this.#earliestStart(row, lane, nowMs, isLast);
    if (start === undefined) return;
    const replaced = start.slot.reservation;
    if (replaced !== undefined) this.release(replaced.row);
    // after the last move it stays where it is: there is no start to be missed again
    const startMs = isLast ? Infinity : start.startMs;
    this.#put({ ...reservation, ...start, startMs, isStrict: true, moves: moves + 1, isDisplaced: false });
  }

  #put(reservation: Reservation): void {
    this.#byRow.set(reservation.row, reservation);
    reservation.slot.reservation = reservation;
    classify(reservation, true);
  }

  /** The worker that will have room first, among those that are not kept for somebody who ranks before. */
  #earliestStart(row: number, lane: Lane, nowMs: number, isByLimits: boolean): Start | undefined {
    const end = isByLimits ? (run: RunSlot) => Math.max(run.limitEndMs, nowMs) : endSeenFrom;
    const kinds = this.#fleet.kindsFor(lane.task_name, lane.tags);
    let best: Start | undefined;
    for (const slot of this.#fleet.slots()) {
      if (slot.worker.state !== "online" || !kinds.has(slot.kind) || !holds(slot.worker.capacity, lane.needs)) continue;
      if (isAvoided(lane, slot.worker.worker_name)) continue;
      const holder = slot.reservation;
      if (holder !== undefined && this.#table.isBefore(holder.row, row)) continue;
      const startMs = startOn(slot, lane.needs, nowMs, end, best?.startMs);
      const isBetter =
        best === undefined || startMs < best.startMs || (startMs === best.startMs && slot.power < best.slot.power);
      if (isBetter && startMs < Infinity) best = { slot, startMs };
    }
    return best;
  }

  #isPossible({ slot, lane }: Reservation): boolean {
    const kinds = this.#fleet.kindsFor(lane.task_name, lane.tags);
    const isThere = this.#fleet.slot(slot.worker.worker_name) === slot && slot.worker.state === "online";
    return (
      isThere &&
      !isAvoided(lane, slot.worker.worker_name) &&
      kinds.has(slot.kind) &&
      holds(slot.worker.capacity, lane.needs)
    );
  }

  /** The worst-ranked reservations that are too many. */
  #surplus(rows: readonly number[]): number[] {
    const surplus = this.#byRow.size - this.#policy.reservations;
    if (surplus <= 0) return [];
    const wanted = new Set(rows);
    const others = [...this.#byRow.keys()].filter((row) => !wanted.has(row));
    others.sort((a, b) => (this.#table.isBefore(a, b) ? 1 : -1));
    return others.slice(0, surplus);
  }
}

function freshAt(start: Start): Omit<Reservation, "row" | "id" | "lane"> {
  const beside = { memory: 0, disk_space: 0, cpu_count: 0 };
  return { ...start, isStrict: false, moves: 0, beside, isStale: false, isDisplaced: false };
}

/**
 * Works out what may go on beside the holder: what is left of the worker without the holder's needs, and without the runs
 * that go on beyond the start. Those are told anew, or (`isAnew` false) stay who they are: of a strict reservation
 * all runs that were there when it became so end before the holder starts, whenever that is.
 */
function classify(reservation: Reservation, isAnew: boolean): void {
  const { slot, startMs, lane } = reservation;
  reservation.isStale = false;
  reservation.isDisplaced = false;
  reservation.beside = less(usableCapacity(slot), lane.needs);
  for (const run of slot.runs) {
    if (isAnew) run.isBeside = !reservation.isStrict && run.expectedEndMs > startMs;
    if (run.isBeside) addTo(reservation.beside, run.amounts, -1);
  }
}

/**
 * When the worker will have the amounts free: its runs end one after the other, and nothing new starts. Infinity when
 * that is not known, or not before `giveUpMs`.
 */
function startOn(
  slot: WorkerSlot,
  needs: Capacity,
  nowMs: number,
  end: (run: RunSlot, nowMs: number) => number,
  giveUpMs = Infinity,
): number {
  if (holds(slot.room, needs)) return nowMs;
  const room = { ...slot.room };
  let startMs = nowMs;
  let left = slot.runCount;
  for (const run of slot.runs) {
    startMs = Math.max(startMs, end(run, nowMs));
    if (startMs > giveUpMs) return Infinity;
    addTo(room, run.amounts, 1);
    left -= 1;
    if (left === 0 || holds(room, needs)) return startMs;
  }
  return Infinity;
}
