import type { HistoryEntry } from "../../domain/history.ts";

/*
 * Between the records and the rows of `history`. Without the query builder, because `local-history.ts` must
 * start in a few milliseconds.
 */

/** The record of a row. */
export function historyEntryOf(row: object): HistoryEntry {
  const entries = Object.entries(row).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as HistoryEntry; // what may not be absent is `not null` in the table
}
