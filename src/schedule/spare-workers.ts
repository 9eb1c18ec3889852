import { SPARE_ROOM_SHARE, SPARE_TIME_SHARE } from "../domain/waste.ts";
import type { Capacity, Worker } from "../domain/worker.ts";
import { mayRun, ROOM_RESOURCES } from "./fit.ts";
import { reservedMoments, type Held, type Moment } from "./reserved-moments.ts";

/** A run that held something, and what it needed of its worker. */
export type HeldRun = Held & { task_name: string; tags: readonly string[] };

/** A worker that could stay or go. */
export type StayingWorker = Pick<Worker, "worker_name" | "capacity" | "tags" | "tasks">;

/** Which workers could go, and how well what was reserved fits the others; see `SpareWorkers` of `domain/waste.ts`. */
type Spare = { spare: Worker["worker_name"][]; fits: number | null; busyMs: number };

/** Sets of workers that are looked at apart: with more kinds of work than this, their rarest combinations are not. */
const MOST_SETS = 32;

/** Sums of tenths of cores do not come out even. */
const NEARLY = 1e-6;

/**
 * The workers that could all go. One goes, the smallest first, as long as
 * - each run that would find a worker today finds one of the others, by task, tags and size; and
 * - in `SPARE_TIME_SHARE` of the time in which anything was reserved, all that only some workers could hold fits those
 *   of them that stay, of memory, disk and cores, with `SPARE_ROOM_SHARE` of them left free; so for each kind of work, and
 *   for kinds together.
 * No further one could go: with fewer workers there is less room. Bounded by the number of runs times 32, and by that of
 * workers times 1,024 times 32.
 */
export function spareWorkers(runs: readonly HeldRun[], workers: readonly StayingWorker[]): Spare {
  const kinds = kindsOf(runs, workers);
  const sets = unions(
    new Set(workers.keys()),
    [...kinds.values()].map(({ able }) => able),
  );
  const placesOf = new Map(
    [...kinds].map(([name, { able }]) => [name, sets.flatMap((set, at) => (isWithin(able, set) ? [at] : []))]),
  );
  const moments = reservedMoments(runs, (run) => placesOf.get(kindName(run)) ?? [], sets.length);
  const busyMs = sum(moments.map((moment) => moment.busyMs));
  const fleet = new Fleet(workers, [...kinds.values()], sets, moments);
  if (busyMs > 0) {
    for (const at of smallestFirst(workers)) fleet.letGo(at, busyMs * (1 - SPARE_TIME_SHARE));
  }
  const spare = [...fleet.gone].map((at) => workers[at]!.worker_name); // places of workers
  return { spare, fits: spare.length === 0 ? null : 1 - fleet.unfitMs / busyMs, busyMs };
}

/** Work that the same workers may take: their places, and the largest that it asked for and one of them could give. */
type Kind = { able: ReadonlySet<number>; largest: Capacity[] };

const kindName = ({ task_name, tags }: HeldRun) => JSON.stringify([task_name, [...tags].sort()]);

/** What runs on none of today's workers is held to be able to run on any: it was reserved somewhere. */
function kindsOf(runs: readonly HeldRun[], workers: readonly StayingWorker[]): Map<string, Kind> {
  const kinds = new Map<string, Kind>();
  for (const [name, ofKind] of Map.groupBy(runs, kindName)) {
    const { task_name, tags } = ofKind[0]!; // a group has one at least
    const able = workers.flatMap((worker, at) =>
      mayRun(worker.tasks, task_name) && tags.every((tag) => worker.tags.includes(tag)) ? [at] : [],
    );
    const takers = new Set(able.length === 0 ? workers.keys() : able);
    const rooms = largestOf([...takers].map((at) => workers[at]!.capacity)); // places of workers
    const taken = ofKind.filter(({ amounts }) => rooms.some((room) => isRoomFor(amounts, room)));
    kinds.set(name, { able: takers, largest: largestOf(taken.map(({ amounts }) => amounts)) });
  }
  return kinds;
}

/** Those that no other is at least as large as in everything: what fits them fits all. */
function largestOf(amounts: readonly Capacity[]): Capacity[] {
  const largest: Capacity[] = [];
  for (const one of amounts.toSorted((a, b) => b.memory - a.memory)) {
    if (!largest.some((other) => isRoomFor(one, other))) largest.push(one);
  }
  return largest;
}

function isRoomFor(needed: Capacity, room: Capacity): boolean {
  return ROOM_RESOURCES.every((resource) => needed[resource] <= room[resource]);
}

