import {
  RESOURCES,
  type Amounts,
  type Estimate,
  type EstimateLevel,
  type Resource,
  type ResourceEstimate,
} from "../domain/allocation.ts";
import type { HistoryKey } from "../domain/task.ts";
import { withBounds, type Bound } from "./censored.ts";
import type { Candidates } from "./candidates.ts";
import { LOG_STEP } from "./codec.ts";
import { forecast, type Forecast, type Subject } from "./forecast.ts";
import { meanOf, planLadder, quantile, quantileBetween, quantileFromAbove, type Distribution } from "./ladder.ts";
import { levelKeysOf } from "./levels.ts";
import { estimateFromRequest } from "./requests.ts";
import { sortedTwice } from "./sorted.ts";
import type { KeptBound, LevelStates } from "./state.ts";

/** What is known about the run to be estimated, beside the states of its key. */
export type EstimateQuery = {
  /** Size of its input in bytes, where the task says it. */
  input_size?: number;
  /** The machine it will run on, where that is known already: cpu model, else worker's name. */
  machine?: string;
  /** What people asked for it: programs that size themselves by what they get behave like others that asked the same. */
  asked?: Amounts;
  /**
   * Runs of the same task that still go on: they need at least what they have used. At most 64 are looked at, and of
   * these only those of the level that the estimate stands on: what another key takes says nothing of one that is known.
   */
  in_flight?: InFlightRun[];
  /** The worker raises the memory limit of a run while it can: a failed attempt is rare. */
  elastic?: boolean;
};

/** A run that still goes on: of which key, for how long (seconds), the size of its input (bytes), and where (as `EstimateQuery.machine`). */
export type InFlightRun = Pick<HistoryKey, "subject" | "context"> & {
  elapsed: number;
  input_size?: number;
  machine?: string;
};

/** Where the worker can raise the limit, it does so four times of five, and nothing is lost. */
const ELASTIC_FAILURE_SHARE = 0.2;

const LADDER_STEPS = 6;
const SMALLEST_STEP = Math.log(1.2);

/** With one or two runs the spread is unknown: this much above the largest wastes least. Durations vary more. */
const FEW_MARGIN = Math.log(1.1);
const FEW_DURATION_MARGIN = Math.log(1.5);
const FEW_LADDER = [Math.log(1.3), Math.log(2)];

/** The share of runs that are to lie at or below p95, and at or above p5. */
const COVERED = 0.95;
const FULL_TAIL_RUNS = 20;

/** The next run is beyond all of n once in n + 1 times; half of it, as errors with each run left out are too large already. */
const NEXT_RUN = 0.5;

/** For so many runs after it, a death that nothing settled raises the estimate above itself. */
const DEATH_RUNS = 8;
const DEATH_STEP = Math.log(1.5);

/**
 * A run may take this many times its p95 before it counts as hung: machines differ, cores are shared, and the runs that
 * end first are the short ones. (With 2 the replay of methylseq lost 59 % of its memory × time to killed good runs.)
 */
const TIME_LIMIT_FACTOR = 5;

/** Cores are shared: what counts is that what is reserved in all is what is used in all, and a little more. */
const CORES_MARGIN = Math.log(1.05);

const MOST_IN_FLIGHT = 64;

/** How far p50 and p95 move while nearly all runs still go on: shares of the distance between the two. */
const UNSEEN_SHIFT = 0.15;
const UNSEEN_STRETCH = 1.2;

/**
 * What the history predicts for a run. `states` are those of `levelKeysOf(key)`; absent ones have no history; the
 * finest of the key is reported as level `key`. A resource that no level has measured is absent. Never throws,
 * gives positive numbers only.
 */
export function estimate(key: HistoryKey, states: LevelStates, query: EstimateQuery): Estimate {
  const levels = levelKeysOf(key).map(({ level }) => level);
  const result: Estimate = {};
  for (const resource of RESOURCES) {
    const found = estimateAt(levels, key, states, resource, query);
    if (found !== undefined) result[resource] = found;
  }
  return result;
}

/** The same for one resource. */
export function estimateResource(
  key: HistoryKey,
  states: LevelStates,
  resource: Resource,
  query: EstimateQuery,
): ResourceEstimate | undefined {
  const levels = levelKeysOf(key).map(({ level }) => level);
  return estimateAt(levels, key, states, resource, query);
}

