/*
 * A binary heap; indexes are within it wherever it is read: `!`.
 */

/** What is to happen, soonest first; of what happens at the same time, what was put in first. */
export class EventQueue<Event> {
  readonly #heap: { atMs: number; order: number; event: Event }[] = [];
  #order = 0;

  get length(): number {
    return this.#heap.length;
  }

  /** When the next is due; infinity if there is none. */
  get nextMs(): number {
    return this.#heap[0]?.atMs ?? Infinity;
  }

  put(atMs: number, event: Event): void {
    const entry = { atMs, order: this.#order++, event };
    let position = this.#heap.length;
    this.#heap.push(entry);
    // ends at the root at the latest
    while (position > 0) {
      const parent = (position - 1) >> 1;
      if (!isBefore(entry, this.#heap[parent]!)) break;
      this.#heap[position] = this.#heap[parent]!;
      position = parent;
    }
    this.#heap[position] = entry;
  }

  /** Takes the next out; undefined if there is none. */
  take(): { atMs: number; event: Event } | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    let position = 0;
    // ends at a leaf at the latest
    for (;;) {
      let child = 2 * position + 1;
      if (child >= this.#heap.length) break;
      if (child + 1 < this.#heap.length && isBefore(this.#heap[child + 1]!, this.#heap[child]!)) child += 1;
      if (!isBefore(this.#heap[child]!, last)) break;
      this.#heap[position] = this.#heap[child]!;
      position = child;
    }
    this.#heap[position] = last;
    return first;
  }
}

function isBefore(a: { atMs: number; order: number }, b: { atMs: number; order: number }): boolean {
  return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs;
}
