import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import { makeCgroup, newCgroupName, removeCgroup } from "./cgroup-directory.ts";
import { findHierarchies, type Hierarchies } from "./hierarchies.ts";
import { readIfThere, writeIfAllowed } from "./kernel-file.ts";
import type { Finding } from "./meter.ts";
import { readProcessStat } from "./process-stat.ts";
import { isDelegated, moveIntoScope } from "./systemd-scope.ts";

/** A cgroup with controllers for its children may have no processes itself: they go into this one below it. */
const HOME = "almanac-home";

/** Where runs can have their cgroups in the v2 tree, if anywhere, and why (not). */
export type Delegation = { parent?: string; finding: Finding };

/**
 * Finds a place in the v2 tree below which cgroups with a memory controller can be made, in this order:
 * the tree's root, if we are in it; our own cgroup, if it is left to us and nobody else is in it; beside it;
 * a scope of our own that systemd makes for us.
 * @param root put before `/proc` and `/sys`; empty for the real machine
 */
export function cgroup2Parent(found: Hierarchies, root: string): Delegation {
  const { unified: own, unifiedMount: mount } = found;
  if (own === undefined || mount === undefined) return no("no cgroup v2 tree is mounted");
  if (!has(own === mount ? `${own}/cgroup.controllers` : `${dirname(own)}/cgroup.controllers`, "memory")) {
    return no(`the v2 tree at ${mount} has no memory controller (cgroup v1 may have it)`);
  }
  const parent = placeNear(own, mount, root) ?? (root === "" ? placeInScope() : undefined);
  if (parent !== undefined)
    return { parent, finding: { name: "cgroup2", ok: true, detail: `runs get cgroups below ${parent}` } };
  return {
    finding: {
      name: "cgroup2",
      ok: false,
      detail: `no cgroup with a memory controller can be made near ${own}`,
      advice: "run as root, or in a scope of its own: systemd-run --user --scope -p Delegate=yes almanac worker",
    },
  };
}

function no(detail: string): Delegation {
  return { finding: { name: "cgroup2", ok: false, detail } };
}

function placeNear(own: string, mount: string, root: string): string | undefined {
  // only the real root may have processes and controllers; a container's root looks like it, but has a type
  const isRealRoot = own === mount && readIfThere(`${own}/cgroup.type`) === undefined;
  if (isRealRoot) return usable(own);
  const inside = own === mount || isDelegated(own, root) ? placeInside(own, own === mount, root) : undefined;
  return inside ?? (own === mount ? undefined : usable(dirname(own)));
}

/** Makes our own cgroup the parent of the runs', after all that is in it moved down. */
function placeInside(own: string, isContainer: boolean, root: string): string | undefined {
  if (!mayWrite(`${own}/cgroup.subtree_control`) || !mayWrite(`${own}/cgroup.procs`)) return undefined;
  const processes = processesOf(own);
  // the processes of a container have no other home; elsewhere strangers are left where they are
  if (!isContainer && !processes.every((pid) => isOurs(pid, root))) return undefined;
  const home = `${own}/${HOME}`;
  if (!makeCgroup(home)) return undefined;
  for (const pid of processes) writeIfAllowed(`${home}/cgroup.procs`, String(pid));
  const parent = usable(own);
  if (parent !== undefined) return parent;
  // as it was before
  for (const pid of processes) writeIfAllowed(`${own}/cgroup.procs`, String(pid));
  removeCgroup(home);
  return undefined;
}

function placeInScope(): string | undefined {
  if (!moveIntoScope()) return undefined;
  const { unified, unifiedMount } = findHierarchies("");
  return unified === undefined || unifiedMount === undefined ? undefined : placeInside(unified, false, "");
}

/** The directory itself, if cgroups with a memory controller can be made in it and our children moved there. */
function usable(parent: string): string | undefined {
  if (!mayWrite(`${parent}/cgroup.procs`)) return undefined;
  // one by one: a kernel without one of the others refuses the whole line
  for (const controller of ["memory", "pids", "io"]) {
    const isMissing = !has(`${parent}/cgroup.subtree_control`, controller);
    if (isMissing && has(`${parent}/cgroup.controllers`, controller)) {
      writeIfAllowed(`${parent}/cgroup.subtree_control`, `+${controller}`);
    }
  }
  if (!has(`${parent}/cgroup.subtree_control`, "memory")) return undefined;
  const probe = `${parent}/${newCgroupName()}`;
  if (!makeCgroup(probe)) return undefined;
  removeCgroup(probe);
  return parent;
}

/** Ourselves, those who started us, and those whom we started. */
function isOurs(pid: number, root: string): boolean {
  return isAncestor(pid, process.pid, root) || isAncestor(process.pid, pid, root);
}

function isAncestor(ancestor: number, of: number, root: string): boolean {
  // ends: at the first process, whose parent is 0
  for (let pid = of; pid > 0; pid = readProcessStat(root, pid)?.parent ?? 0) if (pid === ancestor) return true;
  return false;
}

function processesOf(cgroup: string): number[] {
  return (readIfThere(`${cgroup}/cgroup.procs`) ?? "").split("\n").filter(Boolean).map(Number);
}

function has(file: string, controller: string): boolean {
  return (readIfThere(file) ?? "").split(/\s+/).includes(controller);
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false; // absent, read-only, or not ours
  }
}
