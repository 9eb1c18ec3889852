/** What can be set about planning; `DEFAULT_POLICY` says what it is otherwise. */
export type PlanPolicy = {
  /** A request that has waited this long counts as one priority higher, milliseconds. The same for all. */
  ageStepMs: number;
  /** How many of the requests that wait at the head may have a worker reserved at once; 0: none. */
  reservations: number;
  /** How often a reservation may move to another worker after its start was missed, before it stays where it is. */
  moves: number;
  /** How many runs of a key without history go ahead of the others. */
  probes: number;
  /** Fewer waiting requests of a key than this are not held back for its probes. */
  probeWaiting: number;
  /** How long the others may be held back at most, milliseconds. */
  probeHoldMs: number;
};

export const DEFAULT_POLICY: PlanPolicy = {
  ageStepMs: 3_600_000,
  reservations: 4,
  moves: 2,
  probes: 2,
  probeWaiting: 3,
  probeHoldMs: 600_000,
};
