import type { Resource } from "./allocation.ts";
import { formatBytes, formatCores, formatDuration } from "./units.ts";

/** What a resource is called beside its amount. */
export const RESOURCE_WORDS: Record<Resource, string> = {
  memory: "memory",
  disk_space: "disk",
  cpu_count: "cpu",
  duration: "time",
};

/** An amount in its unit: `5.0G`, `4`, `1h05m`. */
export function formatAmount(resource: Resource, amount: number): string {
  if (resource === "cpu_count") return formatCores(amount);
  return resource === "duration" ? formatDuration(amount) : formatBytes(amount);
}