function estimateAt(
  levels: readonly EstimateLevel[],
  key: HistoryKey,
  states: LevelStates,
  resource: Resource,
  query: EstimateQuery,
): ResourceEstimate | undefined {
  const input = resource === "cpu_count" ? undefined : logOrNone(query.input_size); // cores do not grow with it
  const subject = {
    key,
    levels,
    states,
    query: { input, asked: logOrNone(query.asked?.memory) },
    machine: query.machine,
  };
  const found = forecast(subject, resource);
  const deaths = deathsOf(subject, resource);
  if (found === undefined) {
    if (deaths.length > 0) return fromDeathsOnly(resource, deaths);
    return estimateFromRequest(states.default, resource, query.asked?.[resource]);
  }
  const moved = (bound: KeptBound) => bound.log + shift(found, input, bound.input);
  const floor = deaths.filter((bound) => bound.isFresh).reduce((top, bound) => Math.max(top, moved(bound)), -Infinity);
  const bounds: Bound[] = deaths.map((bound) => ({ log: moved(bound), weight: 1 }));
  const going = resource === "duration" ? alikeInFlight(key, found.evidence.level, query.in_flight ?? []) : [];
  bounds.push(...inFlight(found, input, going));
  const spread =
    found.kind === "few" ? fewSpread(found, resource, floor) : spreadOf(found.candidates, bounds, going.length);
  return resourceEstimate(resource, found, spread, floor, query.elastic === true);
}

/** What the numbers are read off. Logarithms. */
type Spread = {
  /** Absent where too little is known to say how little a run may need. */
  low?: number;
  middle: number;
  high: number;
  /** Of the need, over all time that runs took. */
  mean: () => number;
  plan: (failureShare: number) => number[];
};

/**
 * The p5, the middle and the p95 of the candidates. While `unseen` runs still go on, those that are known are the quick
 * ones: the larger the share that is unseen, the further up the latter two are moved. The quick ones it knows well.
 */
function spreadOf(candidates: Candidates, bounds: readonly Bound[], unseen: number): Spread {
  const { values, costs, counts, size, runs, seen } = candidates;
  const [byCost, byCount] = sortedTwice(values, costs, counts, size);
  const counted = withBounds(byCount, bounds);
  const middle = quantile(counted, 0.5);
  const reach = highQuantile(counted, middle, seen) - middle;
  const share = unseen / (unseen + runs);
  const moved = middle + UNSEEN_SHIFT * share * reach;
  const plan = (failureShare: number) => planLadder(withBounds(byCost, bounds), { runs, failureShare }, LADDER_STEPS);
  const mean = () => meanOf(withBounds(byCost, bounds));
  const low = lowQuantile(counted, middle, seen);
  return { low, middle: moved, high: moved + (1 + UNSEEN_STRETCH * share) * reach, mean, plan };
}

/** The p95 that holds for the next run, not for those seen: one more run lies beyond; few runs show too little. */
function highQuantile(distribution: Distribution, middle: number, runs: number): number {
  const share = nextRunShare(runs);
  if (share < 1) return quantileBetween(distribution, share);
  const top = distribution.values[distribution.size - 1]!;
  return top + beyondSeen(top - middle, runs);
}

/** The p5 by the same rules, from the other end. */
function lowQuantile(distribution: Distribution, middle: number, runs: number): number {
  const share = nextRunShare(runs);
  if (share < 1) return quantileFromAbove(distribution, share);
  const bottom = distribution.values[0]!;
  return bottom - beyondSeen(middle - bottom, runs);
}

/** The share of the runs seen that must be covered for the next one to be so 95 times of 100; from 1 on all of them. */
function nextRunShare(runs: number): number {
  return COVERED * (1 + NEXT_RUN / runs);
}

/** How far beyond the outermost of few runs, which lies `reach` from their middle, the next may lie. */
function beyondSeen(reach: number, runs: number): number {
  return (0.5 * reach * (FULL_TAIL_RUNS - runs)) / FULL_TAIL_RUNS + (runs < 5 ? 0.1 : 0);
}

function fewSpread(found: Forecast & { kind: "few" }, resource: Resource, floor: number): Spread {
  const margin = resource === "duration" ? FEW_DURATION_MARGIN : FEW_MARGIN;
  const high = Math.max(found.largest + margin, floor + DEATH_STEP);
  return {
    middle: found.middle,
    high,
    mean: () => found.middle,
    plan: () => [high, ...FEW_LADDER.map((step) => found.largest + step)],
  };
}

