import type { Hierarchies } from "./hierarchies.ts";
import { readIfThere } from "./kernel-file.ts";
import type { Finding } from "./meter.ts";

/** Where runs can have their cgroups in the v2 tree, if anywhere; the finding says why (not). */
export function cgroup2Parent(found: Hierarchies, _root: string): { parent?: string; finding: Finding } {
  const own = found.unified;
  if (own === undefined) return { finding: { name: "cgroup2", ok: false, detail: "no cgroup v2 tree is mounted" } };
  const controllers = (readIfThere(`${own}/cgroup.controllers`) ?? "").split(/\s+/);
  if (!controllers.includes("memory")) {
    return { finding: { name: "cgroup2", ok: false, detail: `the memory controller is not available in ${own}` } };
  }
  return { finding: { name: "cgroup2", ok: false, detail: "not yet" } };
}
