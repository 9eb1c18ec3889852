import type { Accuracy } from "./accuracy.ts";
import type { Timestamp } from "./clock.ts";

/** By what waste is told apart, beside tasks: what the work was applied to, who submitted it, where it ran. */
export const WASTE_GROUPS = ["subject", "owner", "worker"] as const;
export type WasteGroup = (typeof WASTE_GROUPS)[number];

/** What the newest runs reserved and used, by subject, owner or worker. */
export type WasteReport = {
  by: WasteGroup;
  /** When the oldest ended of the runs that were looked at; null: there are none. */
  since: Timestamp | null;
  /** True when there are older ones that were asked for: one answer looks at a bounded number. */
  is_cut: boolean;
  runs: number;
  /** Those that wasted most memory first. A name is null where nobody knows it any more: the request has expired. */
  groups: { name: string | null; accuracy: Accuracy }[];
};
