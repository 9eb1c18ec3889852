import type { Timestamp } from "./clock.ts";
import type { WorkRequestId } from "./ids.ts";
import type { WorkRequestError } from "./output-data.ts";

/** What happens to due times that no server was there for. */
export const MISSED_POLICIES = ["skip", "once", "all"] as const;

/**
 * - `skip`: nothing; the next due time is waited for;
 * - `once`: one submission for all of them;
 * - `all`: one for each, the newest hundred at most.
 */
export type MissedPolicy = (typeof MISSED_POLICIES)[number];

export const FIRING_KINDS = ["submitted", "skipped", "refused"] as const;

/**
 * - `submitted`: work was submitted;
 * - `skipped`: the time was missed, and its schedule does not make up for it;
 * - `refused`: the server refused what the schedule submits.
 */
export type FiringKind = (typeof FIRING_KINDS)[number];

/** What became of one due time, or of being asked for. */
export type Firing = {
  /** When it was due. */
  due_at: Timestamp;
  /** When it was dealt with. */
  fired_at: Timestamp;
  /** What came of it. */
  kind: FiringKind;
  /** What was submitted. */
  work_request_ids: WorkRequestId[];
  /** Why nothing was. */
  errors: WorkRequestError[];
  /** Further due times before it that are not made up for. */
  skipped_count: number;
  /** Who asked for it between due times; then `due_at` is when that was. Null: it was due. */
  asked_by: string | null;
};

/** Work that is submitted again and again. */
export type Schedule = {
  /** Unique; people know it by that. */
  name: string;
  /** Five fields: minute, hour, day of the month, month, day of the week; or `@daily` and the like. */
  cron: string;
  /** A name of the time zone database, such as `Europe/Berlin`. */
  time_zone: string;
  /** What happens to due times that no server was there for. */
  missed: MissedPolicy;
  /** What is submitted: the body of a submission, without a key. */
  submission: Record<string, unknown>;
  /** True: nothing is due until it is resumed. */
  is_paused: boolean;
  /** The next due time; null while it is paused. */
  next_at: Timestamp | null;
  /** Who made it, or changed it last: its requests are submitted in this name. */
  created_by: string;
  /** When it was made. */
  created_at: Timestamp;
  /** What became of the newest time that it was due, or asked for; null: there was none yet. */
  last_firing: Firing | null;
};
