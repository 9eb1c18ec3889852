/** What a way to size runs was asked to do, and what came of it. Waste in byte seconds. */
export type Score = {
  runs: number;
  /** What perfect knowledge would have reserved. */
  used: number;
  /** Reserved beyond need by the attempts that succeeded. */
  over: number;
  /** Reserved by the attempts that were lost. */
  under: number;
  failed: number;
  /** Runs with a predicted p50 and p95, and how many of them stayed within. */
  predicted: number;
  within_p50: number;
  within_p95: number;
};

/** Nothing yet. */
export function emptyScore(): Score {
  return { runs: 0, used: 0, over: 0, under: 0, failed: 0, predicted: 0, within_p50: 0, within_p95: 0 };
}

/** All waste. */
export function wasteOf({ over, under }: Score): number {
  return over + under;
}

/** The geometric mean. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** The arithmetic mean. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value in the middle; NaN for none. */
export function median(values: readonly number[]): number {
  return quantileOf(values, 0.5);
}

/** The value below which the given share lies; NaN for none. */
export function quantileOf(values: readonly number[], share: number): number {
  const ascending = values.toSorted((a, b) => a - b);
  return ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))] ?? Number.NaN;
}
