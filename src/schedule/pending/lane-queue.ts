import type { RequestTable } from "./request-table.ts";

/*
 * A binary heap of rows, the best-ranked first. Indexes are within the heap wherever it is read: `!`.
 */

/** The requests of one lane in the order of service. Adding and removing take logarithmic time. */
export class LaneQueue {
  readonly #table: RequestTable;
  readonly #heap: number[] = [];

  constructor(table: RequestTable) {
    this.#table = table;
  }

  get length(): number {
    return this.#heap.length;
  }

  /** The best-ranked row, or -1. */
  get head(): number {
    return this.#heap[0] ?? -1;
  }

  rows(): readonly number[] {
    return this.#heap;
  }

  add(row: number): void {
    this.#heap.push(row);
    this.#rise(this.#heap.length - 1, row);
  }

  /** Takes out a row of this lane. */
  remove(row: number): void {
    const position = this.#table.positionOf(row);
    const last = this.#heap.pop()!;
    if (last === row) return;
    if (position > 0 && this.#table.isBefore(last, this.#heap[(position - 1) >> 1]!)) this.#rise(position, last);
    else this.#sink(position, last);
  }

  #rise(from: number, row: number): void {
    let position = from;
    // ends at the root at the latest
    while (position > 0) {
      const parent = (position - 1) >> 1;
      if (!this.#table.isBefore(row, this.#heap[parent]!)) break;
      this.#put(position, this.#heap[parent]!);
      position = parent;
    }
    this.#put(position, row);
  }

  #sink(from: number, row: number): void {
    let position = from;
    // ends at a leaf at the latest
    for (;;) {
      let child = 2 * position + 1;
      if (child >= this.#heap.length) break;
      if (child + 1 < this.#heap.length && this.#table.isBefore(this.#heap[child + 1]!, this.#heap[child]!)) child += 1;
      if (!this.#table.isBefore(this.#heap[child]!, row)) break;
      this.#put(position, this.#heap[child]!);
      position = child;
    }
    this.#put(position, row);
  }

  #put(position: number, row: number): void {
    this.#heap[position] = row;
    this.#table.setPosition(row, position);
  }
}
