import { zeros } from "./numbers.ts";
import type { Resource } from "../domain/allocation.ts";
import { EXPERTS, predictorOf, type Predictor } from "./experts.ts";
import { expectedWaste } from "./ladder.ts";
import type { Sample } from "./sample.ts";
import { sorted } from "./sorted.ts";

/** An error of a duration larger than this factor (in logarithms) is simply wrong. */
const LARGEST_ERROR = 2;

/** Keeps a perfect expert from taking all weight for ever. */
const LEAST_LOSS = 1e-4;

/** With few runs all losses are calculated anew at each; with more those of one expert, or the blend, in turn. */
const FEW_RUNS = 24;
const TURNS = EXPERTS.length + 1;

/** Cores do not grow with the input. */
export const SIZED_RESOURCES: readonly Resource[] = ["memory", "disk_space", "duration"];

/** So many runs bring each resource's losses up to date once, for one expert. */
const TURN_RUNS = 2 * SIZED_RESOURCES.length;

/** An expert of this much less weight than the best is left out. */
const NEGLIGIBLE = 0.02;

/** How sharply the experts' blend, and the choice among experts and blend, prefer a smaller loss. */
const BLEND_POWER = 8;
const CHOICE_POWER_PER_RUN = 0.3;
const MOST_RUNS = 64;

/** With more runs than this, two experts are enough. */
const MANY_RUNS = 24;

/** The blend of the experts comes after them. */
const BLEND = EXPERTS.length;

/** For each expert, and last their blend, how much it counts; the sum is 1. */
export type Choice = { experts: number[]; blend: number[] };

/** How the losses of the experts, and of their blend, weigh them. Without input sizes only `fixed` can say anything. */
export function choiceOf(losses: readonly number[] | undefined, sample: Sample): Choice {
  const blend = zeros(EXPERTS.length);
  const experts = zeros(EXPERTS.length + 1);
  if (losses === undefined || !sample.hasInputs || sample.size < 3) {
    experts[0] = 1;
    blend[0] = 1;
    return { experts, blend };
  }
  const runs = Math.min(sample.size, MOST_RUNS);
  weigh(losses, BLEND, BLEND_POWER, blend);
  weigh(losses, BLEND + 1, Math.max(1, CHOICE_POWER_PER_RUN * runs), experts);
  if (sample.size > MANY_RUNS) keepBestTwo(experts);
  return { experts, blend };
}

function weigh(losses: readonly number[], size: number, power: number, into: number[]): void {
  let least = Infinity;
  for (let j = 0; j < size; j += 1) least = Math.min(least, losses[j]!);
  let sum = 0;
  for (let j = 0; j < size; j += 1) {
    const weight = (least / losses[j]!) ** power;
    into[j] = weight < NEGLIGIBLE ? 0 : weight;
    sum += into[j]!;
  }
  for (let j = 0; j < size; j += 1) into[j] = into[j]! / sum;
}

function keepBestTwo(weights: number[]): void {
  let first = 0;
  let second = -1;
  for (let j = 1; j < weights.length; j += 1) {
    if (weights[j]! > weights[first]!) {
      second = first;
      first = j;
    } else if (second < 0 || weights[j]! > weights[second]!) second = j;
  }
  const sum = weights[first]! + weights[second]!;
  for (let j = 0; j < weights.length; j += 1) {
    weights[j] = j === first || j === second ? weights[j]! / sum : 0;
  }
}

/** Some of the runs of a sample, neighbours by the size of their input. */
export type Window = { from: number; to: number };

/** What each run of the window needed beyond what the expert predicts from all others; elsewhere zeros. */
export function residualsOf(expert: number, predict: Predictor, sample: Sample, window: Window): number[] {
  if (expert === 0) return sample.needs;
  const residuals = zeros(sample.size);
  const spot = { input: 0, place: 0, without: 0 };
  for (let i = window.from; i < window.to; i += 1) {
    spot.input = sample.inputs[i]!;
    spot.place = i;
    spot.without = i;
    residuals[i] = sample.needs[i]! - predict(spot);
  }
  return residuals;
}

