import type { WorkerSlot } from "../fleet/worker-slot.ts";
import { WIDE_OPEN, type Opening } from "../pending/lane-tree.ts";
import type { Shelf } from "../pending/shelf.ts";
import { lesser } from "../room.ts";
import type { PlanningState } from "./state.ts";

/** With more news than this, the whole fleet is searched at once, instead of each piece of news for itself. */
const SEARCHED_ONE_BY_ONE = 8;

/** True when so much has changed that looking at each change for itself does not pay. */
export function isMuchNews({ news }: PlanningState): boolean {
  return news.slots.size > SEARCHED_ONE_BY_ONE || news.lanes.size > SEARCHED_ONE_BY_ONE;
}

/**
 * The best-ranked waiting request that may find room because of the news, or -1; exact but for what the kinds of workers and
 * reservations elsewhere forbid, which the caller finds out.
 */
export function bestByNews(state: PlanningState, isHeld: boolean, nowMs: number): number {
  let best = bestOfLanes(state, isHeld, -1);
  for (const shelf of state.lanes.shelves()) {
    if (shelf.isHeld === isHeld && shelf.mayRankBefore(best)) best = bestOnShelf(state, shelf, best, nowMs);
  }
  return best;
}

/** The best-ranked request of a shelf for which some worker may have room, and which ranks before the row `than`. */
export function bestAnywhere({ fleet }: PlanningState, shelf: Shelf, than: number): number {
  return shelf.tree.bestInRooms(fleet.rooms, shelf.withinShares(WIDE_OPEN), than);
}

/** The up to `count` best-ranked waiting requests of different lanes that rank before a row; all of them with -1. */
export function bestRanked(state: PlanningState, count: number, before: number): number[] {
  const rows: number[] = [];
  const lanes = new Set<number>();
  const shelves = [...state.lanes.shelves()].filter((shelf) => !shelf.isHeld && shelf.mayRankBefore(before));
  // ends: each round finds another lane, or none
  while (rows.length < count) {
    let best = before;
    for (const shelf of shelves) {
      if (!shelf.mayRankBefore(best)) continue;
      const isWhole = !lanes.has(state.table.laneOf(shelf.best));
      best = isWhole ? shelf.best : shelf.tree.bestOfAll(shelf.withinShares(WIDE_OPEN), best, lanes);
    }
    if (best === before) break;
    rows.push(best);
    lanes.add(state.table.laneOf(best));
  }
  return rows;
}

function bestOnShelf(state: PlanningState, shelf: Shelf, than: number, nowMs: number): number {
  let best = than;
  for (const slot of state.news.slots) {
    if (shelf.kinds.has(slot.kind)) best = bestForWorker(state, slot, shelf, best, nowMs);
  }
  const isRelieved = shelf.holders.some((holder) => state.news.holders.has(holder));
  return isRelieved ? bestAnywhere(state, shelf, best) : best;
}

/** A reserved worker has room for those that outrank its holder, for the holder, and for what is over before or goes on beside. */
function bestForWorker(state: PlanningState, slot: WorkerSlot, shelf: Shelf, than: number, nowMs: number): number {
  const { reservation, room } = slot;
  const whole: Opening = shelf.withinShares({ ...room, seconds: Infinity });
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
