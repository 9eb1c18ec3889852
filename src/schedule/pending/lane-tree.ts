import type { Capacity } from "../../domain/worker.ts";
import type { RoomTree } from "../fleet/room-tree.ts";
import type { Lane } from "./lane.ts";
import type { RequestTable } from "./request-table.ts";

/*
 * A complete binary tree in arrays: node n has the children 2n and 2n + 1, leaf i is node size + i. Every
 * node index below is within the arrays: `!`.
 */

/** Room to be filled: amounts, and the seconds (at speed 1) for which there is time. */
export type Opening = Capacity & { seconds: number };

/** No limit in any respect. */
export const WIDE_OPEN: Opening = {
  memory: Infinity,
  disk_space: Infinity,
  cpu_count: Infinity,
  seconds: Infinity,
};

const FIRST_SIZE = 16;

/**
 * Lanes, searchable for the best-ranked request that an opening holds. Each node knows the best-ranked request and
 * the least needs below it, so a search leaves out whole subtrees that rank lower or need too much. Kept in Z-order, so
 * that a subtree holds like needs; new lanes stand at the end until a quarter is new, and then all is ordered again.
 */
export class LaneTree {
  readonly #table: RequestTable;
  #size = FIRST_SIZE;
  #count = 0;
  #used = 0;
  #ordered = 0;
  #lanes: (Lane | undefined)[] = [];
  #memory = infinities(FIRST_SIZE);
  #disk = infinities(FIRST_SIZE);
  #cpu = infinities(FIRST_SIZE);
  #seconds = infinities(FIRST_SIZE);
  /** The best-ranked row below each node, and the best-ranked of the lanes that are not parked; -1 for none. */
  #top = noRows(FIRST_SIZE);
  #open = noRows(FIRST_SIZE);
  readonly #stack: number[] = [];

  constructor(table: RequestTable) {
    this.#table = table;
  }

  /** Counts up with every change of what stands in it. */
  version = 0;

  /** How many lanes stand in it, empty ones too. */
  get count(): number {
    return this.#count;
  }

