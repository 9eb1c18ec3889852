import { zeros } from "./numbers.ts";
import { hashOf, decode } from "./codec.ts";
import { predictionsOf, spotOf, type Model } from "./candidates.ts";
import type { Sample } from "./sample.ts";
import type { EstimateState } from "./state.ts";

/**
 * What a subject, a context or a machine adds to the prediction of its task: location is learnt at the fine level,
 * spread at the coarse one. The offset of a group is the shrunken mean of what its runs needed beyond the prediction.
 */

/** A group that the run at hand belongs to. */
export type Group = {
  column: "subject" | "context" | "machine";
  name: string;
  /** The runs of that group alone: its state remembers what that of the task has forgotten. */
  sample?: Sample | undefined;
};

/** Runs' errors after the offsets, and the offset of the run at hand. */
export type Refined = {
  offset: number;
  errors: number[];
  /** 1 for runs whose groups have other runs, too. */
  isWarm: number[];
  warmRuns: number;
  /** True when some group makes a difference: else its runs are like all others. */
  hasGained: boolean;
};

/**
 * An offset is drawn towards none as if by this many runs without any: the ratio of the variance within groups to
 * that between them (James and Stein). The one is taken that leaves the smallest errors.
 */
const SHRINKAGES = [0.02, 0.25, 2];

/** A kind of group that does not make the errors smaller by this share tells nothing, and is left alone. */
const LEAST_GAIN = 0.1;

/** Enough for a mean. */
const MOST_OWN_RUNS = 16;

/** The errors of a model's weighted prediction, after each group's offset; undefined when no group has a run (or no
 * machine makes a difference). */
export function refine(model: Model, state: EstimateState, groups: readonly Group[]): Refined | undefined {
  const { sample } = model;
  const errors = jointErrors(model);
  const centre = meanOf(errors, sample.counts);
  for (let i = 0; i < sample.size; i += 1) errors[i] = errors[i]! - centre;
  const isWarm = zeros(sample.size).fill(1);
  let offset = centre;
  let ownRuns = 0;
  let hasGained = false;
  for (const group of groups) {
    const added = addGroup(group, model, state, errors, isWarm, centre);
    if (added.runs === 0) continue;
    offset += added.offset;
    ownRuns = Math.max(ownRuns, added.runs);
    hasGained ||= added.hasGained;
  }
  if (ownRuns === 0) return undefined;
  let warmRuns = 0;
  for (let i = 0; i < sample.size; i += 1) warmRuns += isWarm[i]!;
  return { offset, errors, isWarm, warmRuns, hasGained };
}

/** The prediction that the errors of `refine` are about. */
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

function meanOf(values: number[], weights: number[]): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i += 1) {
    sum += weights[i]! * values[i]!;
    total += weights[i]!;
  }
  return sum / total;
}

type Sum = { sum: number; weight: number };

/** Takes the offsets of all groups of one kind out of the errors, each run's own left out. */
function addGroup(
  group: Group,
  model: Model,
  state: EstimateState,
  errors: number[],
  isWarm: number[],
  centre: number,
): { offset: number; runs: number; hasGained: boolean } {
  const { sample } = model;
  const column = state.columns[group.column];
  const names = sample.places.map((place) => decode(column, place));
  const sums = sumsByName(names, errors, sample.counts);
  const known = sums.get(hashOf(group.name)) ?? elsewhere(group.sample, model, centre);
  if (known === undefined) return { offset: 0, runs: 0, hasGained: false };
  const { shrinkage, left, gain } = bestShrinkage(names, sums, errors, sample.counts);
  if (gain < LEAST_GAIN) {
    return { offset: 0, runs: group.column === "machine" ? 0 : known.weight, hasGained: false };
  }
  for (let i = 0; i < sample.size; i += 1) {
    if (hasOthers(sums.get(names[i]!)!, sample.counts[i]!)) errors[i] = left[i]!;
    else isWarm[i] = 0;
  }
  return { offset: known.sum / (known.weight + shrinkage), runs: known.weight, hasGained: true };
}

function sumsByName(names: number[], errors: number[], counts: number[]): Map<number, Sum> {
  const sums = new Map<number, Sum>();
  for (let i = 0; i < names.length; i += 1) {
    let own = sums.get(names[i]!);
    if (own === undefined) sums.set(names[i]!, (own = { sum: 0, weight: 0 }));
    own.sum += counts[i]! * errors[i]!;
    own.weight += counts[i]!;
  }
  return sums;
}

function hasOthers(own: Sum, count: number): boolean {
  return own.weight - count >= 0.5;
}

/** The errors that each shrinkage leaves, and the one that leaves least. */
function bestShrinkage(
  names: number[],
  sums: Map<number, Sum>,
  errors: number[],
  counts: number[],
): { shrinkage: number; left: number[]; gain: number } {
  let best = { shrinkage: 0, left: errors, loss: Infinity };
  let before = 0;
  for (let i = 0; i < errors.length; i += 1) {
    if (hasOthers(sums.get(names[i]!)!, counts[i]!)) before += counts[i]! * Math.abs(errors[i]!);
  }
  for (const shrinkage of SHRINKAGES) {
    const left = zeros(errors.length);
    let loss = 0;
    for (let i = 0; i < errors.length; i += 1) {
      const own = sums.get(names[i]!)!; // every run is in one
      if (!hasOthers(own, counts[i]!)) continue;
      left[i] = errors[i]! - (own.sum - counts[i]! * errors[i]!) / (own.weight - counts[i]! + shrinkage);
      loss += counts[i]! * Math.abs(left[i]!);
    }
    if (loss < best.loss) best = { shrinkage, left, loss };
  }
  return { ...best, gain: before === 0 ? 0 : 1 - best.loss / before };
}

/** The errors of a group's own runs, when the task's state has forgotten them. */
function elsewhere(own: Sample | undefined, model: Model, centre: number): Sum | undefined {
  if (own === undefined) return undefined;
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < own.size; i += 1) {
    if (own.ages[i]! >= MOST_OWN_RUNS) continue;
    sum += own.needs[i]! - jointPrediction(model, own.hasInputs ? own.inputs[i] : undefined) - centre;
    weight += 1;
  }
  return weight === 0 ? undefined : { sum, weight };
}
