import type { WeighedResource } from "./outlook.ts";
import type { HistoryKey } from "./task.ts";

/** What to ask for instead of what is asked. A subject or context that is empty stands for any. Bytes. */
export type Advice = HistoryKey & {
  resource: WeighedResource;
  /** What is asked today: the median, and the least and most. */
  asked: number;
  asked_least: number;
  asked_most: number;
  /** The least amount that one run in a hundred, or fewer, needs more than. */
  enough: number;
  /** The runs that were asked for so, on which this stands. */
  runs: number;
  /** The share of runs that need more than is asked today, and more than would be enough; from 0 to 1. */
  failures_as_asked: number;
  failures: number;
  /** Byte-hours a week that would not be wasted; below 0 where it takes more to be enough. */
  saved_a_week: number;
  /** How many such runs the workers have room for at once; null where no worker may run them. */
  at_once: { as_asked: number; with_enough: number } | null;
};
