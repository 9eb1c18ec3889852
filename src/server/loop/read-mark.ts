import type { FailureMark } from "../../domain/failure.ts";
import type { RunId } from "../../domain/ids.ts";
import { LogReader, type LogRecord, type LogStream } from "../../domain/log-record.ts";
import type { Outcome } from "../../domain/outcome.ts";
import type { OutputLine } from "../../verdict/error-lines.ts";
import { failureMark } from "../../verdict/fingerprint.ts";
import type { RunFiles } from "../files/run-files.ts";

/** How much of the end of a log is looked at. */
const TAIL_BYTES = 64 * 1024;

/**
 * The mark of a failed run, from the end of its log. Made on the server, which has the log before it takes the end in: so there
 * is one set of rules for all workers, which a new version of the server changes for all at once. Undefined
 * where the run did not fail by itself.
 */
export async function readMark(files: RunFiles, run: RunId, outcome: Outcome): Promise<FailureMark | undefined> {
  const bare = failureMark(outcome, []);
  if (bare === undefined) return undefined;
  const size = await files.logSize(run);
  if (size === 0) return bare;
  const reader = new LogReader();
  const records: LogRecord[] = [];
  for await (const chunk of files.readLog(run, Math.max(0, size - TAIL_BYTES), size)) {
    records.push(...reader.read(chunk as Uint8Array)); // a byte stream's chunks
  }
  return failureMark(outcome, linesOf(records));
}

/** Whole lines, oldest first; parts of a line are joined by stream. */
function linesOf(records: readonly LogRecord[]): OutputLine[] {
  const decoder = new TextDecoder(); // what is no UTF-8 becomes U+FFFD, the same each time
  const lines: OutputLine[] = [];
  const open: Record<LogStream, string> = { stdout: "", stderr: "" };
  for (const record of records) {
    if (record.kind === "cut") continue;
    const { stream } = record;
    open[stream] += decoder.decode(record.bytes);
    if (!record.ends_line) continue;
    lines.push({ stream, text: open[stream] });
    open[stream] = "";
  }
  for (const stream of ["stdout", "stderr"] as const) {
    if (open[stream] !== "") lines.push({ stream, text: open[stream] });
  }
  return lines;
}
