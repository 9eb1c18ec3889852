import { assertNever } from "../domain/assert-never.ts";
import type { FailureMark } from "../domain/failure.ts";
import type { Outcome } from "../domain/outcome.ts";
import { errorLines, type OutputLine } from "./error-lines.ts";
import { normaliseLine } from "./normalise.ts";

const FIRST_ERROR_CHARACTERS = 300;
const CAUSE_CHARACTERS = 200;

/**
 * The mark of a failed run; undefined for one that did not fail by itself. `tail`: the end of its log, oldest first.
 */
export function failureMark(outcome: Outcome, tail: readonly OutputLine[]): FailureMark | undefined {
  const cause = causeOf(outcome);
  if (cause === undefined) return undefined;
  const { told, best } = errorLines(tail);
  const lines = [...new Set(told.map(normaliseLine))].filter((line) => line !== "");
  // the order in which parallel parts of the work fail says nothing of why
  lines.sort();
  return {
    fingerprint: hash([cause, ...lines].join("\n")),
    cause,
    lines,
    ...(best !== undefined && { first_error: best.slice(0, FIRST_ERROR_CHARACTERS) }),
  };
}

/** What a run ended by; undefined when it ended well, or was ended by somebody. */
function causeOf(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case "exited":
      return outcome.code === 0 ? undefined : `exit ${outcome.code}`;
    case "signalled":
      return outcome.signal;
    case "out_of_memory":
    case "out_of_disk":
    case "timed_out":
      return outcome.kind;
    case "outputs_missing":
      return `no ${outcome.globs.join(", no ")}`.slice(0, CAUSE_CHARACTERS);
    case "start_failed":
      return outcome.errors[0]?.code ?? "start-failed";
    case "aborted":
    case "worker_lost":
      return undefined;
    default:
      return assertNever(outcome);
  }
}

/** Two failures of the same cause share at least this part of their lines (Jaccard, 1901) when they are the same. */
const SAME_SHARE = 0.5;

/** True when two failures are the same: by their fingerprint, or ended alike with mostly the same lines. */
export function isSameFailure(a: FailureMark, b: FailureMark): boolean {
  if (a.fingerprint === b.fingerprint) return true;
  if (a.cause !== b.cause || a.lines.length === 0 || b.lines.length === 0) return false;
  const shared = a.lines.filter((line) => b.lines.includes(line)).length;
  return shared / (a.lines.length + b.lines.length - shared) >= SAME_SHARE;
}

/** True when a mark says more than how the run ended: only then does an equal one mean much. */
export function isTelling(mark: FailureMark): boolean {
  return mark.lines.length > 0;
}

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

/** FNV-1a of 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv) over UTF-16 units: short, and the same everywhere. */
function hash(text: string): string {
  let state = FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1) {
    state = BigInt.asUintN(64, (state ^ BigInt(text.charCodeAt(index))) * FNV_PRIME);
  }
  return state.toString(16).padStart(16, "0");
}
