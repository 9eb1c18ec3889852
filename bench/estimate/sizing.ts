import { onlineReplay, paperReplay, type PaperOptions } from "./protocols.ts";
import { mean, wasteOf, type Score } from "./score.ts";
import type { Method } from "./sizer.ts";
import type { Trace } from "./traces.ts";

/** What a method wastes on a trace: gigabyte hours (10⁹ bytes), means over the splits. */
export type Sizing = {
  trace: string;
  protocol: "paper" | "online";
  method: string;
  splits: number;
  runs: number;
  used: number;
  waste: number;
  /** The mean over splits of waste/use: 0 is perfect knowledge. */
  waste_per_use: number;
  /** The least and the most of it in a split. */
  waste_per_use_range: readonly [number, number];
  /** Reserved beyond need by attempts that succeeded, and by attempts that were lost. */
  over: number;
  under: number;
  failed: number;
  /** Online: the part of the waste of runs of which nothing at all was known. */
  waste_unknown?: number;
  within_p50?: number;
  within_p95?: number;
};

const BYTE_SECONDS_PER_GIGABYTE_HOUR = 1e9 * 3600;

/** Larger files are replayed in fewer splits: their figures hardly differ between splits. */
const LARGE_FILE_RUNS = 5000;
const LARGE_FILE_SPLITS = 3;

/** How many splits a trace is replayed in. */
export function splitsFor(trace: Trace, splits: number): number {
  return trace.runs.length > LARGE_FILE_RUNS ? Math.min(splits, LARGE_FILE_SPLITS) : splits;
}

/** The paper protocol; undefined when no task has enough runs, or the method knows nothing about any. */
export function paperSizing(
  trace: Trace,
  method: Method,
  splits: number,
  options: Omit<PaperOptions, "split"> = {},
): Sizing | undefined {
  const scores = Array.from({ length: splitsFor(trace, splits) }, (_, split) =>
    paperReplay(trace.runs, method.create(trace.runs), { ...options, split }),
  );
  return sizingOf(trace, "paper", method, scores);
}

/** The online protocol; undefined when the trace has no times. */
export function onlineSizing(trace: Trace, method: Method): Sizing | undefined {
  const { all, cold } = onlineReplay(trace.runs, method.create(trace.runs));
  const sizing = sizingOf(trace, "online", method, [all]);
  return sizing && { ...sizing, waste_unknown: wasteOf(cold) / BYTE_SECONDS_PER_GIGABYTE_HOUR };
}

function sizingOf(
  trace: Trace,
  protocol: Sizing["protocol"],
  method: Method,
  scores: readonly Score[],
): Sizing | undefined {
  if (scores.some((score) => score.runs === 0)) return undefined;
  const average = (figure: (score: Score) => number) => mean(scores.map(figure));
  const hours = (figure: (score: Score) => number) => average(figure) / BYTE_SECONDS_PER_GIGABYTE_HOUR;
  const perUse = scores.map((score) => wasteOf(score) / score.used);
  const predicted = average((score) => score.predicted);
  return {
    trace: trace.name,
    protocol,
    method: method.name,
    splits: scores.length,
    runs: average((score) => score.runs),
    used: hours((score) => score.used),
    waste: hours(wasteOf),
    waste_per_use: mean(perUse),
    waste_per_use_range: [Math.min(...perUse), Math.max(...perUse)],
    over: hours((score) => score.over),
    under: hours((score) => score.under),
    failed: average((score) => score.failed),
    ...(predicted > 0 && {
      within_p50: average((score) => score.within_p50) / predicted,
      within_p95: average((score) => score.within_p95) / predicted,
    }),
  };
}
