import type { LogStream } from "./log-record.ts";

/** A line of a run's log as people read and count it: what was written in parts is one line. */
export type LogLine = {
  /** Counted from 1. */
  number: number;
  /** When it ended: milliseconds since the run's start. */
  at_ms: number;
  /** `cut`: stands where lines were not kept. */
  stream: LogStream | "cut";
  /** What stood there last, where the line was written over; empty for `cut`. */
  text: string;
  /** Bytes of it that are not here: the end of a very long line, or what was not kept. */
  left_out: number;
};

/** Which lines are wanted: the first so many from a line on, those up to a line, those around it, or the last. */
export type LinePlace = { kind: "from" | "to" | "around"; line: number } | { kind: "end" };
