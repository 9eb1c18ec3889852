import { AppError } from "../../../contract/errors.ts";
import { postgresEngine } from "../engine.ts";
import { EventFeed } from "../event-feed.ts";
import { noFaults } from "../faults.ts";
import { readsAtOnce } from "../group/reads-at-once.ts";
import { sharedReads } from "../group/shared-reads.ts";
import type { OpenOptions } from "../open.ts";
import { readerOn } from "../records.ts";
import { GroupWriter } from "../group/group-writer.ts";
import type { Leadership } from "../leadership.ts";
import type { Store, StoreReader } from "../store.ts";
import { postgresError } from "./fault.ts";
import { tryToLead } from "./lead.ts";
import { listenForEvents } from "./listen.ts";
import { readColumnTypes } from "./many-rows.ts";
import { migrate } from "./migrate.ts";
import { openPool } from "./pool.ts";
import { beginForGroup, inTransaction } from "./transaction.ts";

/** How often the feed looks by itself, should a notification have been lost, milliseconds. */
const LOOK_MS = 5_000;

/** One works while the other one's commit is on its way to the disk. */
const GROUPS_AT_ONCE = 2;
/** A group is about 15 statements, however large: what a thousand works cost over one is their rows. */
const MOST_IN_GROUP = 1_000;

/** Opens a PostgreSQL database; several servers may use one at the same time. */
export async function openPostgresStore(url: string, options: OpenOptions): Promise<Store> {
  const faults = options.faults ?? noFaults;
  const queries = openPool(url, options.onFault);
  const single = readerOn(queries.db, postgresEngine);
  const read: StoreReader = { ...single, ...sharedReads(single), ...readsAtOnce(queries.db, postgresEngine) };
  const { feed, listener, types } = await start().catch(async (error: unknown) => {
    await queries.close();
    throw openError(url, error);
  });
  const timer = setInterval(() => feed.wake(), LOOK_MS);
  timer.unref();
  const held = new Set<Leadership>();

  const writer = new GroupWriter(
    {
      reads: Object.keys(single),
      groupsAtOnce: GROUPS_AT_ONCE,
      mostInGroup: MOST_IN_GROUP,
      begin: () => beginForGroup(queries.db, types),
      alone: (work) => inTransaction(queries.db, faults, work),
    },
    faults,
  );

  /** The schema, then everything that goes on while the store is open. */
  async function start() {
    await migrate(queries.pool);
    const newFeed = new EventFeed(read, await read.lastEventId(), options.onFault);
    const newListener = await listenForEvents(url, () => newFeed.wake(), options.onFault);
    return { feed: newFeed, listener: newListener, types: await readColumnTypes(queries.pool) };
  }

  return {
    kind: "postgres",
    read,
    transaction: (work) => writer.transaction(work),
    onEvents: (onEvents) => feed.listen(onEvents),
    async lead() {
      const leadership = await tryToLead(url);
      if (leadership !== undefined) held.add(leadership);
      leadership?.lost.addEventListener("abort", () => held.delete(leadership));
      return leadership;
    },
    async close() {
      clearInterval(timer);
      await writer.close();
      await Promise.all([...held].map((leadership) => leadership.release()));
      await listener.close();
      await feed.close();
      await queries.close();
    },
  };
}

/** Never with the password that the URL may hold. */
function openError(url: string, error: unknown): unknown {
  const known = postgresError(error);
  if (!(known instanceof AppError) || known.code !== "unavailable") return known;
  const { host, pathname } = new URL(url);
  const reason = `${String(known.details["reason"])} (${host}${pathname})`;
  return new AppError("unavailable", { reason }, { cause: error });
}
