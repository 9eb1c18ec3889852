import { writeSync } from "node:fs";

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

function writeLine(details: object, message: string): void {
  const { err, ...more } = details as { err?: unknown }; // any object may have the field, or not
  const rest = Object.entries(more).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  const cause = err === undefined ? "" : `: ${err instanceof Error ? err.message : JSON.stringify(err)}`;
  try {
    writeSync(2, `almanac worker: ${message}${cause}${rest.join("")}\n`);
  } catch {
    // Whoever read it is gone (EPIPE); the worker has more to do than to talk.
  }
}
