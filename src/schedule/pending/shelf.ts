import { fullRoom, type ShareHolder } from "../shares.ts";
import { LaneTree, WIDE_OPEN, type Opening } from "./lane-tree.ts";
import type { RequestTable } from "./request-table.ts";

/**
 * The lanes that the same kinds of workers may take, that count against the same shares, and that are held back for a
 * probe or not: what one search can leave out as a whole.
 */
export class Shelf {
  readonly key: string;
  /** The kinds of workers that may take its lanes. */
  readonly kinds: ReadonlySet<number>;
  readonly holders: readonly ShareHolder[];
  readonly isHeld: boolean;
  readonly tree: LaneTree;
  readonly #table: RequestTable;
  #best = -1;
  #bestVersion = -1;

  constructor(group: Pick<Shelf, "key" | "kinds" | "holders" | "isHeld">, table: RequestTable) {
    this.key = group.key;
    this.kinds = group.kinds;
    this.holders = group.holders;
    this.isHeld = group.isHeld;
    this.tree = new LaneTree(table);
    this.#table = table;
  }

  /** The best-ranked row that its owners' shares allow now, parked or not; -1 if there is none. */
  get best(): number {
    let { version } = this.tree;
    for (const holder of this.holders) version += holder.version; // each only counts up, so the sum tells changes
    if (version !== this.#bestVersion) {
      this.#bestVersion = version;
      this.#best = this.tree.bestOfAll(this.withinShares(WIDE_OPEN), -1, new Set());
    }
    return this.#best;
  }

  /** False when nothing on it can rank before the row: no search of it is needed. */
  mayRankBefore(row: number): boolean {
    const { best } = this;
    return best >= 0 && (row < 0 || this.#table.isBefore(best, row));
  }

  /** The part of an opening that the shares of its owners leave. */
  withinShares(opening: Opening): Opening {
    if (this.holders.length === 0) return opening;
    let { memory, disk_space, cpu_count } = opening;
    for (const holder of this.holders) {
      const room = fullRoom(holder);
      memory = Math.min(memory, room.memory);
      disk_space = Math.min(disk_space, room.disk_space);
      cpu_count = Math.min(cpu_count, room.cpu_count);
    }
    return { memory, disk_space, cpu_count, seconds: opening.seconds };
  }
}
