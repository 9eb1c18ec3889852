import type { Capacity } from "../../domain/worker.ts";
import { insertRun, type RunSlot, type WorkerSlot } from "../fleet/worker-slot.ts";
import type { Lane } from "../pending/lane.ts";
import type { RequestRow } from "../pending/request-table.ts";
import { WIDE_OPEN } from "../pending/lane-tree.ts";
import { withinShares } from "../pending/shelf.ts";
import { addTo, holds } from "../room.ts";
import { charge } from "../shares.ts";
import { chooseWorker, type Choice } from "./choose.ts";
import { bestByNews, bestRanked } from "./openings.ts";
import type { PlanningState } from "./state.ts";

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
  const placed: Placed[] = [];
  const parked: Lane[] = [];
  for (const isHeld of [false, true]) {
    // ends: each pass places a request or parks a lane
    for (let row = bestByNews(state, isHeld, nowMs); row >= 0; row = bestByNews(state, isHeld, nowMs)) {
      const lane = state.lanes.laneOf(row);
      const one = tryPlace(state, row, lane, nowMs);
      if (one === undefined) {
        park(state, lane);
        parked.push(lane);
      } else placed.push(one);
    }
  }
  for (const lane of parked) if (lane.shelf !== undefined) lane.shelf.tree.update(lane);
  state.news.slots.clear();
  state.news.lanes.clear();
  state.news.holders.clear();
  return placed;
}

function park(state: PlanningState, lane: Lane): void {
  lane.shelf?.tree.park(lane);
  state.news.lanes.delete(lane);
}

function tryPlace(state: PlanningState, row: number, lane: Lane, nowMs: number): Placed | undefined {
  const { shelf } = lane;
  if (shelf === undefined || !holds(withinShares(shelf, WIDE_OPEN), lane.needs)) return undefined;
  let choice = chooseWorker(state, row, lane, nowMs);
  if (choice === undefined) return undefined;
  if (reserveAhead(state, row, shelf.isHeld, nowMs)) choice = chooseWorker(state, row, lane, nowMs);
  return choice === undefined ? undefined : place(state, row, lane, choice, nowMs);
}

/** Reserves workers for those that rank before the row and found no room; true when that has changed anything. */
function reserveAhead(state: PlanningState, row: number, isHeld: boolean, nowMs: number): boolean {
  const { reservations, policy, news } = state;
  if (policy.reservations === 0) return false;
  const ahead = bestRanked(state, policy.reservations, isHeld ? -1 : row);
  if (ahead.length === 0) return false;
  const touched = reservations.ensure(ahead, nowMs);
  for (const slot of touched) news.slots.add(slot);
  return touched.size > 0;
}

function place(state: PlanningState, row: number, lane: Lane, choice: Choice, nowMs: number): Placed {
  const { reservations, news } = state;
  const { slot } = choice;
  const freed = reservations.release(row);
  if (freed !== undefined) news.slots.add(freed);
  const run = newRun(state.table.request(row), lane, slot, nowMs);
  const holder = slot.reservation;
  const isAhead = holder !== undefined && !reservations.isOutranked(holder, row);
  reservations.runPlaced(row, run);
  state.lanes.remove(row);
  if (lane.probe !== undefined) state.probes.countWaiting(lane.probe, -1);
  startRun(state, run);
  turnProbes(state, nowMs);
  return { ...choice, lane, run, aheadOf: isAhead ? holder.id : undefined };
}

/** Lanes whose key is held from now on, or not any more, stand elsewhere. */
export function turnProbes(state: PlanningState, nowMs: number): void {
  for (const probe of state.probes.refresh(nowMs)) {
    for (const lane of state.lanes.turn(probe)) state.news.lanes.add(lane);
  }
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
    for (const holder of run.holders) addTo(holder.used, room, factor);
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
  charge(run.holders, run.amounts, -1);
  if (run.probe !== undefined) state.probes.countRun(run.probe, -1);
  state.reservations.runEnded(slot);
  state.news.slots.add(slot);
  for (const holder of run.holders) state.news.holders.add(holder);
}
