/**
 * A change in what a key's runs need: where it began, how large it is, and how sure. Index of the values that were given;
 * `before` and `after` are medians of the logarithms.
 */
export type Change = { firstIndex: number; before: number; after: number; statistic: number; confidence: number };

/** So many values at least stand on each side of a change. */
const LEAST_SIDE = 5;

/** A change is looked for from so many values on. */
export const LEAST_VALUES = 20;

/** A smaller change (a logarithm: 5 %) is nobody's business. */
export const LEAST_CHANGE = 0.05;

/**
 * The statistic that a stationary series passes less than once in 10,000 values while it is looked at after each one, over all
 * lengths up to 200: found by simulation, `npm run bench:verdict`, and tested.
 */
export const DRIFT_THRESHOLD = 4.6;

/**
 * Looks for the one most likely change of location in a series, oldest first: the sequential Mann-Whitney test of Hawkins and Deng,
 * "A Nonparametric Change-Point Control Chart", Journal of Quality Technology 42 (2010), as Ross, Tasoulis and Adams use it for
 * streams (Technometrics 53, 2011). It knows no distribution: only ranks count. Undefined where there is none.
 */
export function findChange(values: readonly number[], threshold = DRIFT_THRESHOLD): Change | undefined {
  const raw = largestStatistic(values);
  if (raw.split === undefined || raw.statistic < threshold) return undefined;
  const statistic = raw.statistic / Math.sqrt(inflation(values, raw.split));
  if (statistic < threshold) return undefined;
  const before = median(values.slice(0, raw.split));
  const after = median(values.slice(raw.split));
  if (Math.abs(after - before) < LEAST_CHANGE) return undefined;
  return { firstIndex: raw.split, before, after, statistic, confidence: confidenceOf(statistic, values.length) };
}

/**
 * By how much the variance of a sum is larger than that of independent values, because each run is like the one before (a
 * busy machine stays busy for a while): (1 + r) / (1 - r) with the lag-one correlation r of the ranks beside their means on
 * each side of the split (Bayley and Hammersley, "The Effective Number of Independent Observations", 1946). The correlation
 * of few values comes out too small, by about (1 + 4r) / n on each side (Kendall, Biometrika 41, 1954): that is added.
 */
function inflation(values: readonly number[], split: number): number {
  const { ranks } = midranks(values);
  const sides = [ranks.slice(0, split), ranks.slice(split)].map(centred);
  const sum = (of: (side: readonly number[]) => number) => sides.reduce((total, side) => total + of(side), 0);
  const squares = sum((side) => side.reduce((total, rest) => total + rest * rest, 0));
  if (squares === 0) return 1;
  const products = sum((side) => side.slice(1).reduce((total, rest, index) => total + rest * side[index]!, 0)); // the one before
  const seen = products / squares;
  const r = Math.min(MOST_ALIKE, Math.max(0, seen + (sides.length * (1 + 4 * seen)) / values.length));
  return (1 + r) / (1 - r);
}

/** Runs that are more alike than this one after another tell nothing. */
const MOST_ALIKE = 0.9;

function centred(values: readonly number[]): number[] {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** The largest standardised Mann-Whitney statistic over all splits, and where it is. */
export function largestStatistic(values: readonly number[]): { split: number | undefined; statistic: number } {
  const size = values.length;
  let best: { split: number | undefined; statistic: number } = { split: undefined, statistic: 0 };
  if (size < LEAST_VALUES) return best;
  const { ranks, tieTerm } = midranks(values);
  let sum = 0;
  for (let split = 1; split <= size - LEAST_SIDE; split += 1) {
    sum += ranks[split - 1]!; // within the list
    if (split < LEAST_SIDE) continue;
    const rest = size - split;
    const variance = ((split * rest) / 12) * (size + 1 - tieTerm / (size * (size - 1)));
    if (variance <= 0) break; // all values are the same
    const statistic = Math.abs(sum - (split * (size + 1)) / 2) / Math.sqrt(variance);
    if (statistic > best.statistic) best = { split, statistic };
  }
  return best;
}

/** Ranks with ties shared, and the sum of t³ - t over the ties (Lehmann, "Nonparametrics", 1975, section 1.4). */
function midranks(values: readonly number[]): { ranks: number[]; tieTerm: number } {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!); // indexes of the list
  const ranks = Array.from<number>({ length: values.length }).fill(0);
  let tieTerm = 0;
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to += 1;
    for (let index = from; index < to; index += 1) ranks[order[index]!] = (from + to + 1) / 2;
    const ties = to - from;
    tieTerm += ties ** 3 - ties;
    from = to;
  }
  return { ranks, tieTerm };
}

/** One minus the chance of so large a statistic at some split, by Bonferroni's bound and the normal tail. */
function confidenceOf(statistic: number, size: number): number {
  const tail = Math.exp((-statistic * statistic) / 2) / (statistic * Math.sqrt(2 * Math.PI));
  return Math.max(0, 1 - 2 * size * tail);
}

/** The middle value; of an even number the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle]!; // the callers give at least one
  return sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2;
}
