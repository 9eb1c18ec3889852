import { Heap } from "../heap.ts";
import type { Shelf } from "../pending/shelf.ts";
import { bestAnywhere } from "./openings.ts";
import type { PlanningState } from "./state.ts";

/**
 * Goes through all that waits, best-ranked first, when much has changed at once. While requests are only placed or parked,
 * what was found on a shelf can only get worse, so a shelf is looked at again only when it seems to have the best.
 */
export class Sweep {
  readonly #state: PlanningState;
  readonly #isHeld: boolean;
  /** Shelves, by the best-ranked request that was found on each when it was last looked at. */
  readonly #heap: Heap<{ shelf: Shelf; row: number }>;
  #shelfCount = 0;

  constructor(state: PlanningState, isHeld: boolean) {
    this.#state = state;
    this.#isHeld = isHeld;
    this.#heap = new Heap((a, b) => state.table.isBefore(a.row, b.row));
    this.restart();
  }

  /** Something has got better somewhere: all is looked at anew. */
  restart(): void {
    this.#heap.clear();
    this.#shelfCount = this.#state.lanes.shelfCount;
    for (const shelf of this.#state.lanes.shelves()) if (shelf.isHeld === this.#isHeld) this.#look(shelf);
  }

  /** The best-ranked request for which some worker may have room, or -1. */
  next(): number {
    if (this.#shelfCount !== this.#state.lanes.shelfCount) this.restart();
    // ends: a shelf that is looked at again has the best, or falls behind, or has nothing more
    for (let first = this.#heap.first; first !== undefined; first = this.#heap.first) {
      const row = bestAnywhere(this.#state, first.shelf, -1);
      if (row === first.row) return row;
      this.#heap.remove();
      this.#look(first.shelf);
    }
    return -1;
  }

  #look(shelf: Shelf): void {
    const row = bestAnywhere(this.#state, shelf, -1);
    if (row >= 0) this.#heap.add({ shelf, row });
  }
}
