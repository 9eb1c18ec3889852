import type { PastRequest } from "./past.ts";

/**
 * How often a key's runs fail although nothing is wrong with the work: a Beta posterior. `alpha` counts failures that were
 * flakes, `beta` the runs that passed, each with what is believed before anything was seen.
 */
export type FlakeRate = { alpha: number; beta: number };

/**
 * Before anything is seen: most keys never flake, some often do. At Google 1.5 % of runs and almost 16 % of tests were flaky
 * (J. Micco, "The State of Continuous Integration Testing @Google", 2017), so one that is flaky fails in about 9 %: the mean
 * here. The belief weighs little, so that the first proof counts; the weight was tuned (`docs/verdicts.md`).
 */
const PRIOR: FlakeRate = { alpha: 0.3, beta: 3 };

/**
 * A single failed request between two that passed was not run again on the same input, so it is no proof: of such
 * failures two thirds passed when they were run again (measured on IOF/ROL, `docs/verdicts.md`).
 */
const UNPROVEN_FLAKE = 2 / 3;

/** Learns a key's flake rate from its requests, oldest first. What failed last and has not passed since is left out. */
export function flakeRateOf(requests: readonly PastRequest[]): FlakeRate {
  const rate = { ...PRIOR };
  let streak: PastRequest[] = [];
  for (const request of requests) {
    if (!request.hasPassed && request.person_verdict !== "flaky") {
      streak.push(request);
      continue;
    }
    // passed and failed on the same input: the one proof of a flake
    rate.alpha += request.failed.length;
    if (!request.hasPassed) continue;
    rate.beta += 1;
    if (streak.length === 1) rate.alpha += UNPROVEN_FLAKE * streak[0]!.failed.length; // just counted
    streak = [];
  }
  return rate;
}

/** True when something was seen that was, or may have been, a flake. */
export function hasFlaked({ alpha }: FlakeRate): boolean {
  return alpha > PRIOR.alpha;
}

/** The rate's mean, and the value below which it lies with 95 %, by the normal approximation. */
export function describeRate({ alpha, beta }: FlakeRate): { mean: number; high: number } {
  const mean = alpha / (alpha + beta);
  const deviation = Math.sqrt((mean * (1 - mean)) / (alpha + beta + 1));
  return { mean, high: Math.min(1, mean + 1.645 * deviation) };
}

/**
 * How likely so many failures in a row are when nothing is wrong: the Beta-binomial marginal likelihood E[p^n]
 * (Gelman et al., "Bayesian Data Analysis", 3rd edition, section 2.4).
 */
export function chanceOfFailures({ alpha, beta }: FlakeRate, count: number): number {
  let chance = 1;
  for (let index = 0; index < count; index += 1) chance *= (alpha + index) / (alpha + beta + index);
  return chance;
}
