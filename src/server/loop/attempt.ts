import type { Log } from "./context.ts";

/** Does something that may fail without ending the loop: the next round starts from the database again. */
export async function attempt(log: Log, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error({ err: error }, `${what} failed; it is tried again`);
  }
}
