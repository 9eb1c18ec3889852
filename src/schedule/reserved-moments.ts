import type { Capacity } from "../domain/worker.ts";
import { ROOM_RESOURCES } from "./fit.ts";

/** What a run held of its worker, and from when to when, milliseconds. */
export type Held = { amounts: Capacity; fromMs: number; untilMs: number };

/** How much was reserved over a while: for each set of workers, of each of `ROOM_RESOURCES`, what only these could hold. */
export type Moment = { busyMs: number; loads: Float64Array };

/** More moments than this are put together, each with the most that was reserved in it: never less than there was. */
const MOST_MOMENTS = 1024;

/**
 * How much was reserved while anything was, oldest first. `setsOf` gives the places of the sets that a run counts for,
 * of `setCount` in all. Exact up to `MOST_MOMENTS` changes, and above that never too little.
 */
export function reservedMoments<Run extends Held>(
  runs: readonly Run[],
  setsOf: (run: Run) => readonly number[],
  setCount: number,
): Moment[] {
  const changes = runs.flatMap((run) => [
    { atMs: run.fromMs, sign: 1, run },
    { atMs: run.untilMs, sign: -1, run },
  ]);
  changes.sort((a, b) => a.atMs - b.atMs);
  const together = Math.ceil(changes.length / MOST_MOMENTS);
  const now = new Float64Array(setCount * ROOM_RESOURCES.length);
  const moments: Moment[] = [];
  let moment: Moment = { busyMs: 0, loads: now.slice() };
  let going = 0;
  for (const [index, { sign, run }] of changes.entries()) {
    for (const set of setsOf(run)) {
      for (const [place, resource] of ROOM_RESOURCES.entries()) {
        now[set * ROOM_RESOURCES.length + place]! += sign * run.amounts[resource]; // as many as there are sets
      }
    }
    going += sign;
    const untilMs = changes[index + 1]?.atMs ?? changes[index]!.atMs; // just read
    const ms = untilMs - changes[index]!.atMs; // as above
    if (ms > 0 && going > 0) moment = { busyMs: moment.busyMs + ms, loads: most(moment.loads, now) };
    if ((index + 1) % together === 0 || index === changes.length - 1) {
      if (moment.busyMs > 0) moments.push(moment);
      moment = { busyMs: 0, loads: new Float64Array(now.length) };
    }
  }
  return moments;
}

function most(one: Float64Array, other: Float64Array): Float64Array {
  return one.map((value, place) => Math.max(value, other[place]!)); // both are as long
}
