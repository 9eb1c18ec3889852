import type { HeldAmounts } from "../../../domain/accuracy.ts";
import { timestamp } from "../../../domain/clock.ts";
import { accuracyReport } from "../../loop/accuracy.ts";
import type { LoopContext } from "../../loop/context.ts";

/** With today, which has begun, seven days. */
const SIX_DAYS_MS = 6 * 86_400_000;

/** The overview is read with everything that happens, and a week changes slowly. */
const FRESH_MS = 60_000;

/** What runs of the last seven days held of memory; null: none has ended. At most a minute old. */
export type WeekOfWaste = () => Promise<HeldAmounts | null>;

/** Remembers what it gives. */
export function weekOfWaste({ store: { read }, clock }: LoopContext): WeekOfWaste {
  let known: { atMs: number; held: Promise<HeldAmounts | null> } | undefined;
  const look = async () => {
    const nowMs = clock.nowMs();
    const { all } = await accuracyReport(read, { since: timestamp(nowMs - SIX_DAYS_MS), by: "week" }, nowMs);
    return all.resources.memory?.held ?? null;
  };
  return () => {
    const atMs = clock.monotonicMs();
    if (known !== undefined && atMs - known.atMs < FRESH_MS) return known.held;
    const held = look();
    // what failed is looked for again by the next reader
    held.catch(() => (known = undefined));
    known = { atMs, held };
    return held;
  };
}
