import { setTimeout as delay } from "node:timers/promises";

/** Waits so many milliseconds, or until the signal is given: being woken early is what the signal is for. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
