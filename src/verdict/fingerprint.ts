import { assertNever } from "../domain/assert-never.ts";
import type { FailureMark } from "../domain/failure.ts";
import type { Outcome } from "../domain/outcome.ts";
import { normaliseLine, plainLine } from "./normalise.ts";

/** One line of a run's output. */
export type OutputLine = { stream: "stdout" | "stderr"; text: string };

/** Words by which programs say that something went wrong. */
const ERROR_WORDS =
  /\b(?:error|errors|fail|fails|failed|failure|failures|fatal|panic|panicked|exception|traceback|abort|aborted|assert|assertion|undefined|unresolved|cannot|can't|could not|couldn't|unable|denied|refused|not found|no such|missing|invalid|illegal|segmentation|killed|overflow|timed out|timeout|not ok|core dumped)\b|error:|[A-Za-z](?:Error|Exception)\b|✕|✗|^E[: ]|^E\d{3,}/iu;

/** Lines that only count or repeat what was said before them: the summary of a test run, of make, of npm. */
const SUMMARY =
  /\b(?:0|no) (?:errors?|failures?|failed)\b|^make(?:\[\d+\])?: \*\*\*|^make(?:\[\d+\])?: (?:Entering|Leaving)|^npm (?:error|ERR!) (?:A complete log|code |errno |path )|^\s*at .+[:(]/iu;

const LINES_KEPT = 5;
const LINES_WITHOUT_ERROR = 3;
const FIRST_ERROR_CHARACTERS = 300;

/**
 * The mark of a failed run; undefined for one that did not fail by itself. `tail`: the end of its log, oldest first.
 * Of the lines that name an error the last 5 count; where none does, the last 3 of standard error, or of all.
 */
export function failureMark(outcome: Outcome, tail: readonly OutputLine[]): FailureMark | undefined {
  const cause = causeOf(outcome);
  if (cause === undefined) return undefined;
  const told = errorLines(tail);
  const lines = [...new Set(told.map(normaliseLine))].filter((line) => line !== "");
  // the order in which parallel parts of the work fail says nothing of why
  lines.sort();
  const first = told[0]?.slice(0, FIRST_ERROR_CHARACTERS);
  return {
    fingerprint: hash([cause, ...lines].join("\n")),
    cause,
    lines,
    ...(first !== undefined && { first_error: first }),
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
    case "start_failed":
      return outcome.errors[0]?.code ?? "start-failed";
    case "aborted":
    case "worker_lost":
      return undefined;
    default:
      return assertNever(outcome);
  }
}

/** The plain lines that tell why, oldest first. */
function errorLines(tail: readonly OutputLine[]): string[] {
  const plain = tail.map(({ stream, text }) => ({ stream, text: plainLine(text) })).filter(({ text }) => text !== "");
  const errors = plain.filter(({ text }) => ERROR_WORDS.test(text) && !SUMMARY.test(text));
  if (errors.length > 0) return errors.slice(-LINES_KEPT).map(({ text }) => text);
  const ofStderr = plain.filter(({ stream }) => stream === "stderr");
  return (ofStderr.length > 0 ? ofStderr : plain).slice(-LINES_WITHOUT_ERROR).map(({ text }) => text);
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
