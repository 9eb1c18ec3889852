import type { WorkerName } from "../../domain/ids.ts";
import type { Capacity } from "../../domain/worker.ts";
import type { Needs } from "../fit.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { Probe } from "../probes.ts";
import type { ShareHolder } from "../shares.ts";
import { holds } from "../room.ts";
import { LaneQueue } from "./lane-queue.ts";
import { durationClass, laneKey, zOrder, type Lane } from "./lane.ts";
import type { RequestRow, RequestTable } from "./request-table.ts";
import { Shelf } from "./shelf.ts";

/** More empty lanes than this, and than a half of all, are forgotten. */
const EMPTY_LANES = 256;

/** What a request is put into a lane by. */
export type Pending = {
  needs: Needs;
  row: RequestRow;
  holders: readonly ShareHolder[];
  probe: Probe | undefined;
  avoid?: readonly WorkerName[] | undefined;
};

/** The waiting requests in their lanes, and the lanes on their shelves. */
export class Lanes {
  readonly #table: RequestTable;
  readonly #fleet: Fleet;
  readonly #lanes: (Lane | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #byKey = new Map<string, Lane>();
  readonly #byProbe = new Map<Probe, Set<Lane>>();
  readonly #shelves = new Map<string, Shelf>();
  readonly #avoiding = new Set<Lane>();
  #empty = 0;

  constructor(table: RequestTable, fleet: Fleet) {
    this.#table = table;
    this.#fleet = fleet;
  }

  shelves(): Iterable<Shelf> {
    return this.#shelves.values();
  }

  get shelfCount(): number {
    return this.#shelves.size;
  }

  all(): Iterable<Lane> {
    return this.#byKey.values();
  }

  get count(): number {
    return this.#byKey.size;
  }

  laneOf(row: number): Lane {
    return this.#lanes[this.#table.laneOf(row)]!; // a row stands in a lane as long as it exists
  }

