import { assertNever } from "../domain/assert-never.ts";
import { zeros } from "./numbers.ts";
import type { Sample } from "./sample.ts";

/**
 * Simple ways to predict the logarithm of a need from the size of the input. None is best everywhere; how
 * much each is worth for a key is measured by leaving out each run once (`losses.ts`). Sources in `docs/estimates.md`.
 */
export const EXPERTS = ["fixed", "linear", "power", "near"] as const;
export type Expert = (typeof EXPERTS)[number];

/** Where a prediction is wanted. */
export type Spot = {
  /** Logarithm of the input's size. */
  input: number;
  /** How many runs of the sample have a smaller input. */
  place: number;
  /** The run to leave out, whose input is meant then; −1: none. */
  without: number;
};

/** A prediction as a function of the spot. */
export type Predictor = (spot: Spot) => number;

/** How far a prediction may leave the range of what was seen: extrapolation is dangerous. Logarithms. */
const LINEAR_BELOW = 0.7;
const LINEAR_ABOVE = 0.3;
const POWER_BELOW = 0.5;
const POWER_ABOVE = 0.2;

const NEAR_RUNS = 7;

/** Keeps the slope of a fit to a narrow range from exploding. */
const POWER_RIDGE = 0.01;

/** The predictor of an expert over a sample. */
export function predictorOf(expert: Expert, sample: Sample): Predictor {
  switch (expert) {
    case "fixed":
      return () => 0; // its residuals are the needs themselves: the distribution does not depend on the input
    case "linear":
      return linear(sample);
    case "power":
      return power(sample);
    case "near":
      return near(sample);
    default:
      return assertNever(expert);
  }
}

/** Weighted sums for a straight line, from which one run can be taken away. */
type Sums = { weight: number; x: number; y: number; xx: number; xy: number };

function sumsOf(size: number, xs: number[], ys: number[], weights: number[]): Sums {
  const sums = { weight: 0, x: 0, y: 0, xx: 0, xy: 0 };
  for (let i = 0; i < size; i += 1) {
    const weight = weights[i]!;
    const x = xs[i]!;
    const y = ys[i]!;
    sums.weight += weight;
    sums.x += weight * x;
    sums.y += weight * y;
    sums.xx += weight * x * x;
    sums.xy += weight * x * y;
  }
  return sums;
}

/** The line through all runs but one (weight `w`, at `a`, `b`), at x. `ridge` is relative to the weight. */
function lineAt(x: number, sums: Sums, ridge: number, w: number, a: number, b: number): number {
  const weight = sums.weight - w;
  const meanX = (sums.x - w * a) / weight;
  const meanY = (sums.y - w * b) / weight;
  const varX = sums.xx - w * a * a - weight * meanX * meanX;
  const cov = sums.xy - w * a * b - weight * meanX * meanY;
  const bottom = varX + ridge * weight;
  return bottom <= 1e-9 * sums.xx ? meanY : meanY + (cov / bottom) * (x - meanX);
}

/** Least squares of the need on the size: what a program needs that loads its input. */
function linear({ size, inputs, needs, costs, lowest, highest }: Sample): Predictor {
  const origin = inputs[size - 1]!; // relative to the largest: no overflow, and the same in every unit
  const xs = zeros(size);
  const ys = zeros(size);
  for (let i = 0; i < size; i += 1) {
    xs[i] = Math.exp(inputs[i]! - origin);
    ys[i] = Math.exp(needs[i]! - highest);
  }
  const sums = sumsOf(size, xs, ys, costs);
  return ({ input, without }) => {
    // A run left out is predicted at its own size.
    const need =
      without < 0
        ? lineAt(Math.exp(Math.min(input - origin, 7)), sums, 0, 0, 0, 0)
        : lineAt(xs[without]!, sums, 0, costs[without]!, xs[without]!, ys[without]!);
    const log = need > 0 ? Math.log(need) + highest : -Infinity;
    const growth = Math.max(0, input - origin); // at most in proportion to the size
    return Math.min(highest + LINEAR_ABOVE + growth, Math.max(lowest - LINEAR_BELOW, log));
  };
}

/** The same in logarithms: need = a × size^b. */
function power({ size, inputs, needs, costs, lowest, highest }: Sample): Predictor {
  const origin = inputs[0]!;
  const xs = zeros(size);
  for (let i = 0; i < size; i += 1) xs[i] = inputs[i]! - origin;
  const sums = sumsOf(size, xs, needs, costs);
  return ({ input, without }) => {
    const log =
      without < 0
        ? lineAt(input - origin, sums, POWER_RIDGE, 0, 0, 0)
        : lineAt(xs[without]!, sums, POWER_RIDGE, costs[without]!, xs[without]!, needs[without]!);
    return Math.min(highest + POWER_ABOVE, Math.max(lowest - POWER_BELOW, log));
  };
}

/** The mean of the runs with the nearest sizes, the nearer the heavier. */
function near({ size, inputs, needs, costs }: Sample): Predictor {
  return ({ input, place, without }) => {
    let left = without < 0 ? place - 1 : without - 1;
    let right = without < 0 ? place : without + 1;
    let sum = 0;
    let weights = 0;
    for (let k = 0; k < NEAR_RUNS; k += 1) {
      const toLeft = left >= 0 ? input - inputs[left]! : Infinity;
      const toRight = right < size ? inputs[right]! - input : Infinity;
      if (toLeft === Infinity && toRight === Infinity) break;
      const isLeft = toLeft <= toRight;
      const i = isLeft ? left : right;
      const weight = costs[i]! / (0.001 + (isLeft ? toLeft : toRight));
      sum += weight * needs[i]!;
      weights += weight;
      if (isLeft) left -= 1;
      else right += 1;
    }
    return sum / weights;
  };
}
