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
  | { kind: "exited"; /** The command's own. */ code: number }
  | { kind: "signalled"; /** By its name: `SIGSEGV`. */ signal: string }
  | { kind: "out_of_memory"; /** Bytes. */ limit: number }
  | { kind: "out_of_disk"; /** Bytes. */ limit: number }
  | { kind: "timed_out"; /** Seconds. */ limit: number }
  | { kind: "outputs_missing"; /** The command ended well, and left nothing that these match. */ globs: string[] }
  | { kind: "start_failed"; /** Why it could not be started. */ errors: WorkRequestError[] }
  | { kind: "aborted"; /** The name of the token. */ by: string }
  | {
      kind: "worker_lost";
      /** It was taken away on purpose (its worker was stopped), not lost. */
      preempted?: true;
    };

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
