import { assertNever } from "./assert-never.ts";
import type { WorkRequestError } from "./output-data.ts";

/** Every way a run can end. */
export const OUTCOME_KINDS = [
  "exited",
  "signalled",
  "out_of_memory",
  "out_of_disk",
  "timed_out",
  "outputs_missing",
  "start_failed",
  "aborted",
  "worker_lost",
] as const satisfies readonly Outcome["kind"][];

/**
 * How a run ended: one tagged union for worker, store, API, command line and pages.
 * Limits are those that were in force at the end (bytes, bytes, seconds).
 */
export type Outcome =
  | { kind: "exited"; code: number }
  | { kind: "signalled"; signal: string }
  | { kind: "out_of_memory"; limit: number }
  | { kind: "out_of_disk"; limit: number }
  | { kind: "timed_out"; limit: number }
  /** The command ended well, and left nothing that these globs match. */
  | { kind: "outputs_missing"; globs: string[] }
  | { kind: "start_failed"; errors: WorkRequestError[] }
  | { kind: "aborted"; by: string }
  /** `preempted`: it was taken away on purpose (its worker was stopped), not lost. */
  | { kind: "worker_lost"; preempted?: true };

/** The result that a completed request has when its last run ended so; undefined for an aborted one. */
export function resultOf(outcome: Outcome): "success" | "failure" | "error" | undefined {
  switch (outcome.kind) {
    case "exited":
      return outcome.code === 0 ? "success" : "failure";
    case "signalled":
    case "out_of_memory":
    case "out_of_disk":
    case "timed_out":
    case "outputs_missing":
      return "failure";
    case "start_failed":
    case "worker_lost":
      return "error";
    case "aborted":
      return undefined;
    default:
      return assertNever(outcome);
  }
}

/** True when the run was cut short, so that what it used is only a lower bound of what it needed. */
export function isCutShort(outcome: Outcome): boolean {
  return !["exited", "outputs_missing", "start_failed"].includes(outcome.kind);
}
