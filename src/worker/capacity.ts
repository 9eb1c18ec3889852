import type { Capacity } from "../domain/worker.ts";
import { availableDiskSpace, cpuCount, totalMemory } from "./measure/machine.ts";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** Left to the system and the worker itself: this part of the whole, or the least, whichever is more; never over a quarter. */
const RESERVED_SHARE = 0.05;
const LEAST_RESERVED_MEMORY = 256 * MIB;
const LEAST_RESERVED_DISK = GIB;
const MOST_RESERVED_SHARE = 0.25;
/** Of the free disk, and at most. */
const CACHED_SHARE = 0.1;
const MOST_CACHED = 10 * GIB;

/**
 * What this machine can give to runs: what was given in the options, else what is there less a small reserve.
 * @param directory where runs have their files: its file system's free space counts
 * @param keptDiskSpace of what is free there, bytes that runs do not get
 */
export function capacityOf(given: Partial<Capacity>, directory: string, keptDiskSpace: number): Capacity {
  const freeDiskSpace = Math.max(0, (availableDiskSpace(directory) ?? 0) - keptDiskSpace);
  return {
    memory: given.memory ?? lessReserve(totalMemory(), LEAST_RESERVED_MEMORY),
    disk_space: given.disk_space ?? lessReserve(freeDiskSpace, LEAST_RESERVED_DISK),
    cpu_count: given.cpu_count ?? cpuCount(),
  };
}

/** How large a cache of artifacts is where nobody says, bytes. */
export function cacheSizeFor(directory: string): number {
  return Math.min(MOST_CACHED, Math.floor((availableDiskSpace(directory) ?? 0) * CACHED_SHARE));
}

function lessReserve(total: number, leastReserved: number): number {
  const reserved = Math.max(total * RESERVED_SHARE, leastReserved);
  return Math.floor(total - Math.min(reserved, total * MOST_RESERVED_SHARE));
}
