import { join, relative } from "node:path";
import { readIfThere } from "./kernel-file.ts";

/** Where the caller's own cgroup is in each mounted hierarchy: a directory, absent where there is none. */
export type Hierarchies = {
  /** The v2 tree; on a hybrid machine it has no controllers, but `cgroup.kill` and `cpu.stat`. */
  unified?: string;
  /** Where the v2 tree is mounted. */
  unifiedMount?: string;
  /** v1 hierarchies by controller. */
  v1: Partial<Record<V1Controller, string>>;
};

const V1_CONTROLLERS = ["memory", "pids", "cpuacct", "cpu", "freezer"] as const;
type V1Controller = (typeof V1_CONTROLLERS)[number];

type Mount = { root: string; mountPoint: string; type: string; options: string[] };

/**
 * Finds the caller's own cgroups from `/proc/self/mountinfo` and `/proc/self/cgroup`.
 * @param root what is put before every path; empty for the real machine
 */
export function findHierarchies(root: string): Hierarchies {
  const own = ownPaths(readIfThere(`${root}/proc/self/cgroup`) ?? "");
  const found: Hierarchies = { v1: {} };
  for (const mount of cgroupMounts(readIfThere(`${root}/proc/self/mountinfo`) ?? "")) {
    if (mount.type === "cgroup2") {
      const directory = directoryIn(root, mount, own.get(""));
      if (directory === undefined) continue;
      found.unified = directory;
      found.unifiedMount = root + mount.mountPoint;
      continue;
    }
    for (const controller of V1_CONTROLLERS) {
      if (!mount.options.includes(controller)) continue;
      const directory = directoryIn(root, mount, own.get(controller));
      if (directory !== undefined) found.v1[controller] = directory;
    }
  }
  return found;
}

/** Controller (empty for v2) to the path of `/proc/self/cgroup`. */
function ownPaths(text: string): Map<string, string> {
  const paths = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^\d+:([^:]*):(.*)$/.exec(line);
    if (match === null) continue;
    for (const controller of match[1]!.split(",")) paths.set(controller, match[2]!);
  }
  return paths;
}

function cgroupMounts(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split("\n")) {
    const [before, after] = line.split(" - ");
    if (after === undefined) continue;
    const [type = "", , options = ""] = after.split(" ");
    if (type !== "cgroup" && type !== "cgroup2") continue;
    const fields = before!.split(" ");
    mounts.push({
      root: unescapeOctal(fields[3]!),
      mountPoint: unescapeOctal(fields[4]!),
      type,
      options: options.split(","),
    });
  }
  return mounts;
}

/** A container may see only a part of the hierarchy: the mount's root is then not `/`. */
function directoryIn(root: string, mount: Mount, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const inside = relative(mount.root, path);
  // outside of what is mounted: nothing of the caller's cgroup can be reached here
  if (inside.startsWith("..")) return undefined;
  return join(root + mount.mountPoint, inside);
}

/** mountinfo writes space, tab, newline and backslash as `\040`. */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)));
}
