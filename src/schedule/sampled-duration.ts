/** What is predicted of a duration, seconds; absent: not known. */
export type DurationGuess = { p50?: number; p95?: number; limit: number };

/** Where nothing is known but the limit, half of the runs are taken to be over after this part of it. */
const UNKNOWN_SHARE = 0.1;
/** How much longer an overdue run goes on, on average, as a part of what it has taken. */
const OVERDUE_SHARE = 0.25;
/** What is told of an end: the moment by which half of such runs are over, and that by which nine of ten are. */
const TOLD_EARLY = 0.5;
const TOLD_LATE = 0.9;
/** The standard normal's 95th percentile. */
const Z95 = 1.6449;
/** An elapsed time beyond this percentile says that the prediction was wrong, not that the run is rare. */
const BELIEVED = 0.999;

/**
 * A duration drawn from what is predicted, given that it is longer than `elapsed`: log-normal through p50 and p95, cut at
 * the limit. `uniform` is in [0, 1).
 */
export function sampledDuration(guess: DurationGuess, elapsed: number, uniform: number): number {
  const p50 = guess.p50 ?? Math.min(guess.p95 ?? Infinity, UNKNOWN_SHARE * guess.limit);
  const p95 = Math.max(guess.p95 ?? guess.limit, p50);
  const sigma = Math.max(Math.log(p95 / p50) / Z95, 1e-3);
  const passed = elapsed > 0 ? normalShare(Math.log(elapsed / p50) / sigma) : 0;
  const seconds =
    passed > BELIEVED
      ? elapsed * (1 - OVERDUE_SHARE * Math.log(1 - uniform))
      : p50 * Math.exp(sigma * normalQuantile(passed + (1 - passed) * uniform));
  return Math.max(elapsed, Math.min(seconds, guess.limit));
}

/**
 * The end that is told of a run that has gone on for `elapsed` seconds on a worker as slow as this: seconds from its start,
 * by which half and by which nine of ten such runs are over. `guess` is at speed 1, but for the limit, which is the run's own.
 */
export function toldEnd(guess: DurationGuess, slowness: number, elapsed: number): { p50: number; p90: number } {
  const ordinary = { ...guess, limit: guess.limit / slowness };
  const after = (share: number) => slowness * sampledDuration(ordinary, elapsed / slowness, share);
  return { p50: after(TOLD_EARLY), p90: after(TOLD_LATE) };
}

/** The share of a standard normal below z: Abramowitz and Stegun 26.2.17, exact to 1e-7. */
export function normalShare(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
  return z > 0 ? 1 - tail : tail;
}

/** The value below which a standard normal is with the given probability: Abramowitz and Stegun 26.2.23, to 4.5e-4. */
export function normalQuantile(share: number): number {
  const p = Math.min(Math.max(share, 1e-6), 1 - 1e-6);
  const t = Math.sqrt(-2 * Math.log(Math.min(p, 1 - p)));
  const z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  return p < 0.5 ? -z : z;
}
