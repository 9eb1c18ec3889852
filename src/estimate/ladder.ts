/**
 * Which amounts to try, one after the other, so that the expected waste is least: each failed attempt loses its
 * whole amount, and the attempt that succeeds loses what was over. Backward induction over a grid of
 * amounts; derived in `docs/estimates.md`.
 */

/** A weighted distribution: values ascending, the weight of each. Only the first `size` places are used. */
export type Distribution = { size: number; values: number[]; weights: number[] };

/** How a ladder is planned. */
export type LadderPlan = {
  /** How many runs the distribution stands for. */
  runs: number;
  /** The share of attempts with too little that really fail: less than 1 where the worker can raise the limit. */
  failureShare: number;
};

/** A failed attempt costs the amount × time that it lost, a quarter more for the trouble, … */
const LOSS_COST = 1.25;

/** … and a quarter of a usual run for the delay: else a tiny first amount would always be worth a try. */
const DELAY_COST = 0.25;

/** Steps above the largest candidate, in logarithms: a need never seen before is possible at any time. */
const BEYOND = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7];

/** One pseudo-run with a logistic tail around the median, as wide as the runs are spread (within these bounds). */
const PRIOR_RUNS = 1;
const PRIOR_LEAST = 0.005;
const PRIOR_MOST = 0.2;

/** Room above each candidate: a share of its own, and one for what so few runs cannot show (a tenth fewer failures). */
const PAD = 0.003;
const PAD_PER_RUN = 0.02;

/** The grid joins candidates that are closer than this share of the spread. */
const CELLS = 32;
const LEAST_CELL = 1e-4;

/** No amount is ever quite safe. */
const LEAST_SURVIVAL = 1e-12;

const MOST_CELLS = 1100;

// Working memory of the one calculation at a time; nothing is kept in it from call to call.
const grid = new Float64Array(MOST_CELLS);
const amounts = new Float64Array(MOST_CELLS);
const survival = new Float64Array(MOST_CELLS);
const costs = new Float64Array(MOST_CELLS);
const next = new Int32Array(MOST_CELLS);

/** The plan's first amount, the grid's size and the expected cost, relative to the median's amount. */
type Solved = { first: number; last: number; cost: number; median: number };

/** The amounts (logarithms, strictly increasing) to try, at most `steps`. */
export function planLadder(candidates: Distribution, plan: LadderPlan, steps: number): number[] {
  const { first } = solve(candidates, plan);
  const ladder = [grid[first]!];
  for (let k = first; ladder.length < steps && next[k] !== k; k = next[k]!) ladder.push(grid[next[k]!]!);
  return ladder;
}

/** The expected waste of the best ladder, relative to what is used on average. */
export function expectedWaste(candidates: Distribution, plan: LadderPlan): number {
  const { cost, median } = solve(candidates, plan);
  let used = 0;
  let total = 0;
  for (let i = 0; i < candidates.size; i += 1) {
    used += candidates.weights[i]! * Math.exp(candidates.values[i]! - median);
    total += candidates.weights[i]!;
  }
  return Math.max(0, (cost * total) / used - 1);
}

/** The logarithm of the mean amount. */
export function meanOf({ size, values, weights }: Distribution): number {
  const largest = values[size - 1]!;
  let sum = 0;
  let total = 0;
  for (let i = 0; i < size; i += 1) {
    sum += weights[i]! * Math.exp(values[i]! - largest);
    total += weights[i]!;
  }
  return largest + Math.log(sum / total);
}

/** The value below which the given share of the weight lies. */
export function quantile({ size, values, weights }: Distribution, share: number): number {
  let total = 0;
  for (let i = 0; i < size; i += 1) total += weights[i]!;
  let passed = 0;
  for (let i = 0; i < size; i += 1) {
    passed += weights[i]!;
    if (passed >= share * total) return values[i]!;
  }
  return values[size - 1]!;
}

