import { epochMs } from "../domain/clock.ts";
import type { HistoryEntry } from "../domain/history.ts";
import type { CourseRun, TaskCourse } from "../domain/task-course.ts";
import { isLowerBound, metricValue, type MeasuredRun, type Metric } from "./metric.ts";
import { quantile } from "./summary.ts";

/** What a course is made of. */
export type CourseEntry = Pick<
  HistoryEntry,
  | "id"
  | "subject"
  | "work_request_id"
  | "completed_at"
  | "result"
  | "outcome"
  | "runtime_statistics"
  | "duration_ms"
  | "cpu_time_ms"
  | "lower_bounds"
  | "allocation"
  | "person_verdict"
>;

/** What the runs of a task in a context tell by themselves, whenever they are looked at. */
export type CourseFigures = Omit<
  TaskCourse,
  "task_type" | "task_name" | "context" | "open_findings" | "runs_per_day" | "memory_wasted_per_day"
> & {
  /** There are older runs than these. */
  has_older_runs: boolean;
  /** When the oldest of these ended, milliseconds since 1970. */
  oldest_ms: number;
  /** Memory reserved in vain by one run, on average: byte-hours. */
  memory_wasted_per_run: number | null;
};

/** How the newest runs of a task in a context went, given oldest first; undefined of none. */
export function courseOf(entries: readonly CourseEntry[], has_older_runs: boolean): CourseFigures | undefined {
  const [first, newest] = [entries[0], entries.at(-1)];
  if (first === undefined || newest === undefined) return undefined;
  const recent = entries.map(courseRunOf);
  return {
    runs: entries.length,
    has_older_runs,
    oldest_ms: epochMs(first.completed_at),
    newest_at: newest.completed_at,
    failed_share: entries.filter(({ result }) => result === "failure").length / entries.length,
    flaky_share: flakyShare(entries),
    duration_p50: quantileOf(passedTimes(recent), 0.5),
    duration_growth: growthOf(entries),
    memory_p95: wholeQuantile(known(entries, "memory"), 0.95),
    memory_reserved_p95: wholeQuantile(
      entries.flatMap(({ allocation }) => allocation?.memory.amount ?? []),
      0.95,
    ),
    memory_wasted_per_run: wastedMemory(entries),
    recent,
  };
}

/** A run as little pictures show it. */
export function courseRunOf(entry: Pick<HistoryEntry, "result"> & MeasuredRun): CourseRun {
  return { result: entry.result, duration: metricValue(entry, "duration") ?? null };
}

/** Seconds of the runs that passed, in the order given. */
export function passedTimes(runs: readonly CourseRun[]): number[] {
  return runs.flatMap(({ result, duration }) => (result === "success" ? (duration ?? []) : []));
}

/** The median of each so many values in a row: the course of the median, in which single values do not show. */
export function runningMedians(values: readonly number[], width: number): number[] {
  const windows = Math.max(0, values.length - width + 1);
  return Array.from({ length: windows }, (_, at) => quantile(values.slice(at, at + width).sort(ascending), 0.5));
}

const ascending = (a: number, b: number) => a - b;

function quantileOf(values: readonly number[], share: number): number | null {
  return values.length === 0 ? null : quantile(values.toSorted(ascending), share);
}

/** Of bytes, there are no parts. */
function wholeQuantile(values: readonly number[], share: number): number | null {
  const found = quantileOf(values, share);
  return found === null ? null : Math.round(found);
}

/** What runs used that ran to their own end. */
function known(entries: readonly CourseEntry[], metric: Metric): number[] {
  return entries.flatMap((entry) => (isLowerBound(entry, metric) ? [] : (metricValue(entry, metric) ?? [])));
}

/** Passed and failed on the same input is the one proof of a flake (`verdict/flake-rate.ts`); or a person said so. */
function flakyShare(entries: readonly CourseEntry[]): number {
  const requests = Map.groupBy(entries, ({ work_request_id, id }) => work_request_id ?? `entry ${id}`);
  const flaky = [...requests.values()].filter(
    (runs) =>
      runs.some(({ person_verdict }) => person_verdict === "flaky") ||
      (runs.some(({ result }) => result === "failure") && runs.some(({ result }) => result === "success")),
  );
  return flaky.length / requests.size;
}

/**
 * The later half of each subject's passed runs beside its earlier half, by their medians; of the subjects the median, each
 * weighed by its runs: so that a change of what is run does not look like a change of how long it takes.
 */
function growthOf(entries: readonly CourseEntry[]): number | null {
  const growths = [...Map.groupBy(entries, ({ subject }) => subject).values()].flatMap((own) => {
    const times = passedTimes(own.map(courseRunOf));
    const half = Math.floor(times.length / 2);
    const [before, after] = [quantileOf(times.slice(0, half), 0.5), quantileOf(times.slice(half), 0.5)];
    if (before === null || after === null || before <= 0) return [];
    return times.map(() => after / before - 1);
  });
  return quantileOf(growths, 0.5);
}

/** Of a run, on average: byte-hours that it was given and did not use; all that it held, where that was too little. */
function wastedMemory(entries: readonly CourseEntry[]): number | null {
  const each = entries.flatMap((entry) => {
    const [seconds, used] = [metricValue(entry, "duration"), metricValue(entry, "memory")];
    const given = entry.allocation?.memory.amount;
    if (seconds === undefined || given === undefined) return [];
    const hours = seconds / 3600;
    if (entry.outcome.kind === "out_of_memory") return [given * hours];
    return used === undefined || isLowerBound(entry, "memory") ? [] : [Math.max(0, given - used) * hours];
  });
  return each.length === 0 ? null : each.reduce((sum, one) => sum + one, 0) / each.length;
}
