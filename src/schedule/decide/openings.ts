import type { WorkerSlot } from "../fleet/worker-slot.ts";
import type { Opening } from "../pending/lane-tree.ts";
import { WIDE_OPEN } from "../pending/lane-tree.ts";
import { withinShares, type Shelf } from "../pending/shelf.ts";
import { greater, lesser, noRoom } from "../room.ts";
import type { PlanningState } from "./state.ts";

/** With more news than this, one search over the most room of any worker replaces a search for each. */
const SEARCHED_ONE_BY_ONE = 8;

/**
 * The best-ranked waiting request that may find room because of the news, or -1. Exact where little has changed;
 * else it may name one that fits nowhere after all, which the caller then parks.
 */
export function bestByNews(state: PlanningState, isHeld: boolean, nowMs: number): number {
  const { news } = state;
  const isMuch = news.slots.size > SEARCHED_ONE_BY_ONE || news.lanes.size > SEARCHED_ONE_BY_ONE;
  let best = -1;
  for (const shelf of state.lanes.shelves()) {
    if (shelf.isHeld !== isHeld) continue;
    if (isMuch) best = bestInMost(state, shelf, best);
    else best = bestOnShelf(state, shelf, best, nowMs);
  }
  return isMuch ? best : bestOfLanes(state, isHeld, best);
}

/** The up to `count` best-ranked waiting requests of different lanes that rank before a row; all of them with -1. */
export function bestRanked(state: PlanningState, count: number, before: number): number[] {
  const rows: number[] = [];
  const lanes = new Set<number>();
  // ends: each round finds another lane, or none
  while (rows.length < count) {
    let best = before;
    for (const shelf of state.lanes.shelves()) {
      if (!shelf.isHeld) best = shelf.tree.bestOfAll(withinShares(shelf, WIDE_OPEN), best, lanes);
    }
    if (best === before) break;
    rows.push(best);
    lanes.add(state.table.laneOf(best));
  }
  return rows;
}

function bestInMost(state: PlanningState, shelf: Shelf, than: number): number {
  const most = state.news.lanes.size > SEARCHED_ONE_BY_ONE ? state.fleet.rooms.most() : mostOfNews(state);
  return shelf.tree.best(withinShares(shelf, { ...most, seconds: Infinity }), than);
}

function mostOfNews({ news, fleet }: PlanningState): ReturnType<typeof noRoom> {
  if (news.lanes.size > 0 || news.holders.size > 0) return fleet.rooms.most();
  let most = noRoom();
  for (const slot of news.slots) most = greater(most, slot.room);
  return most;
}

function bestOnShelf(state: PlanningState, shelf: Shelf, than: number, nowMs: number): number {
  let best = than;
  for (const slot of state.news.slots) {
    if (shelf.kinds.has(slot.kind)) best = bestForWorker(state, slot, shelf, best, nowMs);
  }
  if (shelf.holders.some((holder) => state.news.holders.has(holder))) {
    best = shelf.tree.best(withinShares(shelf, { ...state.fleet.rooms.most(), seconds: Infinity }), best);
  }
  return best;
}

/** A reserved worker has room for those that outrank its holder, for the holder, and for what is over before or goes on beside. */
function bestForWorker(state: PlanningState, slot: WorkerSlot, shelf: Shelf, than: number, nowMs: number): number {
  const { reservation, room } = slot;
  const whole: Opening = withinShares(shelf, { ...room, seconds: Infinity });
  if (reservation === undefined) return shelf.tree.best(whole, than);
  if (!shelf.isHeld) {
    const found = shelf.tree.best(whole, than);
    if (found === than || found === reservation.row) return found;
    if (state.reservations.isOutranked(reservation, found)) return found;
  }
  const seconds = reservation.isStrict ? -1 : (reservation.startMs - nowMs) / 1000 / slot.slowness;
  const best = shelf.tree.best({ ...whole, seconds }, than);
  return shelf.tree.best({ ...lesser(whole, reservation.beside), seconds: Infinity }, best);
}

function bestOfLanes(state: PlanningState, isHeld: boolean, than: number): number {
  let best = than;
  for (const { queue, shelf } of state.news.lanes) {
    const row = queue.head;
    if (row < 0 || shelf?.isHeld !== isHeld) continue;
    if (best < 0 || state.table.isBefore(row, best)) best = row;
  }
  return best;
}
