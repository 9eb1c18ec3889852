import { epochMs } from "../domain/clock.ts";
import type { HistoryEntry } from "../domain/history.ts";
import type { TaskCourse } from "../domain/task-course.ts";
import { isLowerBound, metricValue, type Metric } from "./metric.ts";
import { quantile, summarize } from "./summary.ts";

const DAY_MS = 86_400_000;

/** What the runs of a task in a context tell by themselves. */
type CourseFigures = Omit<TaskCourse, "task_type" | "task_name" | "context" | "open_findings">;

/**
 * How the newest runs of a task in a context went, given oldest first; undefined of none. `isCut`: there are older ones, so
 * that these alone tell the pace; otherwise their number over the time since the first of them, which counts as a day at least.
 */
export function courseOf(
  entries: readonly HistoryEntry[],
  { isCut, nowMs }: { isCut: boolean; nowMs: number },
): CourseFigures | undefined {
  const [first, newest] = [entries[0], entries.at(-1)];
  if (first === undefined || newest === undefined) return undefined;
  const spanMs = Math.max(isCut ? 60_000 : DAY_MS, nowMs - epochMs(first.completed_at));
  const runs_per_day = (entries.length * DAY_MS) / spanMs;
  const wasted = wastedMemory(entries);
  return {
    runs: entries.length,
    newest_at: newest.completed_at,
    failed_share: summarize(entries, "memory").failed_share,
    flaky_share: flakyShare(entries),
    duration_p50: quantileOf(passedTimes(entries), 0.5),
    duration_growth: growthOf(entries),
    memory_p95: wholeQuantile(known(entries, "memory"), 0.95),
    memory_reserved_p95: wholeQuantile(
      entries.flatMap(({ allocation }) => allocation?.memory.amount ?? []),
      0.95,
    ),
    memory_wasted_per_day: wasted === undefined ? null : wasted * runs_per_day,
    runs_per_day,
  };
}

/** Seconds of the runs that passed, in the order given. */
export function passedTimes(entries: readonly HistoryEntry[]): number[] {
  return entries.flatMap((entry) => (entry.result === "success" ? (metricValue(entry, "duration") ?? []) : []));
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
function known(entries: readonly HistoryEntry[], metric: Metric): number[] {
  return entries.flatMap((entry) => (isLowerBound(entry, metric) ? [] : (metricValue(entry, metric) ?? [])));
}

/** Passed and failed on the same input is the one proof of a flake (`verdict/flake-rate.ts`); or a person said so. */
function flakyShare(entries: readonly HistoryEntry[]): number {
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
function growthOf(entries: readonly HistoryEntry[]): number | null {
  const growths = [...Map.groupBy(entries, ({ subject }) => subject).values()].flatMap((own) => {
    const times = passedTimes(own);
    const half = Math.floor(times.length / 2);
    const [before, after] = [quantileOf(times.slice(0, half), 0.5), quantileOf(times.slice(half), 0.5)];
    if (before === null || after === null || before <= 0) return [];
    return times.map(() => after / before - 1);
  });
  return quantileOf(growths, 0.5);
}

/** Of a run, on average: byte-hours that it was given and did not use; all that it held, where that was too little. */
function wastedMemory(entries: readonly HistoryEntry[]): number | undefined {
  const each = entries.flatMap((entry) => {
    const [seconds, used] = [metricValue(entry, "duration"), metricValue(entry, "memory")];
    const given = entry.allocation?.memory.amount;
    if (seconds === undefined || given === undefined) return [];
    const hours = seconds / 3600;
    if (entry.outcome.kind === "out_of_memory") return [given * hours];
    return used === undefined || isLowerBound(entry, "memory") ? [] : [Math.max(0, given - used) * hours];
  });
  return each.length === 0 ? undefined : each.reduce((sum, one) => sum + one, 0) / each.length;
}
