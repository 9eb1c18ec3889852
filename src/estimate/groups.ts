import { hashOf } from "./codec.ts";
import { codesOf } from "./columns.ts";
import { predictionsOf, spotOf, type Model } from "./candidates.ts";
import { zeros } from "./numbers.ts";
import type { Sample } from "./sample.ts";
import type { EstimateState } from "./state.ts";

/**
 * What a context or a machine adds to the prediction of its task: location is learnt at the fine level, spread at the
 * coarse one. The offset of a group is the shrunken mean of what its runs needed beyond the prediction.
 */

/** A group that the run at hand belongs to. */
export type Group = {
  column: "context" | "machine";
  name: string;
  /** The runs of that group alone: its own state remembers what that of the task has forgotten. */
  sample?: Sample | undefined;
};

/** The errors of a model's runs with the offsets of their groups taken out, and the offset of the run at hand. */
export type Refined = {
  offset: number;
  errors: number[];
  /** True when some group makes a clear difference. */
  hasEffect: boolean;
};

/**
 * An offset is drawn towards none as if by this many runs without any: the ratio of the variance within groups to
 * that between them (James and Stein). The one is taken that leaves the smallest errors.
 */
const SHRINKAGES = [0.02, 0.25, 2];

/**
 * A kind of group matters when it makes the errors smaller by this share and by what chance can do, which is less the
 * more runs there are.
 */
const LEAST_GAIN = 0.1;
const CHANCE_GAIN = 1.5;

/** The errors of a model's weighted prediction, each run left out once, after the offset of each group that matters. */
export function refine(model: Model, state: EstimateState, groups: readonly Group[]): Refined {
  const { sample } = model;
  const errors = jointErrors(model);
  const centre = meanOf(errors, sample.counts);
  for (let i = 0; i < sample.size; i += 1) errors[i] = errors[i]! - centre;
  const refined: Refined = { offset: centre, errors, hasEffect: false };
  for (const group of groups) takeOut(refined, group, model, state);
  return refined;
}

/** The prediction that the errors of `refine` are about, before offsets. */
export function jointPrediction(model: Model, input: number | undefined): number {
  const predictions = predictionsOf(model, spotOf(model.sample, input));
  let sum = 0;
  for (let j = 0; j < predictions.length; j += 1) sum += model.weights[j]! * predictions[j]!;
  return sum;
}

/** What the runs needed beyond the weighted prediction from the others. */
export function jointErrors({ sample, weights, residuals }: Model): number[] {
  const errors = zeros(sample.size);
  for (let j = 0; j < weights.length; j += 1) {
    const own = residuals[j];
    if (weights[j] === 0 || own === undefined) continue;
    for (let i = 0; i < sample.size; i += 1) errors[i] = errors[i]! + weights[j]! * own[i]!;
  }
  return errors;
}

function meanOf(values: readonly number[], weights: readonly number[]): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i += 1) {
    sum += weights[i]! * values[i]!;
    total += weights[i]!;
  }
  return sum / total;
}

type Sum = { sum: number; weight: number };

/** Takes the offsets of all groups of one kind out of the errors, each run's own left out, if they matter. */
function takeOut(refined: Refined, group: Group, model: Model, state: EstimateState): void {
  const { sample } = model;
  const names = namesOf(sample.places, codesOf(state, group.column));
  const sums = sumsByName(names, refined.errors, sample.counts);
  const known = sums.get(hashOf(group.name)) ?? elsewhere(group.sample, model, refined.offset);
  if (known === undefined) return;
  const best = bestShrinkage(names, sums, refined.errors, sample.counts);
  if (best.gain < LEAST_GAIN + CHANCE_GAIN / Math.sqrt(best.runs)) return;
  refined.errors = best.left;
  refined.offset += known.sum / (known.weight + best.shrinkage);
  refined.hasEffect = true;
}

/** The errors of a group's runs, when the task's state has forgotten them. */
function elsewhere(own: Sample | undefined, model: Model, offset: number): Sum | undefined {
  if (own === undefined) return undefined;
  let sum = 0;
  for (let i = 0; i < own.size; i += 1) {
    sum += own.needs[i]! - jointPrediction(model, own.isSized ? own.inputs[i] : undefined) - offset;
  }
  return { sum, weight: own.size };
}

function namesOf(places: readonly number[], codes: readonly number[]): number[] {
  return places.map((place) => codes[place]!);
}

function sumsByName(names: readonly number[], errors: readonly number[], counts: readonly number[]): Map<number, Sum> {
  const sums = new Map<number, Sum>();
  for (let i = 0; i < names.length; i += 1) {
    let own = sums.get(names[i]!);
    if (own === undefined) sums.set(names[i]!, (own = { sum: 0, weight: 0 }));
    own.sum += counts[i]! * errors[i]!;
    own.weight += counts[i]!;
  }
  return sums;
}

type Shrunken = { shrinkage: number; left: number[]; gain: number; runs: number };

/** The shrinkage that leaves the least errors, those errors, and by what share they are smaller than before. */
function bestShrinkage(
  names: readonly number[],
  sums: ReadonlyMap<number, Sum>,
  errors: number[],
  counts: readonly number[],
): Shrunken {
  const best: Shrunken = { shrinkage: 0, left: errors, gain: -Infinity, runs: 0 };
  for (const shrinkage of SHRINKAGES) {
    const left = [...errors];
    let before = 0;
    let after = 0;
    let runs = 0;
    for (let i = 0; i < errors.length; i += 1) {
      const own = sums.get(names[i]!)!; // every run is in one
      const others = own.weight - counts[i]!;
      if (others < 0.5) continue; // the only run of its group says nothing about it
      left[i] = errors[i]! - (own.sum - counts[i]! * errors[i]!) / (others + shrinkage);
      before += counts[i]! * Math.abs(errors[i]!);
      after += counts[i]! * Math.abs(left[i]!);
      runs += 1;
    }
    const gain = before === 0 ? 0 : 1 - after / before;
    if (gain > best.gain) Object.assign(best, { shrinkage, left, gain, runs });
  }
  return best;
}
