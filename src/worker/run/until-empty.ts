import type { Account } from "../measure/meter.ts";

/**
 * Waits until no process of the run is alive.
 * @param whileAlive called between looks, for instance to kill again what was forked meanwhile
 * @returns false when some still were alive after `mostMs`
 */
export async function untilEmpty(account: Account, mostMs: number, whileAlive: () => void): Promise<boolean> {
  const endMs = performance.now() + mostMs;
  // ends: by success or by the clock
  for (let delayMs = 1; !account.isEmpty(); delayMs = Math.min(delayMs * 2, 50)) {
    if (performance.now() >= endMs) return false;
    whileAlive();
    await new Promise((resolve) => {
      setTimeout(resolve, delayMs);
    });
  }
  return true;
}
