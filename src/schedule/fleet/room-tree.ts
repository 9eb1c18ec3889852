import type { Capacity } from "../../domain/worker.ts";

/*
 * A complete binary tree in arrays, as in `pending/lane-tree.ts`; node indexes are within the arrays: `!`.
 */

const FIRST_SIZE = 16;

/** The free room of workers by their index, searchable for those that hold given amounts. */
export class RoomTree {
  #size = FIRST_SIZE;
  #memory = closed(FIRST_SIZE);
  #disk = closed(FIRST_SIZE);
  #cpu = closed(FIRST_SIZE);
  readonly #stack: number[] = [];

  set(index: number, room: Capacity): void {
    if (index >= this.#size) this.#grow(index);
    const leaf = this.#size + index;
    this.#memory[leaf] = room.memory;
    this.#disk[leaf] = room.disk_space;
    this.#cpu[leaf] = room.cpu_count;
    // ends at the root
    for (let node = leaf >> 1; node >= 1; node >>= 1) this.#combine(node);
  }

  /** The most room of any worker, each resource for itself. */
  most(): Capacity {
    return { memory: this.#memory[1]!, disk_space: this.#disk[1]!, cpu_count: this.#cpu[1]! };
  }

  /** Calls back with the index of each worker that has the amounts free, in the order of the indexes. */
  forEachHolding(amounts: Capacity, visit: (index: number) => void): void {
    const stack = this.#stack;
    let depth = 0;
    stack[depth++] = 1;
    // ends when no subtree with enough room is left
    while (depth > 0) {
      const node = stack[--depth]!;
      if (
        this.#memory[node]! < amounts.memory ||
        this.#cpu[node]! < amounts.cpu_count ||
        this.#disk[node]! < amounts.disk_space
      ) {
        continue;
      }
      if (node >= this.#size) {
        visit(node - this.#size);
        continue;
      }
      stack[depth++] = 2 * node + 1;
      stack[depth++] = 2 * node;
    }
  }

  /** True when some worker has the amounts free. */
  holdsAny(memory: number, disk: number, cpus: number): boolean {
    const stack = this.#stack;
    let depth = 0;
    stack[depth++] = 1;
    // ends at the first leaf, or when no subtree with enough room is left
    while (depth > 0) {
      const node = stack[--depth]!;
      if (this.#memory[node]! < memory || this.#cpu[node]! < cpus || this.#disk[node]! < disk) continue;
      if (node >= this.#size) return true;
      stack[depth++] = 2 * node + 1;
      stack[depth++] = 2 * node;
    }
    return false;
  }

  #combine(node: number): void {
    const left = 2 * node;
    const right = left + 1;
    this.#memory[node] = Math.max(this.#memory[left]!, this.#memory[right]!);
    this.#disk[node] = Math.max(this.#disk[left]!, this.#disk[right]!);
    this.#cpu[node] = Math.max(this.#cpu[left]!, this.#cpu[right]!);
  }

  #grow(index: number): void {
    const before = { size: this.#size, memory: this.#memory, disk: this.#disk, cpu: this.#cpu };
    while (this.#size <= index) this.#size *= 2; // ends: it doubles
    this.#memory = closed(this.#size);
    this.#disk = closed(this.#size);
    this.#cpu = closed(this.#size);
    this.#memory.set(before.memory.subarray(before.size), this.#size);
    this.#disk.set(before.disk.subarray(before.size), this.#size);
    this.#cpu.set(before.cpu.subarray(before.size), this.#size);
    for (let node = this.#size - 1; node >= 1; node -= 1) this.#combine(node);
  }
}

function closed(size: number): Float64Array {
  return new Float64Array(2 * size).fill(-1);
}
