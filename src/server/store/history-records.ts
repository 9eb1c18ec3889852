import { createHash } from "node:crypto";
import type { ImportedEntry } from "../../contract/records.ts";
import type { HistoryEntry } from "../../domain/history.ts";

/*
 * Between the records and the rows of `history`. Without the query builder, because `local-history.ts` must
 * start in a few milliseconds.
 */

/** A row as it is read: what the record leaves out is null. */
export type HistoryRow = { [Key in keyof HistoryEntry]: HistoryEntry[Key] | null };

/** The record of a row. */
export function historyEntryOf(row: object): HistoryEntry {
  const entries = Object.entries(row).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as HistoryEntry; // what may not be absent is `not null` in the table
}

/** What must be equal for an imported entry to be there already: key, time, origin and figures. */
export function importHash(entry: ImportedEntry): string {
  const { task_type, task_name, subject, context, completed_at, origin, runtime_statistics } = entry;
  const figures = Object.entries(runtime_statistics).sort(([a], [b]) => (a < b ? -1 : 1));
  const finer = [entry.duration_ms, entry.cpu_time_ms, entry.input_size, entry.result, entry.outcome];
  const text = JSON.stringify([task_type, task_name, subject, context, completed_at, origin, figures, finer]);
  return createHash("sha256").update(text).digest("base64url");
}
