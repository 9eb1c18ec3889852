import { Heap } from "./heap.ts";

/** What is to happen, soonest first; of what happens at the same time, what was put in first. */
export class EventQueue<Event> {
  readonly #heap = new Heap<{ atMs: number; order: number; event: Event }>(
    (a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order),
  );
  #order = 0;

  get length(): number {
    return this.#heap.length;
  }

  /** When the next is due; infinity if there is none. */
  get nextMs(): number {
    return this.#heap.first?.atMs ?? Infinity;
  }

  put(atMs: number, event: Event): void {
    this.#heap.add({ atMs, order: this.#order++, event });
  }

  /** Takes the next out; undefined if there is none. */
  take(): { atMs: number; event: Event } | undefined {
    return this.#heap.remove();
  }
}
