import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { findHierarchies, type Hierarchies } from "./hierarchies.ts";
import { KernelFile, readIfThere, valueOf } from "./kernel-file.ts";

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
  const text = root === "" ? meminfo.text() : readIfThere(`${root}/proc/meminfo`);
  const available = /^MemAvailable: +(\d+) kB$/m.exec(text ?? "");
  const machine = available === null ? freemem() : Number(available[1]) * 1024;
  return Math.max(0, Math.min(machine, cgroupHeadroom(root) ?? Infinity));
}

/** Kept open: it is read at the start of every run. */
const meminfo = new KernelFile("/proc/meminfo");

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

/** The least that the limits of our cgroup and those above it leave, bytes; undefined without a limit. */
function cgroupHeadroom(root: string): number | undefined {
  const { v1 } = hierarchies(root);
  if (v1.memory === undefined) return leastAbove(root, headroomIn);
  // asked once when there is none: most machines set none, and it is read at the start of every run
  if (unlimited.has(root)) return undefined;
  const stat = readIfThere(`${v1.memory}/memory.stat`);
  const limit = valueOf(stat, "hierarchical_memory_limit");
  if (limit === undefined || limit > totalmem()) unlimited.add(root);
  return difference(limit, valueOf(stat, "total_rss"));
}

const unlimited = new Set<string>();

function memoryLimit(root: string): number | undefined {
  const { v1 } = hierarchies(root);
  if (v1.memory === undefined) return leastAbove(root, (directory) => numberIn(directory, "memory.max"));
  return valueOf(readIfThere(`${v1.memory}/memory.stat`), "hierarchical_memory_limit");
}

function headroomIn(directory: string): number | undefined {
  const limit = numberIn(directory, "memory.max");
  // most groups have no limit: do not read more for those
  return limit === undefined ? undefined : difference(limit, valueOf(readIfThere(`${directory}/memory.stat`), "anon"));
}

function cpuQuota(root: string): number | undefined {
  const { v1 } = hierarchies(root);
  if (v1.cpu === undefined) return leastAbove(root, quotaIn);
  const quota = numberIn(v1.cpu, "cpu.cfs_quota_us");
  const period = numberIn(v1.cpu, "cpu.cfs_period_us");
  return quota === undefined || period === undefined || period === 0 ? undefined : quota / period;
}

function quotaIn(directory: string): number | undefined {
  const match = /^(\d+) (\d+)$/m.exec(readIfThere(`${directory}/cpu.max`) ?? "");
  return match === null ? undefined : Number(match[1]) / Number(match[2]);
}

/** The least of what our v2 cgroup and those above it say: a limit holds for all below it. */
function leastAbove(root: string, read: (directory: string) => number | undefined): number | undefined {
  const { unified, unifiedMount } = hierarchies(root);
  if (unified === undefined || unifiedMount === undefined) return undefined;
  let least: number | undefined;
  // ends: each step is nearer to the mount
  for (let directory = unified; directory.length >= unifiedMount.length; directory = dirname(directory)) {
    const value = read(directory);
    if (value !== undefined && (least === undefined || value < least)) least = value;
  }
  return least;
}

const found = new Map<string, Hierarchies>();

/** Found once: a process can be moved, but the limits that were above it stay above it. */
function hierarchies(root: string): Hierarchies {
  const known = found.get(root) ?? findHierarchies(root);
  found.set(root, known);
  return known;
}

function difference(limit: number | undefined, used: number | undefined): number | undefined {
  return limit === undefined || used === undefined ? undefined : limit - used;
}

/** The number in a file; undefined for `max`, `-1` and absent files. */
function numberIn(directory: string, file: string): number | undefined {
  const text = readIfThere(`${directory}/${file}`);
  return text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined;
}
