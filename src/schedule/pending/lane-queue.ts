import { Heap } from "../heap.ts";
import type { RequestTable } from "./request-table.ts";

/** The requests of one lane, as rows of the table, in the order of service. */
export class LaneQueue {
  readonly #table: RequestTable;
  readonly #heap: Heap<number>;

  constructor(table: RequestTable) {
    this.#table = table;
    this.#heap = new Heap(
      (a, b) => table.isBefore(a, b),
      (row, position) => {
        table.setPosition(row, position);
      },
    );
  }

  get length(): number {
    return this.#heap.length;
  }

  /** The best-ranked row, or -1. */
  get head(): number {
    return this.#heap.first ?? -1;
  }

  add(row: number): void {
    this.#heap.add(row);
  }

  /** Takes out a row of this lane. */
  remove(row: number): void {
    this.#heap.remove(this.#table.positionOf(row));
  }
}
