import { fullRoom } from "../shares.ts";
import type { ShareHolder } from "../shares.ts";
import { LaneTree, type Opening } from "./lane-tree.ts";
import type { RequestTable } from "./request-table.ts";

/**
 * The lanes that the same kinds of workers may take, that count against the same shares, and that are held back for a
 * probe or not: what one search can leave out as a whole.
 */
export type Shelf = {
  readonly key: string;
  /** The kinds of workers that may take its lanes. */
  readonly kinds: ReadonlySet<number>;
  readonly holders: readonly ShareHolder[];
  readonly isHeld: boolean;
  readonly tree: LaneTree;
};

export function newShelf(
  key: string,
  kinds: ReadonlySet<number>,
  holders: readonly ShareHolder[],
  isHeld: boolean,
  table: RequestTable,
): Shelf {
  return { key, kinds, holders, isHeld, tree: new LaneTree(table) };
}

/** The part of an opening that the shares of a shelf's owners leave. */
export function withinShares(shelf: Shelf, opening: Opening): Opening {
  let { memory, disk_space, cpu_count } = opening;
  for (const holder of shelf.holders) {
    const room = fullRoom(holder);
    memory = Math.min(memory, room.memory);
    disk_space = Math.min(disk_space, room.disk_space);
    cpu_count = Math.min(cpu_count, room.cpu_count);
  }
  return { memory, disk_space, cpu_count, seconds: opening.seconds };
}
