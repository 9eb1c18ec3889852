/**
 * Named points that a test can hold open, or let fail, to put two transactions into a certain order. The store
 * waits for the promise.
 *
 * - `in-transaction`: a transaction's work is done, its commit comes next;
 * - `before-commit`: the whole group is done, the commit comes next;
 * - `after-commit`: it is on disk, nobody has been told yet.
 */
export type FaultPoint = "in-transaction" | "before-commit" | "after-commit";

export type Faults = { at(point: FaultPoint): Promise<void> | void };

export const noFaults: Faults = { at: () => undefined };
