import type { Leadership } from "../leadership.ts";
import { LEADER_LOCK } from "./locks.ts";
import { openSession } from "./session.ts";

/** Waits for the transactions in which the leader before this one has just asked whether it still leads. */
const BEGIN_TERM = "update leadership set term = term + 1 returning term";

/**
 * Becomes the leader of a database by an advisory lock, which belongs to a session: it goes when the session
 * ends, and `lost` says so. Undefined when another leads.
 */
export async function tryToLead(url: string): Promise<Leadership | undefined> {
  const session = await openSession(url);
  try {
    const [row] = await session.query(`select pg_try_advisory_lock(${LEADER_LOCK}) as is_leader`);
    if (row?.["is_leader"] === true) {
      // in the session that has the lock: if that goes meanwhile, no term has begun
      const [begun] = await session.query(BEGIN_TERM);
      return { term: Number(begun?.["term"]), lost: session.ended, release: () => session.close() };
    }
  } catch (error) {
    await session.close();
    throw error;
  }
  await session.close();
  return undefined;
}
