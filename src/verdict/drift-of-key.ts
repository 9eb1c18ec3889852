import { assertNever } from "../domain/assert-never.ts";
import { momentText, type Timestamp } from "../domain/clock.ts";
import type { Finding } from "../domain/finding.ts";
import { parseRunId, type RunId } from "../domain/ids.ts";
import { formatBytes, formatDuration } from "../domain/units.ts";
import { countText } from "./because.ts";
import { findChange, LEAST_CHANGE, LEAST_VALUES, type Change } from "./drift.ts";

/** What of a key's runs may drift. */
export const DRIFT_KINDS = ["memory", "duration"] as const;
export type DriftKind = (typeof DRIFT_KINDS)[number];

/** What is read of a run that succeeded. */
export type MeasuredRun = {
  run_id?: RunId;
  completed_at: Timestamp;
  /** Bytes; absent when it is only a lower bound, or was not measured. */
  memory?: number;
  /** Seconds. */
  duration?: number;
  cpu_model?: string;
  input_size?: number;
};

/** What is needed of the finding that is open. */
export type OpenDrift = Pick<Finding, "state" | "before_amount" | "after_amount">;

/** Where a key's runs stand now. Amounts: bytes or seconds, medians. */
export type Level = {
  /** When its first run ended, and which that was; absent for runs made elsewhere. */
  since: Timestamp;
  first_run_id: RunId | null;
  last_run_id: RunId | null;
  last_seen_at: Timestamp;
  run_count: number;
  /** Of how many requests those runs are. */
  request_count: number;
};

/** What follows from a look at a key's runs. */
export type DriftStep =
  /** Nothing has changed, and nothing was open. */
  | { kind: "steady" }
  /** The runs need another amount than before: a finding is opened, or the open one has gone on. */
  | { kind: "changed"; before: number; after: number; because: string; confidence: number; level: Level }
  /** The runs are back where they were before the open finding. */
  | { kind: "back"; because: string; level: Level }
  /** The open finding still holds; `isConfirmed`: enough runs say so by now. */
  | { kind: "holds"; isConfirmed: boolean; level: Level };

/** Smaller changes are nobody's business, however large a part they are: bytes and seconds. */
const LEAST_AMOUNT: Record<DriftKind, number> = { memory: 4 * 1024 ** 2, duration: 0.2 };

/**
 * Says what has become of a key's memory or duration. `runs`: its newest successes, oldest first, from those on with which
 * the present level of the key's last finding began. Pure.
 */
export function driftOfKey(kind: DriftKind, runs: readonly MeasuredRun[], open: OpenDrift | undefined): DriftStep {
  const series = seriesOf(kind, runs);
  if (series.length === 0) return { kind: "steady" };
  const change = findChange(series.map(({ amount }) => Math.log(amount)));
  const moved = change === undefined ? undefined : amountsOf(change);
  if (change === undefined || moved === undefined || Math.abs(moved.after - moved.before) < LEAST_AMOUNT[kind]) {
    if (open === undefined) return { kind: "steady" };
    const level = levelOf(series, 0);
    return { kind: "holds", isConfirmed: level.run_count >= LEAST_VALUES, level };
  }
  const level = levelOf(series, change.firstIndex);
  const because = becauseOf(kind, moved, level, series);
  if (open !== undefined && isBack(open, moved)) return { kind: "back", because, level };
  return { kind: "changed", ...total(open, moved), because, confidence: change.confidence, level };
}

type Point = { amount: number; run: MeasuredRun };
type Moved = { before: number; after: number };

/**
 * The amounts that can be compared: none where the input's size varies by more than a change that is told (what a larger input
 * needs is no drift), and durations of the processor of the newest run only.
 */
function seriesOf(kind: DriftKind, runs: readonly MeasuredRun[]): Point[] {
  const sizes = runs.flatMap(({ input_size }) => input_size ?? []);
  if (sizes.length > 0 && Math.max(...sizes) > Math.min(...sizes) * Math.exp(LEAST_CHANGE)) return [];
  const model = runs.findLast(({ duration }) => duration !== undefined)?.cpu_model;
  return runs.flatMap((run) => {
    const amount = amountOf(kind, run, model);
    return amount === undefined || amount <= 0 ? [] : [{ amount, run }];
  });
}

function amountOf(kind: DriftKind, run: MeasuredRun, model: string | undefined): number | undefined {
  switch (kind) {
    case "memory":
      return run.memory;
    case "duration":
      return run.cpu_model === model ? run.duration : undefined;
    default:
      return assertNever(kind);
  }
}

function amountsOf({ before, after }: Change): Moved {
  return { before: Math.exp(before), after: Math.exp(after) };
}

function levelOf(series: readonly Point[], firstIndex: number): Level {
  const first = series[firstIndex]!.run; // within the series
  const last = series.at(-1)!.run; // it has a first
  const ids = series.slice(firstIndex).flatMap(({ run }) => run.run_id ?? []);
  return {
    since: first.completed_at,
    first_run_id: first.run_id ?? null,
    last_run_id: last.run_id ?? null,
    last_seen_at: last.completed_at,
    run_count: series.length - firstIndex,
    request_count: new Set(ids.map((id) => parseRunId(id)?.work_request_id)).size,
  };
}

/** True when the new level is nearer to where it was before the finding than to where the finding left it. Logarithms. */
function isBack({ before_amount, after_amount }: OpenDrift, { before, after }: Moved): boolean {
  if (before_amount === null || after_amount === null) return false;
  // by ratio: the processor may be another than then
  const [drift, step] = [Math.log(after_amount / before_amount), Math.log(after / before)];
  return Math.abs(drift + step) < Math.abs(step);
}

/** The whole way since before the open finding, in the amounts of now. */
function total(open: OpenDrift | undefined, { before, after }: Moved): Moved {
  if (open?.before_amount == null || open.after_amount === null) return { before, after };
  return { before: (open.before_amount / open.after_amount) * before, after };
}

/** `memory rose by 42 %: 2.0G at the median of 31 runs, 2.8G in the 12 from 123.1 on`. */
function becauseOf(kind: DriftKind, { before, after }: Moved, level: Level, series: readonly Point[]): string {
  const format = kind === "memory" ? formatBytes : formatDuration;
  const ratio = after / before;
  const part = Math.round(Math.abs(ratio - 1) * 100);
  const how = ratio < 1 ? `fell by ${part} %` : ratio < 3 ? `rose by ${part} %` : `rose to ${ratio.toFixed(1)} times`;
  const earlier = countText(series.length - level.run_count, "run");
  const from = level.first_run_id === null ? `since ${momentText(level.since)} UTC` : `from ${level.first_run_id} on`;
  const model = series.at(-1)?.run.cpu_model;
  const where = kind === "duration" && model !== undefined && model !== "" ? `, on ${model}` : "";
  return `${kind} ${how}: ${format(before)} at the median of ${earlier}, ${format(after)} in the ${level.run_count} ${from}${where}`;
}
