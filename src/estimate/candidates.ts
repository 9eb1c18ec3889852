import { zeros } from "./numbers.ts";
import { EXPERTS, predictorOf, type Predictor, type Spot } from "./experts.ts";
import { blendResiduals, choiceOf, residualsOf, type Window } from "./losses.ts";
import type { Sample } from "./sample.ts";

/**
 * What the run at hand may need: for each earlier run, what it would need if it missed the prediction by as much
 * as that one did. Logarithms; not sorted.
 */
export type Candidates = {
  size: number;
  values: number[];
  /** Weights by what a wrong amount costs: for the ladder. */
  costs: number[];
  /** Weights by number of runs: for the quantiles. */
  counts: number[];
  /** How many runs they stand for. */
  runs: number;
  /** How many runs the spread was read off: more than `runs` where the task's spread is borrowed. */
  seen: number;
};

/** Only so many runs, the nearest by the rank of their input's size, become candidates. */
const ALIKE_RUNS = 32;

/** Runs whose input is of about the same size count more: their errors are alike. Share of the runs, and the least weight. */
const ALIKE_SHARE = 0.15;
const ALIKE_LEAST = 0.15;

/** Above this many runs there is enough certainty for everything. */
const MOST_RUNS = 64;

/** Room for the candidates of two states. */
const MOST_CANDIDATES = 1024;

// Working memory of the one estimate at a time: allocating it anew took longer than filling it.
const shared = {
  values: zeros(MOST_CANDIDATES),
  costs: zeros(MOST_CANDIDATES),
  counts: zeros(MOST_CANDIDATES),
};

/** An empty place to collect candidates; what was collected before is gone. */
export function noCandidates(): Candidates {
  return { size: 0, ...shared, runs: 0, seen: 0 };
}

/** The experts of a sample, ready to predict. */
export type Model = {
  sample: Sample;
  /** How much each expert, and last their blend, counts. */
  weights: number[];
  blend: number[];
  predictors: (Predictor | undefined)[];
  /** What each run of the window needed beyond the prediction. */
  residuals: (number[] | undefined)[];
  window: Window;
};

/** The runs whose input is nearest, by rank, to the one at hand; all when sizes tell nothing. */
export function alikeRuns(sample: Sample, input: number | undefined): Window {
  if (!sample.hasInputs || sample.size <= ALIKE_RUNS) return { from: 0, to: sample.size };
  const { place } = spotOf(sample, input);
  const from = Math.min(sample.size - ALIKE_RUNS, Math.max(0, place - ALIKE_RUNS / 2));
  return { from, to: from + ALIKE_RUNS };
}

/** The model of a sample: only what has weight is worked out, and the residuals of the window alone. */
export function modelOf(sample: Sample, losses: readonly number[] | undefined, window: Window): Model {
  const { experts, blend } = choiceOf(losses, sample);
  const hasBlend = experts[EXPERTS.length]! > 0;
  const predictors: (Predictor | undefined)[] = [];
  const residuals: (number[] | undefined)[] = [];
  for (let j = 0; j < EXPERTS.length; j += 1) {
    const isUsed = experts[j]! > 0 || (hasBlend && blend[j]! > 0);
    const predict = isUsed ? predictorOf(EXPERTS[j]!, sample) : undefined;
    predictors.push(predict);
    residuals.push(predict && residualsOf(j, predict, sample, window));
  }
  if (hasBlend) residuals.push(blendResiduals(blend, (j) => residuals[j]!, sample.size));
  return { sample, weights: experts, blend, predictors, residuals, window };
}

/** Where an input of this size lies in a sample. */
export function spotOf(sample: Sample, input: number | undefined): Spot {
  if (input === undefined || !sample.hasInputs) return { input: 0, place: 0, without: -1 };
  let place = 0;
  while (place < sample.size && sample.inputs[place]! < input) place += 1;
  return { input, place, without: -1 };
}

/** What each expert, and last the blend, predicts. */
export function predictionsOf(model: Model, spot: Spot): number[] {
  const predictions = zeros(EXPERTS.length + 1);
  for (let j = 0; j < EXPERTS.length; j += 1) {
    const predict = model.predictors[j];
    if (predict === undefined) continue;
    const value = predict(spot);
    predictions[j] = value;
    predictions[EXPERTS.length] = predictions[EXPERTS.length]! + model.blend[j]! * value;
  }
  return predictions;
}

/** Adds what a model says; its runs count by `share` of a run each. */
export function collect(into: Candidates, model: Model, input: number | undefined, share = 1): void {
  const { sample, weights, residuals, window } = model;
  const spot = spotOf(sample, input);
  const predictions = predictionsOf(model, spot);
  const alike = alikeness(sample, spot.place);
  const runs = share * effectiveRuns(sample);
  let alikeCosts = 0;
  let alikeCounts = 0;
  for (let i = window.from; i < window.to; i += 1) {
    alikeCosts += alike[i]! * sample.costs[i]!;
    alikeCounts += alike[i]! * sample.counts[i]!;
  }
  const costScale = runs / alikeCosts;
  const countScale = runs / alikeCounts;
  for (let j = 0; j < weights.length; j += 1) {
    const weight = weights[j]!;
    const own = residuals[j];
    if (weight === 0 || own === undefined) continue;
    for (let i = window.from; i < window.to; i += 1) {
      const part = weight * alike[i]!;
      const value = predictions[j]! + own[i]!;
      push(into, value, part * sample.costs[i]! * costScale, part * sample.counts[i]! * countScale);
    }
  }
  into.runs += runs;
  into.seen += runs;
}

/** How many runs a sample stands for: those from before a change hardly count. */
export function effectiveRuns(sample: Sample): number {
  let counted = 0;
  for (let i = 0; i < sample.size; i += 1) counted += sample.counts[i]!;
  return Math.min(counted, MOST_RUNS);
}

/** Adds one candidate. */
export function push(into: Candidates, value: number, cost: number, count: number): void {
  const at = into.size;
  into.values[at] = value;
  into.costs[at] = cost;
  into.counts[at] = count;
  into.size += 1;
}

/** How alike each run's input is to the one at hand, by rank. */
export function alikeness(sample: Sample, place: number): number[] {
  const alike = zeros(sample.size).fill(1);
  if (!sample.hasInputs) return alike;
  const decay = Math.exp(-1 / (ALIKE_SHARE * sample.size));
  for (let i = place, weight = 1; i < sample.size; i += 1, weight *= decay) alike[i] = ALIKE_LEAST + weight;
  for (let i = place - 1, weight = 1; i >= 0; i -= 1, weight *= decay) alike[i] = ALIKE_LEAST + weight;
  return alike;
}
