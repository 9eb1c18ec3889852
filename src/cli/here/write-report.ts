import { writeFileSync, writeSync } from "node:fs";

const STANDARD_ERROR = 2;

/**
 * Writes what is said about a command that ran here: to the file, else to standard error, past Node's own stream, which takes
 * milliseconds to set up. Standard output is the command's alone.
 */
export function writeReport(text: string, file: string | undefined): void {
  if (file !== undefined) {
    writeFileSync(file, text);
    return;
  }
  try {
    writeSync(STANDARD_ERROR, text);
  } catch (error) {
    // Nobody reads it, or (EAGAIN) its reader is behind: the command's own end matters more.
    if (!isOneOf(error, ["EPIPE", "EAGAIN", "EBADF"])) throw error;
  }
}

function isOneOf(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
