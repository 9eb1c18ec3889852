import type { Timestamp } from "./clock.ts";
import type { RunId } from "./ids.ts";
import type { LastPass } from "./last-pass.ts";
import type { HistoryKey } from "./task.ts";

/** What can be found in histories. */
export const FINDING_KINDS = ["regression", "memory", "duration", "farm"] as const;

/**
 * - `regression`: a key fails that passed before;
 * - `memory`, `duration`: the runs of a key need more, or less, than before, and stay there;
 * - `farm`: many different subjects began to fail alike; of the subject that was seen last.
 */
export type FindingKind = (typeof FINDING_KINDS)[number];

export const FINDING_STATES = ["new", "confirmed", "known", "fixed"] as const;

/**
 * - `new`: seen, nobody has looked at it;
 * - `confirmed`: later runs show it as well, or a person said so;
 * - `known`: a person has accepted it;
 * - `fixed`: it is over.
 */
export type FindingState = (typeof FINDING_STATES)[number];

/** Something that has changed for the worse, or by much, in the history of a key. */
export type Finding = HistoryKey & {
  /** Counted up by the database. */
  id: number;
  /** What has changed. */
  kind: FindingKind;
  /** What is thought of it. */
  state: FindingState;
  /** The sentence for people, with its numbers. */
  because: string;
  /** 0 to 1. */
  confidence: number;
  /** Of drift: the medians before and after, bytes or seconds. */
  before_amount: number | null;
  /** As `before_amount`, after the change. */
  after_amount: number | null;
  /** Of drift: when the first run on the present level ended; the next change is looked for from there on. */
  level_since: Timestamp | null;
  /** Of failures: how they fail. */
  fingerprint: string | null;
  /** The first line of the log that tells of an error; null: none does. */
  first_error: string | null;
  /** The first run that shows it; it may have expired. */
  first_run_id: RunId | null;
  /** The name of the token that sent the request of that run; null: that was not kept when it was found. */
  first_request_by: string | null;
  /** The last run of its key that passed before, and what that first run had otherwise, as it was found; null: none passed. */
  last_pass: LastPass | null;
  /** The newest run that shows it. */
  last_run_id: RunId | null;
  /** How many runs have shown it; of drift, those among the newest 200 successes of its key. */
  run_count: number;
  /** Of how many requests those are; runs that were made elsewhere are of none. */
  request_count: number;
  /** How many more requests were not run, because they depend on one of those. */
  stopped_count: number;
  /** When it was found. */
  found_at: Timestamp;
  /** When that newest run ended. */
  last_seen_at: Timestamp;
  /** When it came into its state, and who put it there; null: Almanac. */
  state_at: Timestamp;
  /** The name of the token that put it into its state; null: Almanac did. */
  state_by: string | null;
  /** Who looks after it, by the name of a token; null: nobody has taken it. */
  owner: string | null;
  /** What that person said; null: nothing. */
  note: string | null;
};
