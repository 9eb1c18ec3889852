import type { Accuracy } from "./accuracy.ts";
import type { Timestamp } from "./clock.ts";
import type { WorkerName } from "./ids.ts";

/** By what waste is told apart, beside tasks: what the work was applied to, who submitted it, where it ran. */
export const WASTE_GROUPS = ["subject", "owner", "worker"] as const;
export type WasteGroup = (typeof WASTE_GROUPS)[number];

/** What the newest runs reserved and used, by subject, owner or worker. */
export type WasteReport = {
  /** By what it is told apart. */
  by: WasteGroup;
  /** When the oldest ended of the runs that were looked at; null: there are none. */
  since: Timestamp | null;
  /** True when there are older ones that were asked for: one answer looks at a bounded number. */
  is_cut: boolean;
  /** How many runs were looked at. */
  runs: number;
  /** Of all work, whatever the report is of. */
  spare_workers: SpareWorkers;
  /** Those that wasted most memory first. A name is null where nobody knows it any more: the request has expired. */
  groups: { name: string | null; accuracy: Accuracy }[];
};

/** Workers may go as long as what was reserved fits the others in this share of the time in which anything was. */
export const SPARE_TIME_SHARE = 0.95;

/** Of the workers that stay, this share is left free in that: runs do not fill machines without gaps. */
export const SPARE_ROOM_SHARE = 0.1;

/**
 * How many workers could go: by what was reserved for runs, and by what those runs need of a worker. It looks back only:
 * work that is to come is not in it.
 */
export type SpareWorkers = {
  /** From when to when all that was reserved is known to this answer. */
  since: Timestamp;
  until: Timestamp;
  /** True when it begins later than was asked for: one answer looks at a bounded number of runs. */
  is_cut: boolean;
  /** The runs that held something in that time; 0: nothing is known. */
  runs: number;
  /** How long in that time anything was reserved, seconds. */
  busy_seconds: number;
  /** The workers that take work now. */
  workers: number;
  /** Of these, those that could all go, by name: the smallest first, so that the fewest stay. Never all of them. */
  spare: WorkerName[];
  /** The share of the busy time in which what was reserved fits those that stay; null where none could go. */
  fits: number | null;
};
