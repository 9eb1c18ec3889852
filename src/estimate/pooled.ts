import { alikeness, effectiveRuns, push, spotOf, type Candidates, type Model } from "./candidates.ts";
import { jointPrediction, refine, type Group, type Refined } from "./fine.ts";
import type { Sample } from "./sample.ts";
import type { EstimateState } from "./state.ts";

/** What a spread is borrowed from, and for whom. */
export type Pool = {
  model: Model;
  state: EstimateState;
  /** What the run at hand belongs to. */
  groups: readonly Group[];
  /** The runs of the key itself, while there are too few for candidates of their own. */
  few: Sample | undefined;
  input: number | undefined;
  /** The key has candidates of its own. */
  hasOwn: boolean;
};

/** Beside a key's own runs, the borrowed spread counts as this many. */
const POOLED_RUNS = 10;

/** A spread is taken from at least this many runs. */
const LEAST_WARM = 4;

/** Adds candidates with the location of the groups and the spread of all; false: there is nothing to go by. */
export function collectPooled(into: Candidates, pool: Pool): boolean {
  const { model, state, groups, few, input, hasOwn } = pool;
  const refined = refine(model, state, groups);
  if (refined === undefined || refined.warmRuns < LEAST_WARM) return false;
  if (few !== undefined) collectShifted(into, few, model, input);
  const warm = Math.min(refined.warmRuns, effectiveRuns(model.sample));
  const isBeside = hasOwn || few !== undefined;
  collectRefined(into, model, refined, input, isBeside ? Math.min(warm, POOLED_RUNS) : warm);
  into.seen += isBeside ? refined.warmRuns : warm;
  return true;
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
  let costs = 0;
  let counts = 0;
  for (let i = 0; i < sample.size; i += 1) {
    if (refined.isWarm[i] === 0) continue;
    costs += alike[i]! * sample.costs[i]!;
    counts += alike[i]! * sample.counts[i]!;
  }
  for (let i = 0; i < sample.size; i += 1) {
    if (refined.isWarm[i] === 0) continue;
    const cost = (alike[i]! * sample.costs[i]! * runs) / costs;
    push(into, value + refined.errors[i]!, cost, (alike[i]! * sample.counts[i]! * runs) / counts);
  }
  into.runs += runs;
}
