import { isIndented, namesError, plainLine } from "../domain/error-line.ts";

/** One line of a run's output. */
export type OutputLine = { stream: "stdout" | "stderr"; text: string };

/** The plain lines that tell why a run failed, oldest first, and the one of them that says it best. */
export type ErrorLines = { told: string[]; best: string | undefined };

/** Python says first that an exception follows, and what it is after the frames, in a line that is not indented. */
const TRACEBACK = /\bTraceback \(most recent call last\):$/u;
/** Rust says where it panicked, and why in the next line. */
const PANICKED = /\bpanicked at .+:$/u;
/** What was thrown: Java, JavaScript, C++, Go. */
const THROWN =
  /^(?:Caused by: |Exception in thread |what\(\): |panic: |(?:Uncaught )?(?:[\w$]+\.)*[\w$]*(?:Error|Exception)(?: \[\w+\])?: )/u;
/** Points at a place in the line of source before it. */
const CARETS = /^[~^]+$/u;

const LINES_KEPT = 5;
const LINES_WITHOUT_ERROR = 3;

/**
 * Of the lines that name an error the last 5; where none does, the last 3 of standard error, or of all. Best tells the last
 * exception, for what was thrown before it was caught; without exceptions the first error, for the others follow from it.
 */
export function errorLines(tail: readonly OutputLine[]): ErrorLines {
  const lines = withoutSource(tail);
  const errors = lines.filter(({ text, isThrown }) => isThrown || namesError(text)).slice(-LINES_KEPT);
  if (errors.length > 0) {
    const best = errors.findLast(({ isThrown }) => isThrown) ?? errors[0];
    return { told: errors.map(({ text }) => text), best: best?.text };
  }
  const ofStderr = lines.filter(({ stream }) => stream === "stderr");
  const told = (ofStderr.length > 0 ? ofStderr : lines).slice(-LINES_WITHOUT_ERROR).map(({ text }) => text);
  return { told, best: told[0] };
}

type Line = OutputLine & { isThrown: boolean };

/** What a stream is in the midst of. */
type Midst = "nothing" | "traceback" | "panic";

/** The plain lines without source code and without what announces an exception; marks what was thrown. */
function withoutSource(tail: readonly OutputLine[]): Line[] {
  const lines: Line[] = [];
  const midst: Record<OutputLine["stream"], Midst> = { stdout: "nothing", stderr: "nothing" };
  for (const { stream, text: written } of tail) {
    const text = plainLine(written);
    if (text === "") continue;
    const before = midst[stream];
    if (before === "traceback" && (isIndented(written) || TRACEBACK.test(text))) continue;
    midst[stream] = TRACEBACK.test(text) ? "traceback" : PANICKED.test(text) ? "panic" : "nothing";
    if (midst[stream] !== "nothing") continue;
    if (CARETS.test(text)) removeSource(lines, stream);
    else lines.push({ stream, text, isThrown: before !== "nothing" || THROWN.test(text) });
  }
  return lines;
}

/** The stream's last line was quoted from a source file. */
function removeSource(lines: Line[], stream: OutputLine["stream"]): void {
  const last = lines.findLastIndex((line) => line.stream === stream);
  if (last !== -1) lines.splice(last, 1);
}
