import type { Slowness } from "./slowness.ts";

/** `takes 0.52 of the ordinary time`: how slow a worker is, relative to an ordinary one. */
export function slownessText(factor: number): string {
  return `takes ${factor.toFixed(2)} of the ordinary time`;
}

/** `takes 0.52 of the ordinary time (0.48 to 0.60 by key), by 12 runs of 3 keys`. */
export function speedText(slowness: Slowness | null): string {
  if (slowness === null) return "not known yet: nothing has run both here and elsewhere";
  return `${slownessText(slowness.factor)} (${intervalText(slowness)} by key), by ${basisText(slowness)}`;
}

/** Between what its keys lie but for the lowest and the highest tenth: `0.48 to 0.60`. */
export function intervalText({ low, high }: Slowness): string {
  return `${low.toFixed(2)} to ${high.toFixed(2)}`;
}

/** On what it stands: `12 runs of 3 keys`. */
export function basisText({ runs, keys }: Slowness): string {
  return `${runs} runs of ${keys} ${keys === 1 ? "key" : "keys"}`;
}
