import { DAY_MS, epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { attempt } from "./attempt.ts";
import type { LoopContext } from "./context.ts";
import { retentionOf } from "./history-trim.ts";
import { pause } from "./pause.ts";

/** How often all histories are looked at; and how many keys at a time. */
const EVERY_MS = 6 * 3_600_000;
const KEYS = 100;

/** How many entries one call of `trimHistory` deletes at most. */
const TRIMMED_AT_ONCE = 1_000;

/**
 * Trims the histories that no end of a run trims: of keys of which nothing runs any more, once their runs are too old, and of
 * all when the server was started to keep less than before. Until the signal is given; only the leading server calls it. In
 * the background: with as long a pause after each look, so that it costs half of a processor at most.
 */
export async function sweepHistories(context: LoopContext, signal: AbortSignal): Promise<void> {
  // ends: when the signal is given
  while (!signal.aborted) {
    await attempt(context.log, "trimming histories", () => sweep(context, signal));
    await pause(EVERY_MS, signal);
  }
}

async function sweep({ store, settings }: LoopContext, signal: AbortSignal): Promise<void> {
  const retention = retentionOf(settings);
  const { old_items_to_keep, max_age_days = Infinity } = retention;
  let after: HistoryKey | undefined;
  // ends: with the last keys, or when the signal is given
  while (!signal.aborted) {
    const startedMs = performance.now();
    const kept = await store.read.keptHistories(after, KEYS);
    const oldest = oldestKept(await store.read.now(), max_age_days);
    for (const history of kept) {
      if (history.runs <= old_items_to_keep && history.oldest_at >= oldest) continue;
      // what is kept for being the last success or failure costs one call for nothing
      for (let left = history.runs; left > 0 && !signal.aborted; left -= TRIMMED_AT_ONCE) {
        await store.transaction((tx) => tx.trimHistory(keyOf(history), retention));
      }
    }
    if (kept.length < KEYS) return;
    after = kept.at(-1);
    await pause(performance.now() - startedMs, signal);
  }
}

function oldestKept(now: Timestamp, days: number): Timestamp {
  return days === Infinity ? "" : timestamp(epochMs(now) - days * DAY_MS);
}

function keyOf({ task_type, task_name, subject, context }: HistoryKey): HistoryKey {
  return { task_type, task_name, subject, context };
}