/** The whole, and all sets that the given ones make together; at most `MOST_SETS`. */
function unions(whole: ReadonlySet<number>, sets: readonly ReadonlySet<number>[]): ReadonlySet<number>[] {
  const named = (set: ReadonlySet<number>) => [...set].sort((a, b) => a - b).join(",");
  const given = new Map([whole, ...sets].map((set) => [named(set), set]));
  const found = new Map([...given].slice(0, MOST_SETS));
  for (const one of found.values()) {
    for (const other of given.values()) {
      if (found.size >= MOST_SETS) return [...found.values()];
      const both = one.union(other);
      found.set(named(both), both);
    }
  }
  return [...found.values()];
}

function isWithin(able: ReadonlySet<number>, set: ReadonlySet<number>): boolean {
  return able.size <= set.size && able.isSubsetOf(set);
}

function smallestFirst(workers: readonly StayingWorker[]): number[] {
  const all = Object.fromEntries(
    ROOM_RESOURCES.map((resource) => [resource, sum(workers.map(({ capacity }) => capacity[resource])) || 1]),
  ) as Capacity; // one of each
  const shareOf = ({ capacity }: StayingWorker) =>
    sum(ROOM_RESOURCES.map((resource) => capacity[resource] / all[resource]));
  const shares = workers.map(shareOf);
  return [...workers.keys()].sort((a, b) => shares[a]! - shares[b]! || a - b); // places of workers
}

/** The workers that stay: what room each set has left, and what of the time does not fit any more. */
class Fleet {
  readonly gone = new Set<number>();
  readonly #workers: readonly StayingWorker[];
  readonly #sets: readonly ReadonlySet<number>[];
  readonly #moments: readonly Moment[];
  /** Of each of what asks most, the workers that stay and could take it. */
  readonly #hosts: Set<number>[];
  /** Of each set, how much of each of `ROOM_RESOURCES` those of its workers that stay have in all. */
  readonly #capacity: number[][];
  readonly #isUnfit: boolean[];
  #unfitMs = 0;

  constructor(
    workers: readonly StayingWorker[],
    kinds: readonly Kind[],
    sets: readonly ReadonlySet<number>[],
    moments: readonly Moment[],
  ) {
    this.#workers = workers;
    this.#sets = sets;
    this.#moments = moments;
    this.#hosts = kinds.flatMap(
      ({ able, largest }) =>
        largest.map((needed) => new Set([...able].filter((at) => isRoomFor(needed, workers[at]!.capacity)))), // as above
    );
    this.#capacity = sets.map(
      (set) => ROOM_RESOURCES.map((resource) => sum([...set].map((at) => workers[at]!.capacity[resource]))), // as above
    );
    this.#isUnfit = moments.map(() => false);
  }

  /** Takes a worker away where that leaves no more than so much of the time that does not fit. */
  letGo(at: number, mostUnfitMs: number): void {
    if (this.gone.size + 1 >= this.#workers.length) return;
    if (this.#hosts.some((hosts) => hosts.size === 1 && hosts.has(at))) return;
    const { capacity } = this.#workers[at]!; // as above
    const places = this.#sets.flatMap((set, place) => (set.has(at) ? [place] : []));
    const left = places.map(
      (place) => ROOM_RESOURCES.map((resource, index) => this.#capacity[place]![index]! - capacity[resource]), // as many
    );
    const unfit = this.#unfitBy(places, left, mostUnfitMs - this.#unfitMs);
    if (unfit === undefined) return;
    this.gone.add(at);
    for (const [index, place] of places.entries()) this.#capacity[place] = left[index]!; // as many
    for (const index of unfit) this.#isUnfit[index] = true;
    this.#unfitMs += this.#msOf(unfit);
    for (const hosts of this.#hosts) hosts.delete(at);
  }

  /** How much of the busy time does not fit those that stay. */
  get unfitMs(): number {
    return this.#unfitMs;
  }

  /** The moments that fitted and would not any more; undefined: longer than may be. */
  #unfitBy(places: readonly number[], left: readonly number[][], mostMs: number): number[] | undefined {
    const unfit: number[] = [];
    let ms = 0;
    for (const [index, { loads, busyMs }] of this.#moments.entries()) {
      if (this.#isUnfit[index] === true || !isOver(loads, places, left)) continue;
      ms += busyMs;
      if (ms > mostMs) return undefined;
      unfit.push(index);
    }
    return unfit;
  }

  #msOf(moments: readonly number[]): number {
    return sum(moments.map((index) => this.#moments[index]!.busyMs)); // places of moments
  }
}

/** Whether more was reserved than the sets at these places have left. Asked a million times: no more than loops. */
function isOver(loads: Float64Array, places: readonly number[], left: readonly number[][]): boolean {
  for (let at = 0; at < places.length; at++) {
    const [first, amounts] = [places[at]! * ROOM_RESOURCES.length, left[at]!]; // as many of both
    for (let resource = 0; resource < ROOM_RESOURCES.length; resource++) {
      if (loads[first + resource]! > amounts[resource]! * (1 - SPARE_ROOM_SHARE) + NEARLY) return true; // one for each
    }
  }
  return false;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
