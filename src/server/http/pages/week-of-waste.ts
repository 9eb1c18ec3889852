import type { HeldAmounts } from "../../../domain/accuracy.ts";
import { timestamp } from "../../../domain/clock.ts";
import { accuracyReport } from "../../loop/accuracy.ts";
import type { LoopContext } from "../../loop/context.ts";
import { remembering } from "./remember.ts";

/** With today, which has begun, seven days. */
const SIX_DAYS_MS = 6 * 86_400_000;

/** The overview is read with everything that happens, and a week changes slowly. */
const FRESH_MS = 60_000;

/** What runs of the last seven days held of memory; null: none has ended. At most a minute old. */
export type WeekOfWaste = () => Promise<HeldAmounts | null>;

/** Remembers what it gives. */
export function weekOfWaste({ store: { read }, clock }: LoopContext): WeekOfWaste {
  const remembered = remembering<HeldAmounts | null>(clock, FRESH_MS);
  return () =>
    remembered("week", async () => {
      const nowMs = clock.nowMs();
      const { all } = await accuracyReport(read, { since: timestamp(nowMs - SIX_DAYS_MS), by: "week" }, nowMs);
      return all.resources.memory?.held ?? null;
    });
}
