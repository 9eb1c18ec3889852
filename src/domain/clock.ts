/** A moment as RFC 3339 in UTC with milliseconds: `2026-11-22T17:16:02.123Z`. Sorts as text. */
export type Timestamp = string;

/** Where time comes from; passed in, so that tests and the simulator have their own. */
export type Clock = {
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Never goes back; only differences mean something. Milliseconds, with fractions. */
  readonly monotonicMs: () => number;
};

/** A day of 24 hours, milliseconds. */
export const DAY_MS = 86_400_000;

/** The timestamp of a wall clock reading in milliseconds. */
export function timestamp(msSince1970: number): Timestamp {
  return new Date(msSince1970).toISOString();
}

/** A moment as people read it: `2026-11-22 17:16:02`, in UTC. */
export function momentText(at: Timestamp): string {
  return at.slice(0, "2026-11-22T17:16:02".length).replace("T", " ");
}

/** Milliseconds since 1970 of a timestamp. */
export function epochMs(at: Timestamp): number {
  return Date.parse(at);
}
