import type { AccuracyReport, AccuracySpan } from "../../domain/accuracy.ts";
import { DAY_MS, epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { Run } from "../../domain/run.ts";
import type { MemoryRaise } from "../../domain/runtime-statistics.ts";
import type { HistoryKey, TaskType } from "../../domain/task.ts";
import type { VerdictKind } from "../../domain/verdict.ts";
import { judge, type RunDetails } from "../../estimate/accuracy/judge.ts";
import { AccuracyFold, dayOf } from "../../estimate/accuracy/report.ts";
import { addOverruled, addRun, parseTally } from "../../estimate/accuracy/tally.ts";
import { toldEnd } from "../../schedule/sampled-duration.ts";
import type { StoreReader, StoreTransaction, TaskDay } from "../store/store.ts";

/** What a report covers unless it is asked for more. */
export const USUAL_DAYS = 30;

/** What one report reads at most, and at a time: a day of a task is a few KiB. */
const MOST_TASK_DAYS = 10_000;
const PAGE = 500;

/**
 * Adds an ended run to what is known of how good estimates are, in the transaction that keeps its history: `placed` is what
 * was thought of it when it was placed.
 */
export async function judgeRun(
  tx: StoreTransaction,
  entry: HistoryEntry,
  placed: Pick<Run, "estimate" | "allocation" | "placement">,
  raises: readonly MemoryRaise[] | undefined,
): Promise<void> {
  const run = judge(entry, placed.estimate, { raises, toldEnd: toldEndOf(placed), placement: placed.placement });
  if (run === undefined) return;
  const { task_type, task_name, completed_at } = entry;
  const day = { task_type, task_name, day: dayOf(completed_at) };
  await tx.changeAccuracyDay(day, (tally) => addRun(parseTally(tally), run));
}

/** The end that pages and `almanac why` tell of a run after so many seconds; undefined where they tell none. */
function toldEndOf({
  estimate,
  allocation,
  placement,
}: Pick<Run, "estimate" | "allocation" | "placement">): RunDetails["toldEnd"] {
  if (estimate.duration === undefined) return undefined;
  const { p50, p95 } = estimate.duration;
  const { slowness = 1 } = placement.candidates.find(({ verdict }) => verdict === "chosen") ?? {};
  const guess = { p50, p95, limit: allocation.duration.amount };
  return (elapsed) => toldEnd(guess, slowness, elapsed);
}

/** Adds a verdict that a person overruled, in the transaction that does so. */
export async function noteOverruled(
  tx: StoreTransaction,
  { task_type, task_name }: Pick<HistoryKey, "task_type" | "task_name">,
  verdicts: { from: VerdictKind; to: VerdictKind },
  now: Timestamp,
): Promise<void> {
  if (verdicts.from === verdicts.to) return;
  await tx.changeAccuracyDay({ task_type, task_name, day: dayOf(now) }, (tally) =>
    addOverruled(parseTally(tally), verdicts.from, verdicts.to),
  );
}

/** What is asked about accuracy. */
export type AccuracyQuery = {
  task_type?: TaskType | undefined;
  task_name?: string | undefined;
  /** Rounded down to its day, in UTC; absent: 30 days ago. */
  since?: Timestamp | undefined;
  by: AccuracySpan;
};

/** How good estimates were since a day. Reads a bounded number of days of tasks, the newest. */
export async function accuracyReport(
  reader: StoreReader,
  { since, by, ...task }: AccuracyQuery,
  nowMs: number,
): Promise<AccuracyReport> {
  const first = dayOf(since ?? timestamp(nowMs - USUAL_DAYS * DAY_MS));
  const fold = new AccuracyFold(by);
  let after: TaskDay | undefined;
  let left = MOST_TASK_DAYS;
  // ends: when all was read, or as much as one report may
  while (left > 0) {
    const days = await reader.accuracyDays({ ...task, since: first }, Math.min(PAGE, left), after);
    for (const { tally, ...day } of days) fold.add({ ...day, tally: parseTally(tally) });
    if (days.length < PAGE) break;
    left -= days.length;
    after = days.at(-1);
  }
  const midnight = (day: string) => timestamp(epochMs(`${day}T00:00:00.000Z`));
  return fold.report({
    since: midnight(left > 0 ? first : (after?.day ?? first)),
    until: timestamp(epochMs(midnight(dayOf(timestamp(nowMs)))) + DAY_MS),
    is_cut: left <= 0,
  });
}

/** Forgets the days that are older than is kept; `maxAge` in seconds. */
export async function forgetOldAccuracy(tx: StoreTransaction, now: Timestamp, maxAge: number): Promise<void> {
  await tx.trimAccuracyDays(dayOf(timestamp(epochMs(now) - maxAge * 1000)));
}
