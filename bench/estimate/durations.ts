import { TOLD_AT, type ToldEnds } from "../../src/domain/accuracy.ts";
import { addEnds, talliedEnds, toldEndsOf, type EndTallies } from "../../src/estimate/accuracy/told-ends.ts";
import { estimateResource, type EstimateQuery, type InFlightRun } from "../../src/estimate/estimate.ts";
import { toldEnd } from "../../src/schedule/sampled-duration.ts";
import { StateTable, historyKeyOf, queryOf } from "./almanac.ts";
import { askedOf, endedOf, shuffled, splitRandom } from "./protocols.ts";
import { median, quantileOf } from "./score.ts";
import type { TraceRun } from "./traces.ts";

/** Runs that are too short to matter, and keys that are too young to judge, are left out. Seconds, runs. */
const LEAST_SECONDS = 5;
const LEAST_KNOWN = 10;

/** How good the predictions of one resource were. */
export type Accuracy = {
  runs: number;
  /** Median and 90th percentile of |p50 − actual| / actual. */
  median_error: number;
  p90_error: number;
  /** The share of runs below p5, and within p50 and p95. */
  below_p5: number;
  within_p50: number;
  within_p95: number;
  /** The median of p95 / actual: what the certainty costs. */
  median_p95_ratio: number;
  /** Of durations: how right the ends were that would have been told of the runs while they went on. */
  told_ends: ToldEnds[];
};

/** What is predicted, and how. */
export type AccuracyOptions = {
  resource: "duration" | "cpu_count";
  /** Runs that still go on are told to the estimate. */
  withInFlight: boolean;
  /** The machine is told to the estimate, as it is for a placed run. */
  withMachine: boolean;
  split: number;
};

/** `limit`: what was to be allocated. */
type Prediction = { actual: number; p5: number | undefined; p50: number; p95: number; limit: number };

/** Replays a trace in the order of its times, or (where it has none) in a random order, each run known at once. */
export function accuracyOf(runs: readonly TraceRun[], options: AccuracyOptions): Accuracy {
  const isTimed = runs.every((run) => run.started_ms !== undefined);
  const usable = runs.filter((run) => run[options.resource] !== undefined);
  const predictions = isTimed ? timed(usable, options) : untimed(usable, options);
  const errors = predictions.map(({ actual, p50 }) => Math.abs(p50 - actual) / actual);
  const share = (isWithin: (prediction: Prediction) => boolean) =>
    predictions.filter(isWithin).length / predictions.length;
  return {
    runs: predictions.length,
    median_error: median(errors),
    p90_error: quantileOf(errors, 0.9),
    below_p5: share(({ actual, p5 = 0 }) => actual < p5),
    within_p50: share(({ actual, p50 }) => actual <= p50),
    within_p95: share(({ actual, p95 }) => actual <= p95),
    median_p95_ratio: median(predictions.map(({ actual, p95 }) => p95 / actual)),
    told_ends: options.resource === "duration" ? toldEndsOf(predictions.reduce(withEnds, {})) : [],
  };
}

function withEnds(tallies: EndTallies, { actual: seconds, ...guess }: Prediction): EndTallies {
  const told = TOLD_AT.map((at) => ({ at, ...toldEnd(guess, 1, at * seconds) }));
  return addEnds(tallies, talliedEnds({ told, seconds }));
}

function timed(runs: readonly TraceRun[], options: AccuracyOptions): Prediction[] {
  const order = runs.toSorted((a, b) => a.started_ms! - b.started_ms!);
  const ends = order.toSorted((a, b) => a.ended_ms! - b.ended_ms!);
  const replay = new Replay(options);
  let going: TraceRun[] = [];
  let known = 0;
  for (const run of order) {
    const now = run.started_ms!; // the caller saw to it
    for (; known < ends.length && ends[known]!.ended_ms! <= now; known += 1) replay.learn(ends[known]!);
    going = going.filter((other) => other.ended_ms! > now);
    replay.predict(run, inFlight(going, run, now));
    going.push(run);
  }
  return replay.predictions;
}

function inFlight(going: readonly TraceRun[], run: TraceRun, nowMs: number): InFlightRun[] {
  return going
    .filter((other) => other.task === run.task && other.context === run.context)
    .map((other) => ({
      subject: other.subject,
      context: other.context,
      elapsed: (nowMs - other.started_ms!) / 1000, // only timed runs get here
      ...(other.input_size !== undefined && { input_size: other.input_size }),
    }))
    .filter(({ elapsed }) => elapsed > 0);
}

function untimed(runs: readonly TraceRun[], options: AccuracyOptions): Prediction[] {
  const replay = new Replay(options);
  for (const run of shuffled(runs, splitRandom(options.split))) {
    replay.predict(run, []);
    replay.learn(run);
  }
  return replay.predictions;
}

/** One replay's states and predictions. */
class Replay {
  readonly predictions: Prediction[] = [];
  readonly #table = new StateTable();
  readonly #known = new Map<string, number>();
  readonly #options: AccuracyOptions;

  constructor(options: AccuracyOptions) {
    this.#options = options;
  }

  predict(run: TraceRun, going: InFlightRun[]): void {
    const { resource, withInFlight, withMachine } = this.#options;
    const isYoung = (this.#known.get(nameOf(run)) ?? 0) < LEAST_KNOWN;
    if (isYoung || run.duration < LEAST_SECONDS || run.input_size === undefined) return;
    const key = historyKeyOf(askedOf(run));
    const query: EstimateQuery = {
      ...queryOf(askedOf(run)),
      ...(withInFlight && { in_flight: going }),
      ...(withMachine && run.machine !== undefined && { machine: run.machine }),
    };
    const found = estimateResource(key, this.#table.of(key), resource, query);
    const actual = run[resource];
    if (found !== undefined && actual !== undefined) {
      this.predictions.push({ actual, p5: found.p5, p50: found.p50, p95: found.p95, limit: found.allocate });
    }
  }

  learn(run: TraceRun): void {
    this.#known.set(nameOf(run), (this.#known.get(nameOf(run)) ?? 0) + 1);
    const { id, machine } = endedOf(run, 0);
    this.#table.learn(
      historyKeyOf(askedOf(run)),
      {
        at_ms: id * 1000,
        asked: {},
        ...(run.input_size !== undefined && { input_size: run.input_size }),
        ...(machine !== undefined && { machine }),
        duration: { value: run.duration, is_lower_bound: false },
        ...(run.cpu_count !== undefined && { cpu_count: { value: run.cpu_count, is_lower_bound: false } }),
      },
      (state) => state,
    );
  }
}

/** Young is a matter of task and context: subjects are often new. */
function nameOf({ task, context }: Pick<TraceRun, "task" | "context">): string {
  return JSON.stringify([task, context]);
}
