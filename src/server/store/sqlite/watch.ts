import type { SqliteConnection } from "./connection.ts";

/** How soon the events of another process on the same file are noticed, milliseconds. */
const POLL_MS = 500;

/** A number that changes with every commit of another connection: SQLite tells nobody, but counts. */
export async function dataVersion(reader: SqliteConnection): Promise<unknown> {
  const { rows } = await reader.execute("pragma data_version");
  return rows[0]?.[0];
}

/**
 * Calls back when another connection has changed the file since `version`. Our own writer is another connection
 * too; the extra call finds nothing new.
 */
export function watchOtherProcesses(
  reader: SqliteConnection,
  version: unknown,
  onChange: () => void,
  onFault: (error: unknown) => void,
): { stop(): void } {
  let known = version;
  let isAsking = false;
  const ask = async (): Promise<void> => {
    const found = await dataVersion(reader);
    if (found !== known) onChange();
    known = found;
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
