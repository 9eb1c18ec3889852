import type { Timestamp } from "../../domain/clock.ts";
import type { HistoryKey } from "../../domain/task.ts";

/** How much history a key has. */
export type KeptHistory = HistoryKey & { runs: number; oldest_at: Timestamp };

/** What is asked so that no history is kept longer than it should be; a part of the store. */
export type KeptHistoryReader = {
  /** The keys after the one given, or from the first, in an order of their own; at most `limit`. */
  keptHistories(after: HistoryKey | undefined, limit: number): Promise<KeptHistory[]>;
};
