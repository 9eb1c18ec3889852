import { constants, accessSync } from "node:fs";
import { cgroup1Meter, cgroup1Parents } from "./cgroup1.ts";
import { makeCgroup, newCgroupName, removeCgroup, removeStaleCgroups } from "./cgroup-directory.ts";
import { cgroup2Meter } from "./cgroup2.ts";
import { cgroup2Parent } from "./delegation.ts";
import { findHierarchies, type Hierarchies } from "./hierarchies.ts";
import type { Finding, Meter } from "./meter.ts";
import { procMeter } from "./proc.ts";
import type { MeasureMethod } from "../../domain/runtime-statistics.ts";

/** How to choose. */
export type DetectOptions = {
  /** Put before `/proc` and `/sys`: a recorded tree, for tests. Default: the real machine. */
  root?: string;
  /** Take this method or the next worse one. Default: the best that works. */
  method?: MeasureMethod;
  /** Have the next run's cgroups ready before it comes: for a worker. `close()` of the meter removes them. */
  keepsSpare?: boolean;
};

/** What was chosen and what was found on the way. */
export type DetectedMeter = { meter: Meter; findings: Finding[] };

/**
 * Chooses the best way to measure that works here and removes what dead workers left behind.
 * Never fails: without any cgroup that may be written, `/proc` is the fallback.
 */
export function detectMeter(options: DetectOptions = {}): DetectedMeter {
  const root = options.root ?? "";
  const found = findHierarchies(root);
  const findings: Finding[] = [];
  const meter = tryCgroup2(found, options, findings) ?? tryCgroup1(found, options, findings) ?? procMeter(root);
  findings.push(chosen(meter));
  return { meter, findings };
}

function tryCgroup2(found: Hierarchies, options: DetectOptions, findings: Finding[]): Meter | undefined {
  if (options.method !== undefined && options.method !== "cgroup2") return undefined;
  const { parent, finding } = cgroup2Parent(found, options.root ?? "");
  findings.push(finding);
  if (parent === undefined) return undefined;
  findings.push(staleFinding(removeStaleCgroups(parent, options.root ?? "")));
  return cgroup2Meter(parent, options.keepsSpare ?? false);
}

function tryCgroup1(found: Hierarchies, options: DetectOptions, findings: Finding[]): Meter | undefined {
  if (options.method === "proc") return undefined;
  const parents = cgroup1Parents(found);
  if (parents === undefined) return undefined;
  const usable = withoutForbidden(parents);
  if (usable === undefined) {
    findings.push({
      name: "cgroup1",
      ok: false,
      detail: `the memory hierarchy is there, but no cgroup can be made in ${parents.memory}`,
      advice: "run the worker as root, or let its user own that directory",
    });
    return undefined;
  }
  findings.push({ name: "cgroup1", ok: true, detail: `runs get cgroups below ${usable.memory}` });
  const removed = Object.values(usable).flatMap((parent) => removeStaleCgroups(parent, options.root ?? ""));
  findings.push(staleFinding(removed));
  return cgroup1Meter(usable, options.keepsSpare ?? false);
}

/** Only the hierarchies where cgroups can be made and joined; undefined when memory is not among them. */
function withoutForbidden<T extends { memory: string }>(parents: T): T | undefined {
  const usable = Object.entries(parents).filter(([, directory]) => canMakeCgroups(directory));
  const record = Object.fromEntries(usable) as T; // fields may be missing: memory is asked for in the next line
  return "memory" in record ? record : undefined;
}

function canMakeCgroups(parent: string): boolean {
  const directory = `${parent}/${newCgroupName()}`;
  try {
    accessSync(parent, constants.W_OK);
  } catch {
    return false; // read-only mount, or another user's
  }
  return makeCgroup(directory) && removeCgroup(directory);
}

function staleFinding(removed: readonly string[]): Finding {
  if (removed.length === 0) return { name: "stale cgroups", ok: true, detail: "none" };
  return {
    name: "stale cgroups",
    ok: true,
    detail: `removed ${removed.length} of workers that are gone: ${removed.join(", ")}`,
  };
}

function chosen(meter: Meter): Finding {
  if (meter.method !== "proc")
    return { name: "measuring", ok: true, detail: `by ${meter.method}, the kernel's own figures` };
  return {
    name: "measuring",
    ok: false,
    detail:
      "by proc: /proc is sampled, peaks shorter than 20 ms are missed, limits are watched but not enforced by the kernel",
    advice: "run as root, or in a delegated cgroup: systemd-run --user --scope -p Delegate=yes almanac worker",
  };
}
