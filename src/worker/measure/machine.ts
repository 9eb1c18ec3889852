import { statfsSync } from "node:fs";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { findHierarchies } from "./hierarchies.ts";
import { readIfThere, valueOf } from "./kernel-file.ts";

/** The name of the machine's processor as the kernel tells it, or `unknown`. */
export function cpuModel(): string {
  return cpus()[0]?.model.trim() ?? "unknown";
}

/** Cores that this process may use: its CPU affinity and its cgroup's quota, at least 1. */
export function cpuCount(root = ""): number {
  const quota = cpuQuota(root);
  return Math.max(1, Math.min(availableParallelism(), quota === undefined ? Infinity : Math.floor(quota)));
}

/** Memory that runs on this machine could have in all: its RAM, or the limit of the cgroup we are in. Bytes. */
export function totalMemory(root = ""): number {
  return Math.min(totalmem(), memoryLimit(root) ?? Infinity);
}

/** Memory free for new work now: what the kernel calls available, within the limit of our cgroup. Bytes. */
export function availableMemory(root = ""): number {
  const text = readIfThere(`${root}/proc/meminfo`);
  const available = /^MemAvailable: +(\d+) kB$/m.exec(text ?? "");
  const machine = available === null ? freemem() : Number(available[1]) * 1024;
  return Math.max(0, Math.min(machine, cgroupHeadroom(root) ?? Infinity));
}

/** Free disk for ordinary users in the file system of a directory, bytes; undefined where it cannot be told. */
export function availableDiskSpace(directory: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return undefined; // no such directory
  }
}

/** Size of the file system of a directory, bytes; undefined where it cannot be told. */
export function totalDiskSpace(directory: string): number | undefined {
  try {
    const { blocks, bsize } = statfsSync(directory);
    return blocks * bsize;
  } catch {
    return undefined; // no such directory
  }
}

function memoryLimit(root: string): number | undefined {
  const { unified, v1 } = findHierarchies(root);
  const v1Limit =
    v1.memory === undefined ? undefined : valueOf(readIfThere(`${v1.memory}/memory.stat`), "hierarchical_memory_limit");
  return v1Limit ?? numberIn(unified, "memory.max");
}

function cgroupHeadroom(root: string): number | undefined {
  const { unified, v1 } = findHierarchies(root);
  if (v1.memory !== undefined) {
    const stat = readIfThere(`${v1.memory}/memory.stat`);
    const limit = valueOf(stat, "hierarchical_memory_limit");
    const used = valueOf(stat, "total_rss");
    return limit === undefined || used === undefined ? undefined : limit - used;
  }
  const limit = numberIn(unified, "memory.max");
  const used = valueOf(readIfThere(`${unified}/memory.stat`), "anon");
  return limit === undefined || used === undefined ? undefined : limit - used;
}

function cpuQuota(root: string): number | undefined {
  const { unified, v1 } = findHierarchies(root);
  const v2 = /^(\d+) (\d+)$/m.exec(readIfThere(`${unified}/cpu.max`) ?? "");
  if (v2 !== null) return Number(v2[1]) / Number(v2[2]);
  const quota = numberIn(v1.cpu, "cpu.cfs_quota_us");
  const period = numberIn(v1.cpu, "cpu.cfs_period_us");
  return quota === undefined || period === undefined || period === 0 ? undefined : quota / period;
}

/** The number in a file; undefined for `max`, `-1` and absent files. */
function numberIn(directory: string | undefined, file: string): number | undefined {
  const text = directory === undefined ? undefined : readIfThere(`${directory}/${file}`);
  return text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined;
}
