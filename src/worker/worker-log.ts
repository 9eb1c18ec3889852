import { writeSync } from "node:fs";
import type { LineLevel } from "../domain/worker-line.ts";

/** Where the worker says what it does and what went wrong; pino's own shape. */
export type WorkerLog = {
  info: (details: object, message: string) => void;
  warn: (details: object, message: string) => void;
  error: (details: object, message: string) => void;
};

/** Warnings and errors as lines on standard error; the rest is not told. */
export const STDERR_LOG: WorkerLog = {
  info: () => undefined,
  warn: (details, message) => {
    writeLine(details, message);
  },
  error: (details, message) => {
    writeLine(details, message);
  },
};

/** A log that says everything to another one, and as lines to a listener as well. */
export function overheard(log: WorkerLog, listener: (level: LineLevel, text: string) => void): WorkerLog {
  const both = (name: keyof WorkerLog, level: LineLevel) => (details: object, message: string) => {
    log[name](details, message);
    listener(level, lineOf(details, message));
  };
  return { info: both("info", "info"), warn: both("warn", "warning"), error: both("error", "error") };
}

function writeLine(details: object, message: string): void {
  try {
    writeSync(2, `almanac worker: ${lineOf(details, message)}\n`);
  } catch {
    // Whoever read it is gone (EPIPE); the worker has more to do than to talk.
  }
}

/** `could not join yet: no server answers url="http://farm:4747"`: the message, its cause, and the details by name. */
function lineOf(details: object, message: string): string {
  const { err, ...more } = details as { err?: unknown }; // any object may have the field, or not
  const rest = Object.entries(more).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  const cause = err === undefined ? "" : `: ${err instanceof Error ? err.message : JSON.stringify(err)}`;
  return `${message}${cause}${rest.join("")}`;
}
