import { sql } from "kysely";
import type { Database } from "../engine.ts";
import type { NewEvent } from "../events.ts";
import { EVENT_CHANNEL } from "./listen.ts";
import { EVENT_LOCK } from "./locks.ts";

/**
 * Inserts events under a lock that lasts until the commit, and tells of them. To be done at the end of a
 * transaction: nothing is waited for while the lock is held, so it can be part of no deadlock, and it is held for
 * one insert and one commit.
 *
 * Why: readers go on from the last id they have seen. Numbers are given when a row is inserted, but rows become
 * visible when their transaction commits: without the lock, 6 could be seen before 5, and 5 never. With it, ids
 * are given and committed in one order. (`notify` takes a lock of the whole cluster for the commit anyway.)
 */
export async function appendEvents(db: Database, insert: () => Promise<void>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.raw(EVENT_LOCK)}), pg_notify(${EVENT_CHANNEL}, '')`.execute(db);
  await insert();
}

/** Events of one transaction, held back until its end. */
export function heldBackEvents(append: (events: readonly NewEvent[]) => Promise<void>): HeldBackEvents {
  const held: NewEvent[] = [];
  return {
    async append(events) {
      held.push(...events);
    },
    async flush() {
      if (held.length > 0) await append(held.splice(0));
    },
  };
}

type HeldBackEvents = {
  append(events: readonly NewEvent[]): Promise<void>;
  /** Inserts what is held back, if there is anything. */
  flush(): Promise<void>;
};
