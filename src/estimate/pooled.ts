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
import { logOf } from "./codec.ts";
import { jointErrors, jointPrediction, type Refined } from "./groups.ts";
import { zeros } from "./numbers.ts";
import type { Sample } from "./sample.ts";

/** What a spread is borrowed from, and for whom. */
export type Pool = {
  /** The task's model, and its errors after the offsets of contexts and machines. */
  model: Model;
  refined: Refined;
  /** What the task's runs needed beyond what their own keys had said, as the state keeps it. */
  ownErrors: readonly number[];
  /** Where the runs of the key, else those of its subject, say that it lies. */
  source: number | undefined;
  /** The key's own model, when it has runs enough. */
  own: Model | undefined;
  input: number | undefined;
};

/** Beside a key's own model, the borrowed spread counts as so many runs: more where keys hardly differ. */
const POOLED_RUNS = 10;
const MORE_POOLED = 0.3;

/** From so many runs it can be seen whether keys differ. */
const LEAST_WARM = 4;

/** Errors kept since a key was young are larger than they would be now, and yet more certain to be surpassed. */
const HANDICAP = 1.8;

/** A share of all candidates that is not worth having. */
const NEGLIGIBLE = 0.15;

/** Enough of a key's own runs to compare two models by. */
const COMPARED_RUNS = 12;

/**
 * Adds candidates of three kinds, as much of each as its errors so far say: around the location of the key's own runs,
 * with the spread of how far off such locations were in the whole task; around the prediction of the task; and
 * those of the key's own model. False: it cannot be told yet whether keys differ.
 */
export function collectPooled(into: Candidates, pool: Pool): boolean {
  const { model, refined, source, own, input } = pool;
  const warm = source === undefined ? undefined : warmErrors(pool);
  if (warm !== undefined && warm.runs < LEAST_WARM) return false;
  const fineShare = warm === undefined ? 0 : fineShareOf(warm, pool);
  const runs = borrowedRuns(pool, fineShare);
  if (own !== undefined) collect(into, own, input, Math.min(1, 2 * trustOf(own, model, refined.offset)));
  if (source !== undefined && warm !== undefined) {
    collectAround(into, pool, source, warm, fineShare * Math.min(runs, warm.runs));
  }
  const value = jointPrediction(model, input) + refined.offset;
  collectAround(into, pool, value, { errors: refined.errors }, (1 - fineShare) * runs);
  into.seen += own === undefined ? 0 : model.sample.size;
  return true;
}

/** How much of what is borrowed is around the location of the key's own runs. */
function fineShareOf(warm: Warm, { model, refined }: Pool): number {
  const share = shareOf(HANDICAP * warm.error, meanError(refined.errors, warm.isMeant, model.sample));
  if (share < NEGLIGIBLE) return 0;
  return share > 1 - NEGLIGIBLE ? 1 : share;
}

/** For how many runs the borrowed spread counts. */
function borrowedRuns({ model, refined, own }: Pool, fineShare: number): number {
  const all = effectiveRuns(model.sample);
  if (own === undefined) return all;
  const likeness = Math.min(1, 2 * (1 - fineShare));
  const lacking = Math.max(0, 1 - 2 * trustOf(own, model, refined.offset)) * own.sample.size;
  return Math.min(all, POOLED_RUNS + MORE_POOLED * likeness * Math.max(0, all - POOLED_RUNS) + lacking);
}

type Warm = { errors: number[]; isMeant: number[]; runs: number; error: number };

/** The errors of own locations, of those runs of the task whose keys had runs before them. */
function warmErrors({ model, ownErrors }: Pool): Warm {
  const { sample } = model;
  const warm: Warm = { errors: zeros(sample.size), isMeant: zeros(sample.size), runs: 0, error: 0 };
  let total = 0;
  for (let i = 0; i < sample.size; i += 1) {
    const code = ownErrors[sample.places[i]!] ?? 0;
    if (code === 0) continue;
    warm.errors[i] = logOf(code);
    warm.isMeant[i] = 1;
    warm.runs += sample.counts[i]!;
    warm.error += sample.counts[i]! * Math.abs(warm.errors[i]!);
    total += sample.counts[i]!;
  }
  warm.error /= Math.max(total, 1e-9);
  return warm;
}

function meanError(errors: readonly number[], isMeant: readonly number[], { counts, size }: Sample): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < size; i += 1) {
    if (isMeant[i] === 0) continue;
    sum += counts[i]! * Math.abs(errors[i]!);
    total += counts[i]!;
  }
  return sum / Math.max(total, 1e-9);
}

/** How much something with this error counts beside something with the other: by the fourth powers. */
function shareOf(error: number, other: number): number {
  const ratio = (other + 1e-6) / (error + 1e-6);
  return ratio ** 4 / (1 + ratio ** 4);
}

/** How much a key's own model counts beside that of its task, by what each explains of the key's newest runs. */
function trustOf(own: Model, task: Model, offset: number): number {
  const { sample } = own;
  const errors = jointErrors(own);
  const centre = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  let ofOwn = 0;
  let ofTask = 0;
  for (let i = 0; i < sample.size; i += 1) {
    if (sample.ages[i]! >= COMPARED_RUNS) continue;
    const input = sample.isSized ? sample.inputs[i] : undefined;
    ofOwn += Math.abs(errors[i]! - centre);
    ofTask += Math.abs(sample.needs[i]! - jointPrediction(task, input) - offset);
  }
  return shareOf(Math.sqrt(ofOwn), Math.sqrt(ofTask));
}

/** Errors around a value, those of runs with inputs of about the same size the heavier. */
function collectAround(
  into: Candidates,
  { model, input }: Pool,
  value: number,
  { errors, isMeant }: { errors: readonly number[]; isMeant?: readonly number[] },
  runs: number,
): void {
  if (runs <= 0) return;
  const { sample } = model;
  const alike = alikeness(sample, spotOf(sample, input).place);
  const { from, to } = isMeant === undefined ? alikeRuns(sample, input) : { from: 0, to: sample.size };
  let costs = 0;
  let counts = 0;
  for (let i = from; i < to; i += 1) {
    if (isMeant?.[i] === 0) continue;
    costs += alike[i]! * sample.costs[i]!;
    counts += alike[i]! * sample.counts[i]!;
  }
  for (let i = from; i < to; i += 1) {
    if (isMeant?.[i] === 0) continue;
    const cost = (alike[i]! * sample.costs[i]! * runs) / costs;
    push(into, value + errors[i]!, cost, (alike[i]! * sample.counts[i]! * runs) / counts);
  }
  into.runs += runs;
  into.seen += runs;
}
