import type { Timestamp } from "./clock.ts";
import type { RunId } from "./ids.ts";

/** What differs between two runs of one key, as text for people; null: it was not there. */
export type Change = { what: string; before: string | null; after: string | null };

/** The last run of a key that passed before another one of it. */
export type LastPass = {
  /** Null: it was made elsewhere. */
  run_id: RunId | null;
  completed_at: Timestamp;
  /** What the other run had otherwise, the likeliest cause first, at most 20; null: this one is not kept any more. */
  changes: Change[] | null;
};
