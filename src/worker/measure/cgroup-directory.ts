import { mkdirSync, readdirSync, readlinkSync, rmdirSync, statSync } from "node:fs";
import { readIfThere, writeIfAllowed } from "./kernel-file.ts";

const PREFIX = "almanac";
let count = 0;

/**
 * A name for a run's cgroup that no other has, and that tells whose it is:
 * process namespace, process and the moment it started (a pid alone is used again).
 */
export function newCgroupName(): string {
  count += 1;
  return `${PREFIX}-${processNamespace()}-${process.pid}-${ownStart()}-${count}`;
}

/**
 * Removes what dead workers left below a directory: kills what still runs in it, then removes it.
 * @returns the names of those removed
 */
export function removeStaleCgroups(parent: string, root: string): string[] {
  const removed: string[] = [];
  for (const name of childrenOf(parent)) {
    if (!isStale(name, root)) continue;
    const directory = `${parent}/${name}`;
    killAllIn(directory);
    if (removeCgroup(directory)) removed.push(name);
  }
  return removed;
}

/** Makes a cgroup; false when that is not allowed. */
export function makeCgroup(directory: string): boolean {
  try {
    mkdirSync(directory);
    return true;
  } catch {
    return false; // read-only hierarchy, no permission, limit of descendants: the caller falls back or says so
  }
}

/** Removes a cgroup and those that the run made below it; false while something in it is alive. */
export function removeCgroup(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    if (isGone(error)) return true;
    for (const name of childrenOf(directory)) removeCgroup(`${directory}/${name}`);
  }
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    return isGone(error); // EBUSY: a process is still there
  }
}

/** The processes in a cgroup and below it. */
export function processesIn(directory: string): number[] {
  const own = (readIfThere(`${directory}/cgroup.procs`) ?? "").split("\n").filter(Boolean).map(Number);
  if (hasNoChildren(directory)) return own;
  const below = childrenOf(directory).flatMap((name) => processesIn(`${directory}/${name}`));
  return [...own, ...below];
}

/** SIGKILL for all processes in a cgroup and below it: at once where the kernel has `cgroup.kill`. */
export function killAllIn(directory: string): void {
  if (writeIfAllowed(`${directory}/cgroup.kill`, "1")) return;
  killEach(processesIn(directory));
}

/** SIGKILL for each; one that has ended meanwhile is passed over. */
export function killEach(processes: readonly number[]): void {
  for (const pid of processes) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // ended meanwhile (ESRCH); EPERM cannot be helped and shows as a cgroup that never empties
    }
  }
}

/** A directory is linked from itself and its parent, and from each directory in it: cheaper than listing it. */
function hasNoChildren(directory: string): boolean {
  return statSync(directory, { throwIfNoEntry: false })?.nlink === 2;
}

function childrenOf(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    return []; // gone meanwhile
  }
}

function isStale(name: string, root: string): boolean {
  const match = new RegExp(`^${PREFIX}-(\\d+)-(\\d+)-(\\d+)-\\d+$`).exec(name);
  // of another process namespace: its pids mean nothing here, so it is left alone
  if (match === null || Number(match[1]) !== processNamespace()) return false;
  return startOf(match[2]!, root) !== match[3];
}

/** Start of a process in clock ticks since boot, as text; undefined when there is none of this id. */
function startOf(pid: string, root: string): string | undefined {
  const stat = readIfThere(`${root}/proc/${pid}/stat`);
  // the name in parentheses may hold spaces and parentheses; field 22 is the 20th after it
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

let ownStartTicks: string | undefined;
function ownStart(): string {
  ownStartTicks ??= startOf("self", "") ?? "0";
  return ownStartTicks;
}

let namespaceId: number | undefined;
function processNamespace(): number {
  namespaceId ??= Number(/\d+/.exec(readNamespaceLink())?.[0] ?? 0);
  return namespaceId;
}

function readNamespaceLink(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "0"; // no namespaces in this kernel: all processes share one
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