/** The blend's residuals: those of the experts, weighted. */
export function blendResiduals(blend: number[], of: (expert: number) => number[], size: number): number[] {
  const residuals = zeros(size);
  for (let j = 0; j < blend.length; j += 1) {
    const weight = blend[j]!;
    if (weight === 0) continue;
    const own = of(j);
    for (let i = 0; i < size; i += 1) residuals[i] = residuals[i]! + weight * own[i]!;
  }
  return residuals;
}

/**
 * Whether a run is one that brings the losses of the resource up to date. With many runs each resource has its turn, at
 * another run in the state of the task than in that of the key. `turn` counts the runs.
 */
export function isDue(resource: Resource, kept: number, turn: number, isTask: boolean): boolean {
  return kept <= FEW_RUNS || turn % TURN_RUNS === 2 * SIZED_RESOURCES.indexOf(resource) + (isTask ? 1 : 0);
}

/** What each run needed beyond what an expert predicts from all others; each expert's worked out when it is asked for. */
export type Residuals = (expert: number) => number[];

/** The residuals of all experts over a sample. */
export function lazyResiduals(sample: Sample): Residuals {
  const known: (number[] | undefined)[] = [];
  const everything = { from: 0, to: sample.size };
  return (j) => (known[j] ??= residualsOf(j, predictorOf(EXPERTS[j]!, sample), sample, everything));
}

/**
 * The losses after a run was learnt. With few runs all are calculated anew; with many one in `TURNS`: `turn` counts the runs.
 */
export function nextLosses(
  losses: readonly number[] | undefined,
  sample: Sample,
  residuals: Residuals,
  resource: Resource,
  turn: number,
): readonly number[] | undefined {
  if (!sample.hasInputs || sample.size < 3) return losses;
  // Without a ladder to solve, all take no longer than one.
  const isAll = losses === undefined || sample.size <= FEW_RUNS || resource === "duration";
  const next = losses === undefined ? [] : [...losses];
  const part = Math.floor(turn / TURN_RUNS) % TURNS;
  for (let j = 0; j <= BLEND; j += 1) {
    if (!isAll && j !== part) continue;
    const own = j < BLEND ? residuals(j) : blendResiduals(choiceOf(next, sample).blend, residuals, sample.size);
    next[j] = lossOf(own, sample, resource);
  }
  return next;
}

/** The expert that explains most. */
export function bestExpert(losses: readonly number[] | undefined, sample: Sample): number {
  if (losses === undefined || !sample.hasInputs || sample.size < 3) return 0;
  return EXPERTS.reduce((least, _, j) => (losses[j]! < losses[least]! ? j : least), 0);
}

/** To four digits, which is all that it is worth, so that it takes little room. */
function lossOf(residuals: number[], sample: Sample, resource: Resource): number {
  const isLadder = resource === "memory" || resource === "disk_space";
  const loss = isLadder ? wasteOf(residuals, sample) : errorOf(residuals, sample);
  return Math.round((loss + LEAST_LOSS) * 1e6) / 1e6;
}

/** The mean error: what counts for durations. */
function errorOf(residuals: number[], sample: Sample): number {
  let mean = 0;
  let total = 0;
  for (let i = 0; i < sample.size; i += 1) {
    mean += sample.counts[i]! * residuals[i]!;
    total += sample.counts[i]!;
  }
  mean /= total;
  let loss = 0;
  for (let i = 0; i < sample.size; i += 1) {
    loss += sample.counts[i]! * Math.min(LARGEST_ERROR, Math.abs(residuals[i]! - mean));
  }
  return loss / total;
}

/** The waste of the best ladder: what counts for memory and disk. */
function wasteOf(residuals: number[], sample: Sample): number {
  const weights = zeros(sample.size);
  for (let i = 0; i < sample.size; i += 1) {
    weights[i] = sample.costs[i]! * Math.exp(sample.needs[i]! - residuals[i]! - sample.highest);
  }
  const runs = Math.min(sample.size, MOST_RUNS);
  return expectedWaste(sorted(residuals, weights, sample.size), { runs, failureShare: 1 });
}
