import { epochMs, timestamp } from "../../domain/clock.ts";
import { forgetOldAccuracy } from "./accuracy.ts";
import type { LoopContext } from "./context.ts";

/** How many requests one transaction deletes: others must not wait long for it. */
const BATCH = 200;

/** How long it is remembered what was told to whom, days. */
export const DELIVERIES_KEPT_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * Deletes ended requests whose time has come, with their runs, logs and outputs; tokens that have ended;
 * events beyond the limit; days of accuracy that nobody asks for any more; and deliveries that ended long ago.
 */
export async function expire(context: LoopContext): Promise<void> {
  const { store, files, settings } = context;
  // ends: every round deletes something, until there is nothing left
  for (;;) {
    const runs = await store.transaction(async (tx) => tx.deleteExpired(await tx.now(), BATCH));
    for (const run of runs) await files.remove(run);
    if (runs.length < BATCH) break;
  }
  await store.transaction(async (tx) => {
    const now = await tx.now();
    for (const token of await tx.tokens()) {
      if (token.expires_at !== null && token.expires_at <= now) await tx.deleteToken(token.id);
    }
    await tx.trimEvents(settings.eventsToKeep);
    await forgetOldAccuracy(tx, now);
    await tx.trimDeliveries(timestamp(epochMs(now) - DELIVERIES_KEPT_DAYS * DAY_MS));
  });
}