/** The same, in between two values where the share falls between them. */
export function quantileBetween({ size, values, weights }: Distribution, share: number): number {
  let total = 0;
  for (let i = 0; i < size; i += 1) total += weights[i]!;
  let passed = 0;
  for (let i = 0; i < size; i += 1) {
    const before = passed;
    passed += weights[i]!;
    if (passed < share * total) continue;
    const below = values[i === 0 ? 0 : i - 1]!;
    return below + ((share * total - before) / weights[i]!) * (values[i]! - below);
  }
  return values[size - 1]!;
}

/** `quantileBetween` from the other end: the value above which the given share of the weight lies. */
export function quantileFromAbove({ size, values, weights }: Distribution, share: number): number {
  let total = 0;
  for (let i = 0; i < size; i += 1) total += weights[i]!;
  const rest = (1 - share) * total;
  let passed = 0;
  let i = 0;
  // ends: at the last value, or where it and those above it hold less than the share without it
  for (; i + 1 < size && passed + weights[i]! <= rest; i += 1) passed += weights[i]!;
  const above = values[Math.min(i + 1, size - 1)]!;
  return above - ((passed + weights[i]! - rest) / weights[i]!) * (above - values[i]!);
}

/** Backward induction: `costs[k]` is what is still to be lost and given after amount `k` failed. */
function solve(candidates: Distribution, { runs, failureShare }: LadderPlan): Solved {
  const median = quantile(candidates, 0.5);
  const spread = (quantile(candidates, 0.9) - quantile(candidates, 0.1)) / 2;
  const last = fillGrid(candidates, runs, spread) - 1;
  fillSurvival(candidates, last, runs, median, Math.min(PRIOR_MOST, Math.max(PRIOR_LEAST, spread)));
  costs[last] = 2 * amounts[last]!;
  next[last] = last;
  const extra = failureShare * LOSS_COST - 1;
  const delay = failureShare * DELAY_COST;
  for (let k = last - 1; k >= 0; k -= 1) {
    let best = Infinity;
    const alive = 1 / survival[k]!;
    // A larger amount than the best cost so far cannot be better: amounts increase.
    for (let j = k + 1; j <= last && amounts[j]! < best; j += 1) {
      const cost = amounts[j]! + survival[j]! * alive * (costs[j]! + extra * amounts[j]! + delay);
      if (cost >= best) continue;
      best = cost;
      next[k] = j;
    }
    costs[k] = best;
  }
  let cost = Infinity;
  let first = last;
  for (let j = 0; j <= last && amounts[j]! < cost; j += 1) {
    const expected = amounts[j]! + survival[j]! * (costs[j]! + extra * amounts[j]! + delay);
    if (expected >= cost) continue;
    cost = expected;
    first = j;
  }
  return { first, last, cost, median };
}

/** Puts the amounts worth looking at into `grid`, and the weight above each into `survival`. */
function fillGrid({ size, values, weights }: Distribution, runs: number, spread: number): number {
  const pad = PAD + PAD_PER_RUN / (runs + 1);
  const cell = Math.max(LEAST_CELL, spread / CELLS);
  let above = 0;
  for (let i = 0; i < size; i += 1) above += weights[i]!;
  let cells = 0;
  let cellStart = values[0]!;
  for (let i = 0; i < size; i += 1) {
    above -= weights[i]!;
    if (i + 1 < size && values[i + 1]! - cellStart < cell) continue;
    grid[cells] = values[i]! + pad;
    survival[cells] = Math.max(0, above);
    cells += 1;
    if (i + 1 < size) cellStart = values[i + 1]!;
  }
  for (const step of BEYOND) {
    grid[cells] = values[size - 1]! + pad + step;
    survival[cells] = 0;
    cells += 1;
  }
  return cells;
}

/** The share of runs that need more than each amount of the grid. */
function fillSurvival(
  { size, weights }: Distribution,
  last: number,
  runs: number,
  median: number,
  width: number,
): void {
  let total = 0;
  for (let i = 0; i < size; i += 1) total += weights[i]!;
  for (let k = 0; k <= last; k += 1) {
    const tail = PRIOR_RUNS / (1 + Math.exp((grid[k]! - median) / width));
    survival[k] = Math.max(LEAST_SURVIVAL, ((survival[k]! / total) * runs + tail) / (runs + PRIOR_RUNS));
    amounts[k] = Math.exp(grid[k]! - median);
  }
}
