/**
 * Which amounts to try, one after the other, so that the expected waste is least: each failed attempt loses its
 * whole amount, and the attempt that succeeds loses what was over. Backward induction over a grid of
 * amounts; derived in `docs/estimates.md`.
 */

/** The distribution of a need: natural logarithms, ascending, and how many runs each one stands for. */
export type Candidates = { logs: readonly number[]; weights: readonly number[] };

/** Steps above the largest candidate, in logarithms: a need never seen before is possible at any time. */
const BEYOND = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1, 1.4, 2];

/** A pseudo-run with a logistic tail around the middle candidate, so that no amount is ever called safe. */
const PRIOR_RUNS = 1;
const PRIOR_SPREAD = 0.07;

/**
 * The amounts (logarithms, strictly increasing) to try. `failureCost` says how often a failed attempt's loss
 * counts: 1 is amount × time; more where failures cost more than memory, less where they end early.
 */
export function planLadder(candidates: Candidates, failureCost: number, steps: number): number[] {
  const grid = gridOf(candidates.logs);
  const survival = survivalOf(candidates, grid);
  const amounts = grid.map((log) => Math.exp(log - grid[0]!)); // relative: no overflow
  const last = grid.length - 1;
  const costs = new Float64Array(grid.length);
  const next = new Int32Array(grid.length);
  costs[last] = 2 * amounts[last]!;
  next[last] = last;
  const cheapest = (from: number, alive: number): number => {
    let best = Infinity;
    for (let j = from; j <= last && amounts[j]! < best; j += 1) {
      const cost = amounts[j]! + (survival[j]! / alive) * (costs[j]! + (failureCost - 1) * amounts[j]!);
      if (cost < best) {
        best = cost;
        chosen = j;
      }
    }
    return best;
  };
  let chosen = last;
  for (let k = last - 1; k >= 0; k -= 1) {
    costs[k] = cheapest(k + 1, survival[k]!);
    next[k] = chosen;
  }
  cheapest(0, 1);
  const ladder = [grid[chosen]!];
  while (ladder.length < steps && next[chosen] !== chosen) {
    chosen = next[chosen]!;
    ladder.push(grid[chosen]!);
  }
  return ladder;
}

function gridOf(logs: readonly number[]): number[] {
  const pad = 0.003 + 0.1 / (logs.length + 1);
  const grid: number[] = [];
  for (const log of logs) if (grid.length === 0 || log + pad > grid[grid.length - 1]!) grid.push(log + pad);
  const top = grid[grid.length - 1]!;
  for (const step of BEYOND) grid.push(top + step);
  return grid;
}

/** The share of runs that need more than each amount of the grid. */
function survivalOf({ logs, weights }: Candidates, grid: readonly number[]): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const centre = logs[logs.length >> 1]!;
  const survival = new Float64Array(grid.length);
  let passed = 0;
  let index = 0;
  for (let k = 0; k < grid.length; k += 1) {
    while (index < logs.length && logs[index]! <= grid[k]!) passed += weights[index++]!;
    const tail = PRIOR_RUNS / (1 + Math.exp((grid[k]! - centre) / PRIOR_SPREAD));
    survival[k] = (total - passed + tail) / (total + PRIOR_RUNS);
  }
  return survival;
}
