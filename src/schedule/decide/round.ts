import type { Capacity } from "../../domain/worker.ts";
import { insertRun, type RunSlot, type WorkerSlot } from "../fleet/worker-slot.ts";
import type { Lane } from "../pending/lane.ts";
import type { RequestRow } from "../pending/request-table.ts";
import { WIDE_OPEN } from "../pending/lane-tree.ts";
import { addTo, holds } from "../room.ts";
import { charge, fullRoom } from "../shares.ts";
import { chooseWorker, type Choice } from "./choose.ts";
import { bestByNews, bestRanked, isMuchNews } from "./openings.ts";
import type { PlanningState } from "./state.ts";
import { Sweep } from "./sweep.ts";

/** One request that got a worker. */
export type Placed = Choice & {
  lane: Lane;
  run: RunSlot;
  /** The request for which the worker is reserved, ahead of which this one runs. */
  aheadOf: number | undefined;
};

/**
 * Places what can be placed: again and again the best-ranked request that finds room, on the worker that suits it best.
 * Requests that are held back for a probe get what is left then. Afterwards nothing that waits would find room.
 */
export function placeAll(state: PlanningState, nowMs: number): Placed[] {
  const round = new Round(state, nowMs);
  round.place(false);
  round.place(true);
  round.unpark();
  state.news.slots.clear();
  state.news.lanes.clear();
  state.news.holders.clear();
  return round.placed;
}

/** One decision. Lanes whose head found no room are parked until it is over, or until something has got better. */
class Round {
  readonly #state: PlanningState;
  readonly #nowMs: number;
  readonly #parked = new Set<Lane>();
  readonly placed: Placed[] = [];
  #sweep: Sweep | undefined;

  constructor(state: PlanningState, nowMs: number) {
    this.#state = state;
    this.#nowMs = nowMs;
  }

  /** Places what is held back, or what is not. */
  place(isHeld: boolean): void {
    this.#sweep = undefined;
    // ends: each pass places a request or parks a lane, and lanes come back only when a reservation was made
    for (let row = this.#next(isHeld); row >= 0; row = this.#next(isHeld)) {
      const lane = this.#state.lanes.laneOf(row);
      const one = this.#tryPlace(row, lane);
      if (one === undefined) this.#park(lane);
      else this.placed.push(one);
    }
  }

  unpark(): void {
    for (const lane of this.#parked) if (lane.shelf !== undefined) lane.shelf.tree.update(lane);
    this.#parked.clear();
  }

  #next(isHeld: boolean): number {
    if (this.#sweep === undefined && isMuchNews(this.#state)) this.#sweep = new Sweep(this.#state, isHeld);
    return this.#sweep?.next() ?? bestByNews(this.#state, isHeld, this.#nowMs);
  }

  #park(lane: Lane): void {
    lane.shelf?.tree.park(lane);
    this.#parked.add(lane);
    this.#state.news.lanes.delete(lane);
  }

