/** For what share of runs a p95 is to hold. */
export const P95_COVERAGE = 0.95;

/** With fewer runs a share says nothing. */
const LEAST_RUNS = 20;

/** Off by less than this nobody needs to care, however many runs say so. */
const NEAR = 0.01;

/**
 * What it means that so large a share of so many runs kept to their p95: whether it is further from 95 % than chance would
 * have it, which is two standard errors of a share, sqrt(p (1 - p) / n).
 */
export function coverageText(share: number, runs: number): string {
  if (runs < LEAST_RUNS) return "too few runs to judge by";
  const chance = 2 * Math.sqrt((P95_COVERAGE * (1 - P95_COVERAGE)) / runs) + NEAR;
  if (share < P95_COVERAGE - chance) return "less often than it should be";
  return share > P95_COVERAGE + chance ? "more often than it need be" : "as it should be";
}
