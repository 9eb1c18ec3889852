import { RESOURCES, type Resource } from "../domain/allocation.ts";
import type { LevelRuns, Outlook, WeighedResource } from "../domain/outlook.ts";
import type { HistoryKey } from "../domain/task.ts";
import type { Bound } from "./censored.ts";
import { withBounds } from "./censored.ts";
import type { EstimateQuery } from "./estimate.ts";
import { forecast, type Subject } from "./forecast.ts";
import { quantile, type Distribution } from "./ladder.ts";
import { levelKeysOf } from "./levels.ts";
import { sampleOf } from "./sample.ts";
import { sorted } from "./sorted.ts";
import type { LevelStates } from "./state.ts";

/*
 * What an amount is worth, read off the distribution that the estimate itself is made from: earlier runs around the
 * prediction, and one pseudo-run with a logistic tail, because a need never seen before is possible at any time
 * (`docs/estimates.md`).
 */

/** The pseudo-run is spread over so many points of its tail. */
const TAIL_POINTS = 39;

/** It is as wide as the runs are spread, within these bounds. Logarithms. */
const NARROWEST = 0.005;
const WIDEST = 0.2;

/** After the last amount that is named, each attempt is given twice as much. */
const NEXT_FACTOR = 2;

/** The needs of the next run, as history sees them: bytes ascending, the weights add up to 1. */
export type Needs = { values: number[]; weights: number[] };

/** What the next run may need of a resource; undefined when no run of its task was measured. */
export function needsOf(
  key: HistoryKey,
  states: LevelStates,
  resource: WeighedResource,
  query: EstimateQuery,
): Needs | undefined {
  const subject = subjectOf(key, states, query);
  const found = forecast(subject, resource);
  if (found === undefined) return undefined;
  if (found.kind === "few") {
    const few = { size: 2, values: [found.middle, found.largest], weights: [0.5, 0.5] };
    return withTail(few, found.evidence.runs, WIDEST);
  }
  const { values, counts, size, runs } = found.candidates;
  const seen = withBounds(sorted(values, counts, size), deathsOf(subject, resource));
  return withTail(seen, runs, (quantile(seen, 0.9) - quantile(seen, 0.1)) / 2);
}

/** What is to be expected of runs that are given the first of these amounts, and after each death the next. */
export function outlookOf(needs: Needs, [amount = 1, ...ladder]: readonly number[]): Outlook {
  let needed = 0;
  let wasted = 0;
  let failure_share = 0;
  for (const [index, need] of needs.values.entries()) {
    const weight = needs.weights[index]!; // one for each value
    needed += weight * need;
    wasted += weight * (spentOn(need, amount, ladder) - need);
    if (need > amount) failure_share += weight;
  }
  return { amount, failure_share: Math.min(1, failure_share), wasted: Math.max(0, wasted), needed };
}

/** The least amount, among the needs, that no more than this share of runs needs more than. */
export function amountForShare({ values, weights }: Needs, share: number): number {
  let above = 0;
  let index = values.length - 1;
  // ends: at the smallest value, or where more than the share would lie above
  while (index > 0 && above + weights[index]! <= share) {
    above += weights[index]!;
    index -= 1;
  }
  return values[index]!; // there is one at least
}

/** What each level of the history holds for the estimate of a key, finest first, which is called `key` as in its evidence. */
export function levelRunsOf(key: HistoryKey, states: LevelStates): LevelRuns[] {
  return levelKeysOf(key).flatMap(({ level }, index): LevelRuns[] => {
    const state = states[level];
    if (state === undefined || level === "default") return []; // that one knows shares of requests, not runs
    const kept: Partial<Record<Resource, number>> = {};
    for (const resource of RESOURCES) {
      const sample = sampleOf(state, resource, { input: undefined, asked: undefined });
      if (sample !== undefined) kept[resource] = sample.size;
    }
    return [{ level: index === 0 ? "key" : level, runs: state.runs, kept }];
  });
}

function subjectOf(key: HistoryKey, states: LevelStates, query: EstimateQuery): Subject {
  return {
    key,
    levels: levelKeysOf(key).map(({ level }) => level),
    states,
    query: { input: logOrNone(query.input_size), asked: logOrNone(query.asked?.memory) },
    machine: query.machine,
  };
}

function logOrNone(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 && Number.isFinite(value) ? Math.log(value) : undefined;
}

/** What runs of the key had needed when they died of the resource. */
function deathsOf({ levels, states }: Subject, resource: WeighedResource): Bound[] {
  const bounds = states[levels[0]!]?.bounds ?? []; // every key has a level
  return bounds.filter((bound) => bound.resource === resource).map(({ log }) => ({ log, weight: 1 }));
}

/** The runs seen, and the pseudo-run. */
function withTail({ size, values, weights }: Distribution, runs: number, spread: number): Needs {
  const width = Math.min(WIDEST, Math.max(NARROWEST, spread));
  const median = quantile({ size, values, weights }, 0.5);
  let total = 0;
  for (let index = 0; index < size; index += 1) total += weights[index]!;
  const points: { value: number; weight: number }[] = [];
  for (let index = 0; index < size; index += 1) {
    points.push({ value: Math.exp(values[index]!), weight: ((weights[index]! / total) * runs) / (runs + 1) });
  }
  for (let point = 0; point < TAIL_POINTS; point += 1) {
    const share = (point + 0.5) / TAIL_POINTS;
    const log = median + width * Math.log(share / (1 - share));
    points.push({ value: Math.exp(log), weight: 1 / (runs + 1) / TAIL_POINTS });
  }
  points.sort((a, b) => a.value - b.value);
  return { values: points.map(({ value }) => value), weights: points.map(({ weight }) => weight) };
}

/** All that is given until an attempt has enough: the attempts lost, and the one that succeeds. */
function spentOn(need: number, amount: number, ladder: readonly number[]): number {
  let given = amount;
  let spent = amount;
  let step = 0;
  // ends: amounts at least double once the ladder is climbed
  while (given < need) {
    given = Math.max(ladder[step] ?? 0, step < ladder.length ? given : given * NEXT_FACTOR);
    step += 1;
    spent += given;
  }
  return spent;
}