  #tryPlace(row: number, lane: Lane): Placed | undefined {
    const state = this.#state;
    const { shelf } = lane;
    if (shelf === undefined || !holds(shelf.withinShares(WIDE_OPEN), lane.needs)) return undefined;
    let choice = chooseWorker(state, row, lane, this.#nowMs);
    if (choice === undefined) return undefined;
    if (this.#reserveAhead(row, shelf.isHeld)) choice = chooseWorker(state, row, lane, this.#nowMs);
    return choice === undefined ? undefined : this.#place(row, lane, choice);
  }

  /** Reserves workers for those that rank before the row and found no room; true when that has changed anything. */
  #reserveAhead(row: number, isHeld: boolean): boolean {
    const { reservations, policy, news } = this.#state;
    if (policy.reservations === 0) return false;
    const ahead = bestRanked(this.#state, policy.reservations, isHeld ? -1 : row);
    if (ahead.length === 0) return false;
    const touched = reservations.ensure(ahead, this.#nowMs);
    for (const slot of touched) news.slots.add(slot);
    if (touched.size > 0) this.#loosened();
    return touched.size > 0;
  }

  #place(row: number, lane: Lane, choice: Choice): Placed {
    const state = this.#state;
    const { slot } = choice;
    const freed = state.reservations.release(row);
    const run = newRun(state.table.request(row), lane, slot, this.#nowMs);
    const holder = slot.reservation;
    const isAhead = holder !== undefined && !state.reservations.isOutranked(holder, row);
    state.reservations.runPlaced(row, run);
    state.lanes.remove(row);
    if (lane.probe !== undefined) state.probes.countWaiting(lane.probe, -1);
    startRun(state, run);
    if (freed !== undefined) state.news.slots.add(freed);
    if (turnProbes(state, this.#nowMs) || freed !== undefined) this.#loosened();
    return { ...choice, lane, run, aheadOf: isAhead ? holder.id : undefined };
  }

  /** A worker that was kept for another may have room now for what was parked. */
  #loosened(): void {
    this.unpark();
    this.#sweep?.restart();
  }
}

/**
 * Lanes whose key is held from now on, or not any more, stand elsewhere. What is held back does not keep others from a
 * worker: true when that has freed one.
 */
export function turnProbes(state: PlanningState, nowMs: number): boolean {
  let isFreed = false;
  for (const probe of state.probes.refresh(nowMs)) {
    for (const lane of state.lanes.turn(probe)) state.news.lanes.add(lane);
    if (!probe.isHeld) continue;
    for (const slot of state.reservations.releaseAll((lane) => lane.probe === probe)) {
      state.news.slots.add(slot);
      isFreed = true;
    }
  }
  return isFreed;
}

function newRun(request: RequestRow, lane: Lane, slot: WorkerSlot, nowMs: number): RunSlot {
  const limitEndMs = nowMs + request.limit * 1000;
  return {
    id: request.id as RunSlot["id"], // it was one when the row was made of it
    slot,
    amounts: lane.needs,
    startedMs: nowMs,
    expectedEndMs: Math.min(limitEndMs, nowMs + request.p95 * slot.slowness * 1000),
    limitEndMs,
    holders: lane.holders,
    probe: lane.probe,
    isBeside: false,
  };
}

/** Takes a run into the account of its worker, its owners and its probe. */
export function startRun(state: PlanningState, run: RunSlot): void {
  const { slot } = run;
  state.runs.set(run.id, run);
  insertRun(slot, run);
  addTo(slot.reserved, run.amounts, 1);
  slot.runCount += 1;
  state.fleet.refreshRoom(slot);
  charge(run.holders, run.amounts, 1);
  if (run.probe !== undefined) state.probes.countRun(run.probe, 1);
}

/** A run has other amounts from now on. */
export function changeRun(state: PlanningState, run: RunSlot, amounts: Capacity): void {
  for (const [room, factor] of [
    [run.amounts, -1],
    [amounts, 1],
  ] as const) {
    addTo(run.slot.reserved, room, factor);
    for (const holder of run.holders) {
      addTo(holder.used, room, factor);
      holder.version += 1;
    }
  }
  run.amounts = amounts;
  state.fleet.refreshRoom(run.slot);
  state.reservations.runEnded(run.slot);
  state.news.slots.add(run.slot);
}

/** Takes a run out of all accounts; what it had is news. */
export function endRun(state: PlanningState, run: RunSlot): void {
  const { slot } = run;
  state.runs.delete(run.id);
  slot.runs.splice(slot.runs.indexOf(run), 1);
  addTo(slot.reserved, run.amounts, -1);
  slot.runCount -= 1;
  state.fleet.refreshRoom(slot);
  // an owner that had no need of more is not news
  for (const holder of run.holders) if (!holds(fullRoom(holder), state.fleet.largest)) state.news.holders.add(holder);
  charge(run.holders, run.amounts, -1);
  if (run.probe !== undefined) state.probes.countRun(run.probe, -1);
  state.reservations.runEnded(slot);
  state.news.slots.add(slot);
}
