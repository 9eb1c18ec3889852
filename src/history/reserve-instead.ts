import type { HistoryEntry } from "../domain/history.ts";
import { isLowerBound, metricValue } from "./metric.ts";

/** What the runs of a history would have come to, had each been given so much memory (bytes). */
export type ReserveInstead = {
  amount: number;
  /** Those whose need is known: they were measured, and either ran to their own end or used more than the amount. */
  runs: number;
  /** They needed more. */
  killed: number;
  /** Cut short before they had used so much: nobody knows. */
  unknown: number;
  /**
   * What was held, and what would have been, byte-seconds: the amount for as long as the run took, and after a kill, at its
   * end as the worst case, all again with what it was really given. Absent where no run's reservation is known.
   */
  held?: { before: number; after: number };
};

/** Looks back at the runs as they were: an estimate of the next ones is what `almanac estimate` gives. */
export function reserveInstead(entries: readonly HistoryEntry[], amount: number): ReserveInstead {
  const found: ReserveInstead = { amount, runs: 0, killed: 0, unknown: 0 };
  for (const entry of entries) {
    const need = metricValue(entry, "memory");
    if (need === undefined) continue;
    const isBound = isLowerBound(entry, "memory");
    if (isBound && need < amount) {
      found.unknown += 1;
      continue;
    }
    const isKilled = isBound || need > amount;
    found.runs += 1;
    if (isKilled) found.killed += 1;
    const seconds = metricValue(entry, "duration");
    const reserved = entry.allocation?.memory.amount;
    if (seconds === undefined || reserved === undefined) continue;
    found.held ??= { before: 0, after: 0 };
    found.held.before += reserved * seconds;
    found.held.after += (amount + (isKilled ? Math.max(reserved, need) : 0)) * seconds;
  }
  return found;
}
