/*
 * Positions are within the heap wherever it is read: `!`.
 */

/** A binary heap: adding, and taking the first or any other out, take logarithmic time. */
export class Heap<Item> {
  readonly #items: Item[] = [];
  readonly #isBefore: (a: Item, b: Item) => boolean;
  readonly #moved: ((item: Item, position: number) => void) | undefined;

  /** @param moved is told where each item stands now, for those that are to be taken out by their position */
  constructor(isBefore: (a: Item, b: Item) => boolean, moved?: (item: Item, position: number) => void) {
    this.#isBefore = isBefore;
    this.#moved = moved;
  }

  get length(): number {
    return this.#items.length;
  }

  get first(): Item | undefined {
    return this.#items[0];
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#rise(this.#items.length - 1, item);
  }

  /** Takes out what stands at the position; the first unless given. */
  remove(position = 0): Item | undefined {
    const item = this.#items[position];
    const last = this.#items.pop();
    if (item === undefined || last === undefined || position === this.#items.length) return item;
    if (position > 0 && this.#isBefore(last, this.#items[(position - 1) >> 1]!)) this.#rise(position, last);
    else this.#sink(position, last);
    return item;
  }

  clear(): void {
    this.#items.length = 0;
  }

  #rise(from: number, item: Item): void {
    let position = from;
    // ends at the root at the latest
    while (position > 0) {
      const parent = (position - 1) >> 1;
      if (!this.#isBefore(item, this.#items[parent]!)) break;
      this.#put(position, this.#items[parent]!);
      position = parent;
    }
    this.#put(position, item);
  }

  #sink(from: number, item: Item): void {
    const items = this.#items;
    let position = from;
    // ends at a leaf at the latest
    for (;;) {
      let child = 2 * position + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#isBefore(items[child + 1]!, items[child]!)) child += 1;
      if (!this.#isBefore(items[child]!, item)) break;
      this.#put(position, items[child]!);
      position = child;
    }
    this.#put(position, item);
  }

  #put(position: number, item: Item): void {
    this.#items[position] = item;
    this.#moved?.(item, position);
  }
}
