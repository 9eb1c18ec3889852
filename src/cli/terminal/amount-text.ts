import type { AllocatedAmount, EstimateEvidence, Requirements, Resource } from "../../domain/allocation.ts";
import { formatBytes, formatCores, formatDuration } from "../../domain/units.ts";

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

/** `2.0G`, `at least 2.0G, at most 8.0G`; undefined when nothing was asked of the resource. */
export function askedText(requirements: Requirements, resource: Resource): string | undefined {
  const bound = (word: string, amount: number | undefined): string[] =>
    amount === undefined ? [] : [`${word}${formatAmount(resource, amount)}`];
  const parts = [
    ...bound("", requirements[resource]),
    ...bound("at least ", requirements.min?.[resource]),
    ...bound("at most ", requirements.max?.[resource]),
  ];
  return parts.length === 0 ? undefined : parts.join(", ");
}

const LEVEL_WORDS: Record<EstimateEvidence["level"], string> = {
  key: "this key",
  subject: "this subject, any context",
  context: "this context, any subject",
  task: "this task",
  default: "nothing",
};

/** `40 runs of this key (ladder)`. */
export function evidenceText({ level, runs, method }: EstimateEvidence): string {
  return `${runs} run${runs === 1 ? "" : "s"} of ${LEVEL_WORDS[level]} (${method})`;
}

/** Where an amount came from: `history: 40 runs of this key (ladder); clamped to the largest worker`. */
export function sourceText({ source, evidence, note }: AllocatedAmount): string {
  const how = evidence === undefined ? source : `${source}: ${evidenceText(evidence)}`;
  return note === undefined ? how : `${how}; ${note}`;
}
