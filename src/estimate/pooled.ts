import {
  alikeness,
  alikeRuns,
  collect,
  effectiveRuns,
  push,
  spotOf,
  type Candidates,
  type Model,
} from "./candidates.ts";
import { jointErrors, jointPrediction, refine, type Group, type Refined } from "./fine.ts";
import type { Sample } from "./sample.ts";
import type { EstimateState } from "./state.ts";

/** What a spread is borrowed from, and for whom. */
export type Pool = {
  model: Model;
  state: EstimateState;
  /** What the run at hand belongs to. */
  groups: readonly Group[];
  /** The runs of the key itself, while there are too few for a model. */
  few: Sample | undefined;
  /** Their model, when there are enough. */
  own: Model | undefined;
  input: number | undefined;
};

/** Beside a key's own runs, the borrowed spread counts as this many. */
const POOLED_RUNS = 10;

/** A spread is taken from at least this many runs. */
const LEAST_WARM = 4;

/** Enough of a key's own runs to compare two models by. */
const COMPARED_RUNS = 12;

/** Adds candidates with the location of the groups and the spread of all; false: there is nothing to go by. */
export function collectPooled(into: Candidates, pool: Pool): boolean {
  const { model, state, groups, few, own, input } = pool;
  const refined = refine(model, state, groups);
  if (refined === undefined || refined.warmRuns < LEAST_WARM) return false;
  const warm = Math.min(refined.warmRuns, effectiveRuns(model.sample));
  if (few !== undefined) collectShifted(into, few, model, input);
  const share = own === undefined ? 1 : trustOf(own, model);
  if (own !== undefined) collect(into, own, input, share);
  const lacking = own === undefined ? 0 : (1 - share) * own.sample.size;
  const isBeside = own !== undefined || few !== undefined;
  const isScarce = isBeside && refined.hasGained; // else the key's runs are like all others of the task
  collectRefined(into, model, refined, input, isScarce ? Math.min(warm, POOLED_RUNS) + lacking : warm);
  into.seen += isBeside ? refined.warmRuns : warm;
  return true;
}

/**
 * How much a key's own model is to be believed beside that of its task: fully when it explains the key's runs as well,
 * less by the squares of the errors when the task, which has seen more sizes of input, explains them better.
 */
function trustOf(own: Model, task: Model): number {
  const { sample } = own;
  const errors = jointErrors(own);
  const ofTask: number[] = [];
  const ofOwn: number[] = [];
  for (let i = 0; i < sample.size; i += 1) {
    if (sample.ages[i]! >= COMPARED_RUNS) continue;
    ofOwn.push(errors[i]!);
    ofTask.push(sample.needs[i]! - jointPrediction(task, sample.isSized ? sample.inputs[i] : undefined));
  }
  const ownError = deviation(ofOwn) ** 2;
  const taskError = deviation(ofTask) ** 2;
  return ownError <= taskError ? 1 : (2 * taskError) / (taskError + ownError);
}

/** The mean distance from the mean. */
function deviation(values: readonly number[]): number {
  const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + Math.abs(value - middle), 0) / values.length;
}

/** One or two runs of the key itself, as they would have been with the input at hand. */
function collectShifted(into: Candidates, few: Sample, model: Model, input: number | undefined): void {
  const here = jointPrediction(model, input);
  for (let i = 0; i < few.size; i += 1) {
    const there = few.isSized ? jointPrediction(model, few.inputs[i]) : here;
    push(into, few.needs[i]! + here - there, 1, 1);
  }
  into.runs += few.size;
  into.seen += few.size;
}

/** The errors of the runs whose groups are known, around the location of the run at hand. */
function collectRefined(
  into: Candidates,
  model: Model,
  refined: Refined,
  input: number | undefined,
  runs: number,
): void {
  const { sample } = model;
  const alike = alikeness(sample, spotOf(sample, input).place);
  const value = jointPrediction(model, input) + refined.offset;
  const { from, to } = alikeRuns(sample, input);
  let costs = 0;
  let counts = 0;
  for (let i = from; i < to; i += 1) {
    if (refined.isWarm[i] === 0) continue;
    costs += alike[i]! * sample.costs[i]!;
    counts += alike[i]! * sample.counts[i]!;
  }
  for (let i = from; i < to; i += 1) {
    if (refined.isWarm[i] === 0) continue;
    const cost = (alike[i]! * sample.costs[i]! * runs) / costs;
    push(into, value + refined.errors[i]!, cost, (alike[i]! * sample.counts[i]! * runs) / counts);
  }
  into.runs += runs;
}
