import type { Database, Engine } from "./engine.ts";

/** Held while this process is the one planner of a database. */
export type Leadership = {
  /** Its number; that of a later lead is greater. Kept as it is on SQLite, where a lead ends with its process only. */
  readonly term: number;
  release(): Promise<void>;
  /** Fires when it is over: released, or lost with the connection, in which case another may lead already. */
  readonly lost: AbortSignal;
};

/** What a transaction can ask about the lead. */
export type LeadershipWriter = {
  /**
   * Whether no later lead than the one of this term has begun; then none does before the transaction has ended. Who leads
   * asks before it writes what two at once must not.
   */
  holdsLead(term: number): Promise<boolean>;
};

/**
 * A lock says who leads, but a server that has lost it may not know that yet:
 * for some seconds it would place beside its successor. So leads are numbered, and what only the leader may write is
 * written by who sees that its own is the newest (a fencing token: Kleppmann, "How to do distributed locking", 2016).
 */
export function leadershipWriter(db: Database, engine: Engine): LeadershipWriter {
  return {
    holdsLead: async (term) => {
      const newest = await engine.forShare(db.selectFrom("leadership").select("term")).executeTakeFirst();
      return newest?.term === term;
    },
  };
}
