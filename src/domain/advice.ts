import type { Timestamp } from "./clock.ts";
import type { LayerScope } from "./layer.ts";
import type { WeighedResource } from "./outlook.ts";
import type { HistoryKey } from "./task.ts";

/** What an advice is about. A subject or context that is empty stands for any. */
export type AdviceKey = HistoryKey & {
  /** Of what to ask for another amount. */
  resource: WeighedResource;
};

/** What a layer holds for that decides what the advice is about: null for any. */
export function adviceScope({ task_name, subject, context }: AdviceKey): LayerScope {
  return { task_name, subject: subject || null, context: context || null };
}

/** What to ask for instead of what is asked. Bytes. */
export type Advice = AdviceKey & {
  /** What is asked today: the median, and the least and most. */
  asked: number;
  /** The least that is asked today. */
  asked_least: number;
  /** The most. */
  asked_most: number;
  /** The least amount that one run in a hundred, or fewer, needs more than. */
  enough: number;
  /** The runs that were asked for so, on which this stands. */
  runs: number;
  /** The share of runs that need more than is asked today; from 0 to 1. */
  failures_as_asked: number;
  /** The share of runs that need more than would be enough. */
  failures: number;
  /** Byte-hours a week that would not be wasted; below 0 where it takes more to be enough. */
  saved_a_week: number;
  /** How many such runs the workers have room for at once; null where no worker may run them. */
  at_once: {
    /** With what is asked today. */
    as_asked: number;
    /** With what is enough. */
    with_enough: number;
  } | null;
};

/**
 * An advice that a person does not want to see again, as it was then: it is given anew once what is asked, or what would
 * be enough, has become another (`isStillIgnored` says when), or once the person takes that back.
 */
export type IgnoredAdvice = AdviceKey &
  Pick<Advice, "asked" | "enough"> & {
    /** Counted up by the database. */
    id: number;
    /** The name of the token. */
    ignored_by: string;
    /** When that was said. */
    ignored_at: Timestamp;
  };
