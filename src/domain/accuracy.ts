import type { AmountSource, Resource } from "./allocation.ts";
import type { Timestamp } from "./clock.ts";
import type { TaskType } from "./task.ts";
import type { VerdictKind } from "./verdict.ts";

/*
 * How good the estimates were that runs were given their amounts by: predicted and allocated beside used. Shares are
 * from 0 to 1, and null where nothing can be said. Amounts over time are byte-hours and core-hours.
 */

/** What of a resource was held for runs over time. */
export type HeldAmounts = {
  /** By all runs. */
  allocated: number;
  /** Of that, used by runs whose need is known: they were not cut short. */
  used: number;
  /** Held by them without need. */
  unused: number;
  /** Held by attempts that died of the resource, so that all of it was in vain. */
  lost: number;
  /** `unused + lost`. */
  wasted: number;
  /** Its share of what was allocated to those runs and attempts. */
  wasted_share: number | null;
  /** What runs that did not die were given, in times of what they used. */
  times_used: number | null;
  /** For how many runs people (their request, workflow or task) asked for an amount. */
  asked_runs: number;
  /** What they asked for over time. */
  asked: number;
  /** What they asked for and were not given, because an override said less; below 0: they were given more. */
  saved: number;
};

/** How good the estimates of one resource were. */
export type ResourceAccuracy = {
  /** Runs whose prediction can be compared with what they used. */
  judged: number;
  /** Of those of them that had a p5, the share that used less: 5 % is right. */
  below_p5: number | null;
  /** The share of them that used no more than their p50. */
  below_p50: number | null;
  /** The share of them that used no more than their p95. */
  below_p95: number | null;
  /** The median of |p50 - used| / used, to within a twentieth of itself. */
  median_error: number | null;
  /** How many runs had their amount from each source. */
  sources: Partial<Record<AmountSource, number>>;
  /** Attempts that died of an amount that Almanac chose. */
  deaths: number;
  /** Attempts that died of one that people asked for. */
  deaths_as_asked: number;
  /** Null for time: its amount is a limit, which nobody else goes without. */
  held: HeldAmounts | null;
};

/** When it is looked at what end had been told of a run: when such a share of it was over. */
export const TOLD_AT = [0.1, 0.5, 0.9] as const;
export type ToldAt = (typeof TOLD_AT)[number];

/**
 * How right the ends were that were told of runs while they went on, at one moment of them. What is told is a range: from when
 * half of such runs are over to when nine of ten are.
 */
export type ToldEnds = {
  /** At what part of the run. */
  at: ToldAt;
  /** Runs of a second and more that went to an end of their own, and whose duration had been predicted. */
  judged: number;
  /**
   * How far the beginning of the range was from the true end, in parts of the whole duration: for half of the runs it was no
   * further, and for nine of ten; to within a twentieth of itself.
   */
  median_error: number | null;
  /** As `median_error`, of nine of ten. */
  p90_error: number | null;
  /** The share of runs that ended before the range told. */
  sooner: number | null;
  /** In it. */
  within: number | null;
  /** After it. */
  later: number | null;
};

/**
 * What the choice of a worker was worth, of runs of a second and more that went to an end of their own, whose duration was
 * predicted, and that more than one worker could have taken.
 */
export type ChoiceAccuracy = {
  /** How many. */
  runs: number;
  /** Those whose workers were thought to differ in speed: all that follows is of these. */
  unlike: number;
  /** What they were expected to take on average on the workers that could have taken them, added up: seconds. */
  seconds: number;
  /** The share of it that the chosen workers were to save; below 0: to cost. Null where there are none. */
  predicted: number | null;
  /**
   * The share that the runs did save, in truth: below 0 they cost. Errors of the prediction are in it as well, and cancel out
   * over many runs only.
   */
  realised: number | null;
  /** By how much these errors alone may make `realised` differ from what the choice was worth: two standard errors. */
  give_or_take: number | null;
};

/** Attempts that died of an amount, and what they had cost by then. */
export type LostAttempts = {
  /** How many. */
  attempts: number;
  /** How long they had gone on, added up. */
  seconds: number;
  /** What they had held of memory, over time. */
  memory_byte_hours: number;
};

/** Verdicts that people overruled: what was said first, and what they said. */
export type Overruled = {
  /** What Almanac said. */
  from: VerdictKind;
  /** What a person said. */
  to: VerdictKind;
  /** How often. */
  count: number;
};

/** How good the estimates of some runs were. */
export type Accuracy = {
  /** Runs that went to an end of their own, or died of an amount. */
  runs: number;
  /** By resource; those of which something can be said. */
  resources: Partial<Record<Resource, ResourceAccuracy>>;
  /** One for each of `TOLD_AT`; empty where no run can be judged. */
  told_ends: ToldEnds[];
  /** Null where no run had a choice. */
  choice: ChoiceAccuracy | null;
  /** The cost of Almanac's own mistakes. */
  mistakes: LostAttempts;
  /** The cost of what people asked too little. */
  mistakes_as_asked: LostAttempts;
  /** On the days when people did so, most often overruled first. */
  overruled: Overruled[];
};

/** Into what spans of time a report is cut. */
export const ACCURACY_SPANS = ["day", "week"] as const;
export type AccuracySpan = (typeof ACCURACY_SPANS)[number];

/** How good the estimates were since a day: in all, by task, and over time. */
export type AccuracyReport = {
  /** The first day: UTC, midnight. */
  since: Timestamp;
  /** The day after the last: UTC, midnight. */
  until: Timestamp;
  /** True when there was more than one answer looks at: then only the newest days are in it. */
  is_cut: boolean;
  /** Of all tasks together. */
  all: Accuracy;
  /** Those that wasted most memory first. */
  tasks: { task_type: TaskType; task_name: string; accuracy: Accuracy }[];
  /** Spans with runs, oldest first; `from` is the span's first day. */
  over_time: { from: Timestamp; accuracy: Accuracy }[];
};
