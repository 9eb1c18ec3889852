import type { SqliteConnection } from "./connection.ts";

/** How soon the events of another process on the same file are noticed, milliseconds. */
const POLL_MS = 500;

/**
 * Calls back when another connection has changed the file: SQLite tells nobody, but counts. Our own writer is
 * another connection too; the extra call finds nothing new.
 */
export function watchOtherProcesses(
  reader: SqliteConnection,
  onChange: () => void,
  onFault: (error: unknown) => void,
): { stop(): void } {
  let version: unknown;
  let isAsking = false;
  const ask = async (): Promise<void> => {
    const { rows } = await reader.execute("pragma data_version");
    const found = rows[0]?.[0];
    if (version !== undefined && found !== version) onChange();
    version = found;
  };
  const timer = setInterval(() => {
    if (isAsking) return;
    isAsking = true;
    ask()
      .catch(onFault)
      .finally(() => (isAsking = false));
  }, POLL_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
