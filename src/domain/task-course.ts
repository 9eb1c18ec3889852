import type { Timestamp } from "./clock.ts";
import type { HistoryKey } from "./task.ts";
import type { Result } from "./work-request.ts";

/** So many of the newest runs of a task in one context say how it goes. */
export const COURSE_RUNS = 30;

/** A run as little pictures show it. */
export type CourseRun = {
  /** What came of it. */
  result: Result;
  /** Seconds; null: not known. */
  duration: number | null;
};

/**
 * How the newest runs of a task in one context went, of all its subjects. Shares are from 0 to 1; null where too little is
 * known. It is of a bounded number of runs, however many there are.
 */
export type TaskCourse = Omit<HistoryKey, "subject"> & {
  /** How many of its newest runs it is of. */
  runs: number;
  /** When the newest of them ended. */
  newest_at: Timestamp;
  /** The share of them that failed by the work's fault. */
  failed_share: number;
  /** The share of their requests that failed and passed, or whose failure a person called flaky. */
  flaky_share: number;
  /** The median time of those that passed, seconds. */
  duration_p50: number | null;
  /** By how much longer subjects took lately than before: 0.1 is a tenth longer, below 0 is shorter. */
  duration_growth: number | null;
  /** 95 of 100 runs used no more memory: bytes. */
  memory_p95: number | null;
  /** 95 of 100 runs were given no more memory: bytes. */
  memory_reserved_p95: number | null;
  /** Memory that was reserved in vain, by the day at the pace of these runs: byte-hours. */
  memory_wasted_per_day: number | null;
  /** The pace of these runs. */
  runs_per_day: number;
  /** Findings in its histories that are not fixed. */
  open_findings: number;
  /** The runs, oldest first. */
  recent: CourseRun[];
};

/** What a list of courses comes to. */
export type TaskTotals = {
  /** Tasks, whatever their contexts. */
  tasks: number;
  /** Tasks by context: what is listed. */
  contexts: number;
  /** Of these, those of which a run failed lately. */
  failing: number;
  /** Findings in their histories that are not fixed. */
  open_findings: number;
  /** Memory that was reserved in vain, by the day at their pace: byte-hours. */
  memory_wasted_per_day: number;
};
