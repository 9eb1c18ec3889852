import { epochMs, timestamp } from "../../domain/clock.ts";
import { forgetOldAccuracy } from "./accuracy.ts";
import type { LoopContext } from "./context.ts";

/** How many requests one transaction deletes: others must not wait long for it. */
const BATCH = 200;

/**
 * Deletes ended requests whose time has come, with their runs, logs and outputs; tokens that have ended;
 * and the events, the accuracy of days, and the ended deliveries that the settings do not keep.
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
    const { accuracyMaxAge, deliveriesMaxAge } = settings;
    if (accuracyMaxAge !== null) await forgetOldAccuracy(tx, now, accuracyMaxAge);
    if (deliveriesMaxAge !== null) await tx.trimDeliveries(timestamp(epochMs(now) - deliveriesMaxAge * 1000));
  });
}
