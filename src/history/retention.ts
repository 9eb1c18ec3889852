import { DAY_MS, epochMs, type Timestamp } from "../domain/clock.ts";
import type { HistoryEntry } from "../domain/history.ts";

/** What is kept of one key beside its last success and last failure. */
export type RetentionRule = {
  /** The newest so many are kept; 0: only the last success and the last failure. */
  old_items_to_keep: number;
  /** Of those, only the ones that ended within so many days. Absent: however old. */
  max_age_days?: number;
};

/** What the rule reads of an entry. */
export type RetainedEntry = Pick<HistoryEntry, "id" | "completed_at" | "result">;

/**
 * The ids of the entries of one key that the rule keeps, as of `now`. This is what the store's trimming must do:
 * the last success and the last failure (`failure` or `error`) stay for ever; of the rest the newest
 * `old_items_to_keep` stay, the two counted among them, and of these only those within the age limit.
 */
export function keptEntries(entries: readonly RetainedEntry[], rule: RetentionRule, now: Timestamp): Set<number> {
  const sorted = entries.toSorted(newestFirst);
  const kept = new Set<number>();
  for (const last of [sorted.find(isSuccess), sorted.find(isFailure)]) {
    if (last !== undefined) kept.add(last.id);
  }
  const oldest = rule.max_age_days === undefined ? -Infinity : epochMs(now) - rule.max_age_days * DAY_MS;
  for (const entry of sorted.slice(0, rule.old_items_to_keep)) {
    if (epochMs(entry.completed_at) >= oldest) kept.add(entry.id);
  }
  return kept;
}

/** The order of a history: by end, newest first; among equal ends the one that came in later. */
export function newestFirst(a: RetainedEntry, b: RetainedEntry): number {
  if (a.completed_at !== b.completed_at) return a.completed_at < b.completed_at ? 1 : -1;
  return b.id - a.id;
}

/** Counts as a success for `last-success` and for retention. */
export function isSuccess(entry: Pick<HistoryEntry, "result">): boolean {
  return entry.result === "success";
}

/** Counts as a failure for `last-failure` and for retention: the work's fault, or not. */
export function isFailure(entry: Pick<HistoryEntry, "result">): boolean {
  return entry.result === "failure" || entry.result === "error";
}
