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

/** A change is looked for once in a few runs: it may be that many runs older. */
const UNSEEN_RUNS = 6;

/** How many runs belong to what came after a change, if there was one just now. `errors`: what no expert explains. */
export function runsSinceChange(sample: Sample, errors: readonly number[]): number | undefined {
  for (let runs = NEW_RUNS; runs < NEW_RUNS + UNSEEN_RUNS; runs += 1) {
    const found = changeAt(sample, errors, runs);
    if (found === "changed") return runs;
    if (found === "alike") return undefined;
  }
  return undefined;
}

type Comparison = "changed" | "mixed" | "alike";

/** How so many of the newest runs compare with those before; `mixed`: perhaps there are more of the new ones. */
function changeAt(sample: Sample, errors: readonly number[], runs: number): Comparison {
  let fresh = 0;
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < sample.size; i += 1) {
    if (sample.isBeforeChange[i] === 1 || sample.ages[i]! >= runs) continue;
    fresh += 1;
    low = Math.min(low, errors[i]!);
    high = Math.max(high, errors[i]!);
  }
  if (fresh < runs) return "alike";
  const above = compare(sample, errors, runs, (error) => error - low);
  return above === "alike" ? compare(sample, errors, runs, (error) => high - error) : above;
}

/** Whether nearly all old runs are on one side of the new ones, and most of them far enough. Positive `beyond`: not. */
function compare(
  sample: Sample,
  errors: readonly number[],
  runs: number,
  beyond: (error: number) => number,
): Comparison {
  let old = 0;
  let outliers = 0;
  let near = 0;
  for (let i = 0; i < sample.size; i += 1) {
    if (sample.isBeforeChange[i] === 1 || sample.ages[i]! < runs) continue;
    const distance = beyond(errors[i]!);
    old += 1;
    outliers += distance >= 0 ? 1 : 0;
    near += distance >= -LEAST_CHANGE ? 1 : 0;
  }
  if (old < OLD_RUNS || near >= old / 2) return "alike";
  return outliers <= OUTLIERS * old ? "changed" : "mixed";
}
