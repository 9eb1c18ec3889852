import type { Database, Engine } from "./engine.ts";
import type { StoreTransaction } from "./store.ts";

/**
 * What a transaction can ask about the lead. A lock says who leads, but a server that has lost it may not know that yet:
 * for some seconds it would place beside its successor. So leads are numbered, and what only the leader may write is
 * written by who sees that its own is the newest (a fencing token: Kleppmann, "How to do distributed locking", 2016).
 */
export function leadershipWriter(db: Database, engine: Engine): Pick<StoreTransaction, "holdsLead"> {
  return {
    holdsLead: async (term) => {
      const newest = await engine.forShare(db.selectFrom("leadership").select("term")).executeTakeFirst();
      return newest?.term === term;
    },
  };
}
