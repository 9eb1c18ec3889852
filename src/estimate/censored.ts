import { zeros } from "./numbers.ts";
import type { Distribution } from "./ladder.ts";
import { sorted } from "./sorted.ts";

/** What is known of a need only from below, as if for the run at hand; a logarithm. `weight` 1 is a whole run. */
export type Bound = { log: number; weight: number };

/** Where a need lies that is beyond all that was seen: these steps above its bound (logarithms). */
const BEYOND = [0.1, 0.25, 0.5];

/**
 * The distribution with the weight of each bound given to what lies above it, in proportion: the redistribution to
 * the right that makes the estimator of Kaplan and Meier (Efron, 1967). Bounds below everything change nothing.
 */
export function withBounds(distribution: Distribution, bounds: readonly Bound[]): Distribution {
  if (bounds.length === 0) return distribution;
  const { size, values, weights } = extended(distribution, bounds);
  const above = zeros(size + 1);
  for (let i = size - 1; i >= 0; i -= 1) above[i] = above[i + 1]! + weights[i]!;
  const ascending = bounds.toSorted((a, b) => a.log - b.log);
  const raised = zeros(size);
  let factor = 1;
  let next = 0;
  for (let i = 0; i < size; i += 1) {
    for (; next < ascending.length && ascending[next]!.log <= values[i]!; next += 1) {
      factor *= 1 + ascending[next]!.weight / Math.max(1e-9, factor * above[i]!);
    }
    raised[i] = weights[i]! * factor;
  }
  return { size, values, weights: raised };
}

/** With room above the highest bound, as much as a whole run, when less than that was seen there. */
function extended(distribution: Distribution, bounds: readonly Bound[]): Distribution {
  const { size, values, weights } = distribution;
  const highest = bounds.reduce((top, { log }) => Math.max(top, log), -Infinity);
  let missing = 1;
  for (let i = size - 1; i >= 0 && values[i]! > highest; i -= 1) missing -= weights[i]!;
  if (missing <= 0) return distribution;
  const added = BEYOND.map((step) => highest + step);
  const allValues = [...values.slice(0, size), ...added];
  const allWeights = [...weights.slice(0, size), ...BEYOND.map(() => missing / BEYOND.length)];
  return sorted(allValues, allWeights, allValues.length);
}