  /** Puts a request in. Gives its lane when it is the first in it, for then it may find room. */
  add(pending: Pending): Lane | undefined {
    const lane = this.#laneFor(pending);
    const isFirst = lane.queue.length === 0;
    lane.queue.add(this.#table.add(pending.row, lane.index));
    if (isFirst) {
      this.#empty -= 1;
      this.#shelve(lane);
      return lane;
    }
    if (lane.queue.head === this.#table.rowOf(pending.row.id)) this.#headChanged(lane);
    return undefined;
  }

  /** Takes a request out. */
  remove(row: number): Lane {
    const lane = this.laneOf(row);
    const isHead = lane.queue.head === row;
    lane.queue.remove(row);
    this.#table.remove(row);
    if (lane.queue.length === 0) this.#emptied(lane);
    else if (isHead) this.#headChanged(lane);
    return lane;
  }

  /** Puts the lanes of a probe on other shelves when it is held, or not any more. */
  turn(probe: Probe): Lane[] {
    const lanes = [...(this.#byProbe.get(probe) ?? [])].filter((lane) => lane.queue.length > 0);
    for (const lane of lanes) this.#shelve(lane);
    return lanes;
  }

  /** Looks whether lanes that avoid workers still may: gives those that have to take what they avoided. */
  refreshAvoiding(): Lane[] {
    return [...this.#avoiding].filter((lane) => {
      const kept = lane.keepsOff;
      lane.keepsOff = this.#hasOthers(lane);
      return kept && !lane.keepsOff;
    });
  }

  /** True when a worker that is online, and not one of those to be avoided, could take the lane's requests. */
  #hasOthers({ task_name, tags, needs, avoid }: Lane): boolean {
    const kinds = this.#fleet.kindsFor(task_name, tags);
    for (const { worker, kind } of this.#fleet.slots()) {
      const isAble = worker.state === "online" && kinds.has(kind) && holds(worker.capacity, needs);
      if (isAble && !avoid.includes(worker.worker_name)) return true;
    }
    return false;
  }

  /** Puts every lane where it belongs after the fleet has changed; gives those that stand elsewhere now. */
  shelveAll(): Lane[] {
    const moved: Lane[] = [];
    for (const lane of this.#byKey.values()) {
      const before = lane.shelf;
      if (lane.queue.length > 0) this.#shelve(lane);
      if (lane.shelf !== before) moved.push(lane);
    }
    return moved;
  }

  /** Forgets lanes without requests, where there are many; true when it has done so. */
  sweep(): boolean {
    if (this.#empty < EMPTY_LANES || this.#empty < this.#byKey.size / 2) return false;
    for (const lane of this.#byKey.values()) if (lane.queue.length === 0) this.#forget(lane);
    for (const shelf of this.#shelves.values()) if (shelf.tree.count === 0) this.#shelves.delete(shelf.key);
    this.#empty = 0;
    return true;
  }

  #laneFor({ needs, row, holders, probe, avoid = [] }: Pending): Lane {
    const seconds = durationClass(row.p95);
    const key = laneKey(needs, seconds, holders, probe?.key ?? "", avoid);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const { memory, disk_space, cpu_count, tags } = needs.allocation;
    const amounts: Capacity = {
      memory: memory.amount,
      disk_space: disk_space.amount,
      cpu_count: cpu_count.amount,
    };
    const lane: Lane = {
      index: this.#free.pop() ?? this.#lanes.length,
      key,
      task_name: needs.task_name,
      tags,
      needs: amounts,
      seconds,
      holders,
      probe,
      avoid,
      keepsOff: false,
      order: zOrder(amounts, seconds),
      queue: new LaneQueue(this.#table),
      shelf: undefined,
      leaf: -1,
    };
    this.#lanes[lane.index] = lane;
    this.#byKey.set(key, lane);
    this.#empty += 1;
    if (probe !== undefined) this.#lanesOf(probe).add(lane);
    if (avoid.length > 0) this.#avoiding.add(lane);
    return lane;
  }

  #lanesOf(probe: Probe): Set<Lane> {
    const lanes = this.#byProbe.get(probe) ?? new Set();
    this.#byProbe.set(probe, lanes);
    return lanes;
  }

  #headChanged(lane: Lane): void {
    lane.shelf?.tree.update(lane);
  }

  /** An empty lane keeps its place: the like of it comes again. */
  #emptied(lane: Lane): void {
    this.#empty += 1;
    this.#headChanged(lane);
  }

  #forget(lane: Lane): void {
    this.#unshelve(lane);
    this.#byKey.delete(lane.key);
    this.#avoiding.delete(lane);
    this.#lanes[lane.index] = undefined;
    this.#free.push(lane.index);
    if (lane.probe === undefined) return;
    const lanes = this.#lanesOf(lane.probe);
    lanes.delete(lane);
    if (lanes.size === 0) this.#byProbe.delete(lane.probe);
  }

  /** Brings a lane with requests to the shelf where it belongs; to none while no worker could hold it. */
  #shelve(lane: Lane): void {
    const kinds = this.#fleet.kindsFor(lane.task_name, lane.tags);
    const shelf = this.#fleet.couldHold(kinds, lane.needs) ? this.#shelfFor(lane, kinds) : undefined;
    if (shelf !== undefined && shelf === lane.shelf) return shelf.tree.update(lane);
    this.#unshelve(lane);
    lane.shelf = shelf;
    shelf?.tree.add(lane);
  }

  #unshelve(lane: Lane): void {
    lane.shelf?.tree.remove(lane);
    lane.shelf = undefined;
  }

  #shelfFor(lane: Lane, kinds: ReadonlySet<number>): Shelf {
    const isHeld = lane.probe?.isHeld ?? false;
    const owners = lane.holders.map((holder) => holder.key).join(",");
    const key = `${[...kinds].join(",")}\n${owners}\n${isHeld}`;
    const known = this.#shelves.get(key);
    if (known !== undefined) return known;
    const shelf = new Shelf({ key, kinds, holders: lane.holders, isHeld }, this.#table);
    this.#shelves.set(key, shelf);
    return shelf;
  }
}
