import type { EstimateLevel, Resource } from "./allocation.ts";

/** The resources of which a run that has too little dies, and whose amounts can be weighed against each other. */
export const WEIGHED_RESOURCES = ["memory", "disk_space"] as const satisfies readonly Resource[];
export type WeighedResource = (typeof WEIGHED_RESOURCES)[number];

/** What is to be expected of runs that are given an amount of memory or disk. Bytes. */
export type Outlook = {
  /** What they are given. */
  amount: number;
  /**
   * The share of runs that need more, from 0 to 1. They die of it and are tried again with more, unless their worker has
   * memory to spare.
   */
  failure_share: number;
  /** What a run wastes on average, for as long as it runs: what it leaves over, and attempts lost. */
  wasted: number;
  /** What a run needs on average. */
  needed: number;
};

/** The runs that one level of the history holds for an estimate. */
export type LevelRuns = {
  /** How exactly it matches. */
  level: EstimateLevel;
  /** All that were learnt. */
  runs: number;
  /** For each resource, those whose figures are kept. */
  kept: Partial<Record<Resource, number>>;
};