  add(lane: Lane): void {
    this.#count += 1;
    if (this.#used - this.#ordered > this.#ordered / 4 + FIRST_SIZE || this.#used === this.#size) this.#order();
    lane.leaf = this.#used;
    this.#lanes[this.#used] = lane;
    this.#used += 1;
    this.update(lane);
  }

  remove(lane: Lane): void {
    this.#count -= 1;
    this.#lanes[lane.leaf] = undefined;
    this.version += 1;
    this.#setLeaf(lane.leaf, undefined);
    this.#rise(lane.leaf);
    lane.leaf = -1;
  }

  /** To be called when the head of the lane has changed; it is not parked any more. */
  update(lane: Lane): void {
    this.version += 1;
    this.#setLeaf(lane.leaf, lane);
    this.#rise(lane.leaf);
  }

  /** Leaves the lane out of `best` until `update`; `bestOfAll` still sees it. */
  park(lane: Lane): void {
    this.#open[this.#size + lane.leaf] = -1;
    this.#rise(lane.leaf);
  }

  /** The best-ranked row that the opening holds and that ranks before the row `than`; `than` if there is none. */
  best(opening: Opening, than: number): number {
    return this.#search(this.#open, opening, than, undefined);
  }

  /** As `best`, leaving out what needs more than any single worker has free; what is left may still fit nowhere. */
  bestInRooms(rooms: RoomTree, opening: Opening, than: number): number {
    return this.#search(this.#open, opening, than, undefined, rooms);
  }

  /** As `best`, of all lanes, parked or not, but those excluded. */
  bestOfAll(opening: Opening, than: number, excluded: ReadonlySet<number>): number {
    return this.#search(this.#top, opening, than, excluded);
  }

  #search(
    rows: Int32Array,
    opening: Opening,
    than: number,
    excluded: ReadonlySet<number> | undefined,
    rooms?: RoomTree,
  ): number {
    const stack = this.#stack;
    let best = than;
    let depth = 0;
    stack[depth++] = 1;
    // ends when no subtree is left that could hold a better one
    while (depth > 0) {
      const node = stack[--depth]!;
      const row = rows[node]!;
      if (row < 0 || (best >= 0 && !this.#table.isBefore(row, best)) || !this.#mayHold(node, opening)) continue;
      if (rooms !== undefined && !rooms.holdsAny(this.#memory[node]!, this.#disk[node]!, this.#cpu[node]!)) continue;
      if (node >= this.#size) {
        if (excluded === undefined || !excluded.has(this.#table.laneOf(row))) best = row;
        continue;
      }
      const left = rows[2 * node]!;
      const right = rows[2 * node + 1]!;
      const isLeftFirst = right < 0 || (left >= 0 && this.#table.isBefore(left, right));
      stack[depth++] = isLeftFirst ? 2 * node + 1 : 2 * node;
      stack[depth++] = isLeftFirst ? 2 * node : 2 * node + 1;
    }
    return best;
  }

  #mayHold(node: number, opening: Opening): boolean {
    return (
      this.#memory[node]! <= opening.memory &&
      this.#cpu[node]! <= opening.cpu_count &&
      this.#seconds[node]! <= opening.seconds &&
      this.#disk[node]! <= opening.disk_space
    );
  }

  #setLeaf(leaf: number, lane: Lane | undefined): void {
    const node = this.#size + leaf;
    const head = lane?.queue.head ?? -1;
    const isEmpty = lane === undefined || head < 0;
    this.#memory[node] = isEmpty ? Infinity : lane.needs.memory;
    this.#disk[node] = isEmpty ? Infinity : lane.needs.disk_space;
    this.#cpu[node] = isEmpty ? Infinity : lane.needs.cpu_count;
    this.#seconds[node] = isEmpty ? Infinity : lane.seconds;
    this.#top[node] = head;
    this.#open[node] = head;
  }

  #rise(leaf: number): void {
    // ends at the root
    for (let node = (this.#size + leaf) >> 1; node >= 1; node >>= 1) this.#combine(node);
  }

  #combine(node: number): void {
    const left = 2 * node;
    const right = left + 1;
    this.#memory[node] = Math.min(this.#memory[left]!, this.#memory[right]!);
    this.#disk[node] = Math.min(this.#disk[left]!, this.#disk[right]!);
    this.#cpu[node] = Math.min(this.#cpu[left]!, this.#cpu[right]!);
    this.#seconds[node] = Math.min(this.#seconds[left]!, this.#seconds[right]!);
    this.#top[node] = this.#better(this.#top[left]!, this.#top[right]!);
    this.#open[node] = this.#better(this.#open[left]!, this.#open[right]!);
  }

  #better(a: number, b: number): number {
    if (a < 0 || b < 0) return a < 0 ? b : a;
    return this.#table.isBefore(a, b) ? a : b;
  }

  /** Lays the tree out anew, in Z-order, without the lanes that were taken out. Parked lanes stay parked. */
  #order(): void {
    const parked = new Set<Lane>();
    const lanes = this.#lanes.filter((lane) => lane !== undefined);
    for (const lane of lanes) {
      if (this.#open[this.#size + lane.leaf]! < 0 && lane.queue.head >= 0) parked.add(lane);
    }
    lanes.sort((a, b) => a.order - b.order);
    this.#resize(lanes.length);
    this.#lanes = lanes;
    this.#used = lanes.length;
    this.#ordered = lanes.length;
    for (const [leaf, lane] of lanes.entries()) {
      lane.leaf = leaf;
      this.#setLeaf(leaf, lane);
      if (parked.has(lane)) this.#open[this.#size + leaf] = -1;
    }
    for (let node = this.#size - 1; node >= 1; node -= 1) this.#combine(node);
  }

  #resize(lanes: number): void {
    let size = FIRST_SIZE;
    while (size < lanes * 1.5 + FIRST_SIZE) size *= 2; // ends: it doubles
    this.#size = size;
    this.#memory = infinities(size);
    this.#disk = infinities(size);
    this.#cpu = infinities(size);
    this.#seconds = infinities(size);
    this.#top = noRows(size);
    this.#open = noRows(size);
  }
}

function infinities(size: number): Float64Array {
  return new Float64Array(2 * size).fill(Infinity);
}

function noRows(size: number): Int32Array {
  return new Int32Array(2 * size).fill(-1);
}
