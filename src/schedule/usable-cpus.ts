/** What one run of a key did with the cores it was offered. */
export type CpuUse = {
  /** Cores in use on average: cpu time / duration. */
  used: number;
  /** What it was offered: `ALMANAC_CPUS`. */
  offered: number;
};

/** How many cores a task can use. */
export type UsableCpus = {
  /** What to offer to the next run; at least 1. */
  cpus: number;
  /** It used all that it was ever offered: it may be able to use more than is known. */
  isRising: boolean;
};

/** A run that had this share of its cores in use was held back by them. */
const HELD_BACK = 0.85;
/** Doubling an offer that brings less than this much more is not worth it. */
const WORTH_MORE = 1.25;
const NEWEST = 20;

/**
 * How many cores to offer a task, from what its runs did with what they were offered, newest first. A run can never
 * show more than it was offered, so the largest offer decides: if it was used up, twice as much is tried; if twice as
 * much brought little, the task cannot use it, and is offered what it used. Undefined where nothing is known.
 */
export function usableCpus(runs: readonly CpuUse[]): UsableCpus | undefined {
  const known = runs.filter(({ used, offered }) => used > 0 && offered > 0).slice(0, NEWEST);
  if (known.length === 0) return undefined;
  const largest = Math.max(...known.map(({ offered }) => offered));
  const atLargest = medianUse(known, largest);
  if (atLargest < HELD_BACK * largest) return { cpus: wholeCores(atLargest), isRising: false };
  const smaller = known.filter(({ offered }) => offered <= largest / 2);
  const before = smaller.length === 0 ? 0 : medianUse(smaller, Math.max(...smaller.map(({ offered }) => offered)));
  const isRising = before === 0 || atLargest >= WORTH_MORE * before;
  // nothing may hold it to its offer: then it shows more at once
  return { cpus: isRising ? Math.max(Math.ceil(2 * largest), wholeCores(atLargest)) : wholeCores(atLargest), isRising };
}

function medianUse(runs: readonly CpuUse[], offered: number): number {
  const used = runs.filter((run) => run.offered === offered).map((run) => run.used);
  used.sort((a, b) => a - b);
  return used[used.length >> 1] ?? 0;
}

/** A little over a whole number of cores is noise; more is another core. */
function wholeCores(used: number): number {
  return Math.max(1, Math.ceil(used - 0.15));
}
