import type { HeldAmounts } from "../../domain/accuracy.ts";
import { DAY_MS, timestamp } from "../../domain/clock.ts";
import { accuracyReport } from "./accuracy.ts";
import type { LoopContext } from "./context.ts";
import { remembering } from "./remember.ts";

/** With today, which has begun, seven days. */
const SIX_DAYS_MS = 6 * DAY_MS;

/** It is asked for with everything that happens, and a week changes slowly. */
const FRESH_MS = 60_000;

type Week = () => Promise<HeldAmounts | null>;

/** What each server remembers. */
const kept = new WeakMap<LoopContext, Week>();

/** What runs of the last seven days held of memory; null: none has ended. At most a minute old. */
export function weekOfWaste(context: LoopContext): Promise<HeldAmounts | null> {
  const known = kept.get(context) ?? rememberedWeek(context);
  kept.set(context, known);
  return known();
}

function rememberedWeek({ store: { read }, clock }: LoopContext): Week {
  const remembered = remembering<HeldAmounts | null>(clock, FRESH_MS);
  return () =>
    remembered("week", async () => {
      const nowMs = clock.nowMs();
      const { all } = await accuracyReport(read, { since: timestamp(nowMs - SIX_DAYS_MS), by: "week" }, nowMs);
      return all.resources.memory?.held ?? null;
    });
}
