import type { Sample } from "./sample.ts";

/**
 * Whether a need has changed for good: the newest runs all lie beyond nearly everything before, on the same side. Of
 * runs that are all alike that happens by chance once in some thousand, and does little harm then.
 */

/** So many of the newest runs must agree, against at least so many before them. */
const NEW_RUNS = 5;
const OLD_RUNS = 10;

/** This share of the old runs may lie beyond the new ones on either side: outliers. */
const OUTLIERS = 0.05;

/** A smaller change (a logarithm) is not worth forgetting anything. */
const LEAST_CHANGE = 0.1;

/** How many runs belong to what came after a change, if there was one just now. `errors`: what no expert explains. */
export function runsSinceChange(sample: Sample, errors: number[]): number | undefined {
  const fresh: number[] = [];
  const old: number[] = [];
  for (let i = 0; i < sample.size; i += 1) {
    if (sample.isBeforeChange[i] === 1) continue;
    if (sample.ages[i]! < NEW_RUNS) fresh.push(errors[i]!);
    else old.push(errors[i]!);
  }
  if (fresh.length < NEW_RUNS || old.length < OLD_RUNS) return undefined;
  old.sort((a, b) => a - b);
  const outliers = Math.floor(OUTLIERS * old.length);
  const low = old[outliers]!;
  const high = old[old.length - 1 - outliers]!;
  const middle = old[old.length >> 1]!;
  const isUp = Math.min(...fresh) > Math.max(high, middle + LEAST_CHANGE);
  const isDown = Math.max(...fresh) < Math.min(low, middle - LEAST_CHANGE);
  return isUp || isDown ? NEW_RUNS : undefined;
}
