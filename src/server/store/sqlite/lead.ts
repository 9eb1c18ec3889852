import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Leadership } from "../leadership.ts";

/** SQLite's primary result code for a file that another connection has locked. */
const BUSY = 5;

/**
 * Becomes the leader of a database by an exclusive lock on a small file beside it. The lock is the kernel's:
 * it goes when the process dies, however it dies. Undefined when another leads.
 */
export function tryToLead(databaseFile: string): Leadership | undefined {
  const file = `${databaseFile}.leader`;
  closeSync(openSync(file, "a", 0o600));
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    lock.exec("begin exclusive");
  } catch (error) {
    lock.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  const lost = new AbortController();
  return {
    term: 0,
    lost: lost.signal,
    async release() {
      if (!lost.signal.aborted) lock.close();
      lost.abort();
    },
  };
}

function isBusy(error: unknown): boolean {
  const code = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  return typeof code === "number" && (code & 0xff) === BUSY; // the rest of the number says why
}
