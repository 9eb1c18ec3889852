import { constants } from "node:os";
import { assertNever } from "../../domain/assert-never.ts";
import type { Outcome } from "../../domain/outcome.ts";
import type { ExitCode } from "../exit-code.ts";

/** A shell's codes for a command that could not be started. */
const NOT_FOUND = 127;
const NOT_STARTED = 126;

/** What a shell's `$?` would be after the command: its own code, or 128 and the number of the signal that ended it. */
export function exitCodeOfOutcome(outcome: Outcome): ExitCode {
  switch (outcome.kind) {
    case "exited":
      return outcome.code;
    case "signalled":
      return 128 + signalNumber(outcome.signal);
    case "out_of_memory":
    case "out_of_disk":
      return 128 + constants.signals.SIGKILL;
    case "timed_out":
      return 124;
    case "aborted":
      return 128 + constants.signals.SIGTERM;
    case "outputs_missing":
      return 1; // does not happen here: nothing is kept
    case "start_failed":
      return outcome.errors.some(({ code }) => code === "command-not-found") ? NOT_FOUND : NOT_STARTED;
    case "worker_lost":
      return NOT_STARTED; // does not happen here: there is no worker to lose
    default:
      return assertNever(outcome);
  }
}

function signalNumber(name: string): number {
  const signals: Record<string, number> = constants.signals;
  return signals[name] ?? 0;
}
