import { assertNever } from "./assert-never.ts";
import type { Outcome } from "./outcome.ts";
import { formatBytes, formatDuration } from "./units.ts";

/** How a run ended, in a few words: `exit code 2`, `out of memory (limit 5.0G)`. Names in it are as others wrote them. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case "exited":
      return outcome.code === 0 ? "passed" : `exit code ${outcome.code}`;
    case "signalled":
      return `killed by ${outcome.signal}`;
    case "out_of_memory":
      return `out of memory${limitText(outcome.limit, formatBytes)}`;
    case "out_of_disk":
      return `out of disk${limitText(outcome.limit, formatBytes)}`;
    case "timed_out":
      return `timed out${limitText(outcome.limit, formatDuration)}`;
    case "outputs_missing":
      return `left nothing that matches ${outcome.globs.join(", ")}`;
    case "start_failed":
      return outcome.errors[0]?.message ?? "could not be started";
    case "aborted":
      return `aborted by ${outcome.by}`;
    case "worker_lost":
      return outcome.preempted === true ? "its worker was stopped" : "worker lost";
    default:
      return assertNever(outcome);
  }
}

/** A limit of 0 is one that is not known. */
function limitText(limit: number, format: (value: number) => string): string {
  return limit > 0 ? ` (limit ${format(limit)})` : "";
}