function resourceEstimate(
  resource: Resource,
  found: Pick<Forecast, "evidence" | "beyond">,
  spread: Spread,
  floor: number,
  isElastic: boolean,
): ResourceEstimate {
  const p50 = amountOf(resource, spread.middle);
  const p95 = Math.max(p50, amountOf(resource, spread.high));
  const p5 = spread.low === undefined ? {} : { p5: Math.min(p50, leastAmountOf(resource, spread.low)) };
  const { evidence } = found;
  if (resource === "cpu_count") {
    return { ...p5, p50, p95, allocate: amountOf(resource, spread.mean() + CORES_MARGIN), ladder: [], evidence };
  }
  if (resource === "duration") {
    const limit = Math.log(p95) + Math.log(TIME_LIMIT_FACTOR) + found.beyond;
    return { ...p5, p50, p95, allocate: amountOf(resource, Math.max(limit, floor + DEATH_STEP)), ladder: [], evidence };
  }
  const steps = spaced(spread.plan(isElastic ? ELASTIC_FAILURE_SHARE : 1), floor);
  const [allocate, ...ladder] = wholeAmounts(resource, steps);
  return { ...p5, p50, p95, allocate: allocate!, ladder, evidence }; // `spaced` gives at least one
}

/** The steps above the floor, far enough from each other to be worth another attempt. */
function spaced(steps: readonly number[], floor: number): number[] {
  const above = steps.filter((step) => step > floor);
  if (above.length === 0) above.push(floor + DEATH_STEP, floor + 2 * DEATH_STEP);
  const result = [above[0]!];
  for (const step of above.slice(1)) result.push(Math.max(step, result[result.length - 1]! + SMALLEST_STEP));
  return result;
}

/** The amounts of increasing steps: steps of a few bytes end at the same whole byte, amounts never do. */
function wholeAmounts(resource: Resource, steps: readonly number[]): number[] {
  const amounts: number[] = [];
  for (const step of steps) {
    const before = amounts[amounts.length - 1] ?? 0;
    amounts.push(Math.max(amountOf(resource, step), before + 1));
  }
  return amounts;
}

type Death = KeptBound & { isFresh: boolean };

/** The lower bounds of the finest level that has any, for the resource. */
function deathsOf({ levels, states }: Subject, resource: Resource): Death[] {
  const state = states[levels[0]!]; // every key has a level
  if (state === undefined) return [];
  return state.bounds
    .filter((bound) => bound.resource === resource)
    .map((bound) => ({ ...bound, isFresh: state.runs - bound.age <= DEATH_RUNS }));
}

/** Only deaths are known: above all of them. */
function fromDeathsOnly(resource: Resource, deaths: readonly Death[]): ResourceEstimate {
  const floor = deaths.reduce((top, death) => Math.max(top, death.log), -Infinity);
  const evidence = { level: "key" as const, runs: deaths.length, method: "above the last death" };
  const high = floor + DEATH_STEP;
  return resourceEstimate(
    resource,
    { evidence, beyond: 0 },
    { middle: high, high, mean: () => high, plan: () => [high, high + DEATH_STEP] },
    floor,
    false,
  );
}

/** Those that share with the key what the runs share that the estimate stands on. */
function alikeInFlight(key: HistoryKey, level: EstimateLevel, runs: readonly InFlightRun[]): InFlightRun[] {
  return runs.filter(
    ({ subject, context }) =>
      (subject === key.subject || (level !== "key" && level !== "subject")) &&
      (context === key.context || (level !== "key" && level !== "context")),
  );
}

function inFlight(found: Forecast, input: number | undefined, runs: readonly InFlightRun[]): Bound[] {
  const bounds: Bound[] = [];
  for (const run of runs.slice(0, MOST_IN_FLIGHT)) {
    const elapsed = logOrNone(run.elapsed);
    if (elapsed !== undefined)
      bounds.push({ log: elapsed + shift(found, input, logOrNone(run.input_size)), weight: 1 });
  }
  return bounds;
}

/** From an input of one size to the one at hand. */
function shift(found: Forecast, input: number | undefined, from: number | undefined): number {
  return input === undefined || from === undefined ? 0 : found.locate(input) - found.locate(from);
}

function logOrNone(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 && Number.isFinite(value) ? Math.log(value) : undefined;
}

/** Whole bytes; seconds and cores with three decimals, at least one thousandth. */
function amountOf(resource: Resource, log: number): number {
  const amount = Math.exp(log);
  if (resource === "memory" || resource === "disk_space") return Math.max(1, Math.ceil(amount));
  return Math.max(0.001, Math.ceil(amount * 1000) / 1000);
}

/** The same, rounded down, from as little as the figure may have been that is kept so coarsely. */
function leastAmountOf(resource: Resource, log: number): number {
  const amount = Math.exp(log - LOG_STEP / 2);
  if (resource === "memory" || resource === "disk_space") return Math.max(1, Math.floor(amount));
  return Math.max(0.001, Math.floor(amount * 1000) / 1000);
}
