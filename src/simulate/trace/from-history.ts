import type { ImportedEntry } from "../../contract/history-entries.ts";
import { RESOURCES, type Amounts } from "../../domain/allocation.ts";
import { epochMs } from "../../domain/clock.ts";
import { traceOf, type Draft } from "./read-trace.ts";
import type { Trace } from "./trace.ts";

/**
 * The work of finished runs as a trace. History knows when a run ended and how long it took, not when it was asked for: each
 * is taken as submitted when it started. Left out are runs that did not succeed, or whose duration or memory is unknown.
 */
export function traceOfHistory(entries: readonly ImportedEntry[]): Trace {
  const drafts = entries.flatMap((entry) => draftOf(entry) ?? []);
  const trace = traceOf(drafts, entries.length - drafts.length);
  return { ...trace, notes: ["each run is taken as submitted when it started", ...trace.notes] };
}

function draftOf(entry: ImportedEntry): Draft | undefined {
  const { task_type, task_name, subject, context, result, runtime_statistics, input_size } = entry;
  const { duration, memory, cpu_time } = runtime_statistics;
  const seconds = entry.duration_ms === undefined ? duration : entry.duration_ms / 1000;
  const cpuSeconds = entry.cpu_time_ms === undefined ? cpu_time : entry.cpu_time_ms / 1000;
  if (result !== "success" || seconds === undefined || memory === undefined || memory <= 0) return undefined;
  const atLeast = Math.max(seconds, 0.05); // figures in whole seconds may be 0
  return {
    key: { task_type, task_name, subject, context },
    submitMs: epochMs(entry.completed_at) - seconds * 1000,
    seconds: atLeast,
    memory,
    cpus: cpuSeconds === undefined ? 1 : Math.max(0.05, cpuSeconds / atLeast),
    ...(input_size !== undefined && { input_size }),
    asked: askedOf(entry),
  };
}

/** What somebody demanded; what the history or a default gave is no request. */
function askedOf({ allocation }: ImportedEntry): Amounts {
  const asked: Amounts = {};
  for (const resource of RESOURCES) {
    const amount = allocation?.[resource];
    if (amount !== undefined && ["request", "workflow", "task"].includes(amount.source))
      asked[resource] = amount.amount;
  }
  return asked;
}
