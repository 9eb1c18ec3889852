import type { Capacity } from "../domain/worker.ts";

/** An empty room to add to. */
export function noRoom(): Capacity {
  return { memory: 0, disk_space: 0, cpu_count: 0 };
}

/** Adds (1) or takes away (-1). Cores are kept to a millionth, so that sums of tenths come out even. */
export function addTo(room: Capacity, amounts: Capacity, factor: 1 | -1): void {
  room.memory += factor * amounts.memory;
  room.disk_space += factor * amounts.disk_space;
  room.cpu_count = Math.round((room.cpu_count + factor * amounts.cpu_count) * 1e6) / 1e6;
}

/** What is left of a room. */
export function less(room: Capacity, amounts: Capacity): Capacity {
  const left = { ...room };
  addTo(left, amounts, -1);
  return left;
}

/** True when the amounts are there in each respect. */
export function holds(room: Capacity, amounts: Capacity): boolean {
  return amounts.memory <= room.memory && amounts.cpu_count <= room.cpu_count && amounts.disk_space <= room.disk_space;
}

/** The lesser in each respect. */
export function lesser(a: Capacity, b: Partial<Capacity>): Capacity {
  return {
    memory: Math.min(a.memory, b.memory ?? Infinity),
    disk_space: Math.min(a.disk_space, b.disk_space ?? Infinity),
    cpu_count: Math.min(a.cpu_count, b.cpu_count ?? Infinity),
  };
}

/** The greater in each respect. */
export function greater(a: Capacity, b: Capacity): Capacity {
  return {
    memory: Math.max(a.memory, b.memory),
    disk_space: Math.max(a.disk_space, b.disk_space),
    cpu_count: Math.max(a.cpu_count, b.cpu_count),
  };
}

/** True when both have the same in each respect. */
export function isSameRoom(a: Capacity, b: Capacity): boolean {
  return a.memory === b.memory && a.cpu_count === b.cpu_count && a.disk_space === b.disk_space;
}
