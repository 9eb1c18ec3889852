/** `takes 0.52 of the ordinary time`: how slow a worker is, relative to an ordinary one. */
export function slownessText(factor: number): string {
  return `takes ${factor.toFixed(2)} of the ordinary time`;
}

/** How slow a worker is, as far as the choice of worker goes by it: the interval and the runs that it stands on. */
type KnownSlowness = { factor: number; low: number; high: number; runs: number; keys: number };

/** `takes 0.52 of the ordinary time (0.48 to 0.60 by key), by 12 runs of 3 keys`. */
export function speedText(slowness: KnownSlowness | null): string {
  if (slowness === null) return "not known yet: nothing has run both here and elsewhere";
  const { factor, low, high, runs, keys } = slowness;
  return `${slownessText(factor)} (${low.toFixed(2)} to ${high.toFixed(2)} by key), by ${runs} runs of ${keys} ${keys === 1 ? "key" : "keys"}`;
}
