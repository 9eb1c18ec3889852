import type { FaultPoint, Faults } from "../../src/server/store/faults.ts";

/** Holds a store at one of its named points, so that a test decides what happens first. */
export type Gate = {
  faults: Faults;
  /** The same, for a place in the test's own code. */
  hold(): Promise<void>;
  /** Resolves when a transaction has come to the point; it stays there until `open`. */
  reached(): Promise<void>;
  open(): void;
};

/** A gate that the first transaction to come to the point runs into; later ones pass. */
export function gateAt(point: FaultPoint): Gate {
  const arrival = Promise.withResolvers<void>();
  const opening = Promise.withResolvers<void>();
  let isArmed = true;
  const hold = async (): Promise<void> => {
    if (!isArmed) return;
    isArmed = false;
    arrival.resolve();
    await opening.promise;
  };
  return {
    faults: { at: (reached) => (reached === point ? hold() : undefined) },
    hold,
    reached: () => arrival.promise,
    open: () => opening.resolve(),
  };
}
