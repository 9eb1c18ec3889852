import type { OpenOptions } from "../open.ts";
import { noFaults } from "../faults.ts";
import { sqliteEngine } from "../engine.ts";
import { EventFeed } from "../event-feed.ts";
import { GroupWriter } from "../group/group-writer.ts";
import { overlaid } from "../group/overlaid.ts";
import { readsAtOnce } from "../group/reads-at-once.ts";
import { sharedReads } from "../group/shared-reads.ts";
import { readerOn } from "../records.ts";
import type { Leadership } from "../leadership.ts";
import type { Store, StoreReader } from "../store.ts";
import { SqliteConnection } from "./connection.ts";
import { kyselyOn } from "./dialect.ts";
import { tryToLead } from "./lead.ts";
import { beginTransaction, inTransaction } from "./transaction.ts";
import { dataVersion, watchOtherProcesses } from "./watch.ts";

/** Each work is its own statements here: so many take some 50 ms, and who comes meanwhile waits for them. */
const MOST_IN_GROUP = 200;

/** Opens a database file: one connection that writes and one that reads, each in a thread of its own. */
export async function openSqliteStore(file: string, options: OpenOptions): Promise<Store> {
  const connections = await openConnections(file, options);
  const faults = options.faults ?? noFaults;
  const engine = sqliteEngine(options.clock ?? { nowMs: () => Date.now() });
  const db = kyselyOn((sql, parameters) => connections.reader.execute(sql, parameters));
  const single = readerOn(db, engine);
  const read: StoreReader = { ...single, ...sharedReads(single), ...readsAtOnce(db, engine) };
  const version = await dataVersion(connections.reader); // before the last event is read: nothing falls between
  const feed = new EventFeed(read, await read.lastEventId(), options.onFault);
  const writer = new GroupWriter(
    {
      reads: Object.keys(read),
      groupsAtOnce: 1,
      mostInGroup: MOST_IN_GROUP,
      begin: () => beginTransaction(connections.writer, engine),
      alone: (work) => inTransaction(connections.writer, engine, faults, work),
    },
    faults,
  );
  const watch =
    options.isSimulated === true
      ? undefined
      : watchOtherProcesses(connections.reader, version, () => feed.wake(), options.onFault);
  let leadership: Leadership | undefined;

  return {
    kind: "sqlite",
    read,
    async transaction(work) {
      let hasEvents = false;
      const result = await writer.transaction((tx) =>
        work(
          overlaid(tx, {
            appendEvents: (events) => {
              hasEvents ||= events.length > 0;
              return tx.appendEvents(events);
            },
          }),
        ),
      );
      if (hasEvents) feed.wake();
      return result;
    },
    onEvents: (listener) => feed.listen(listener),
    async lead() {
      const taken = tryToLead(file);
      leadership = taken ?? leadership;
      return taken;
    },
    async close() {
      watch?.stop();
      await writer.close();
      await feed.close();
      await leadership?.release();
      await connections.reader.close();
      await connections.writer.close();
    },
  };
}

/** The reader opens after the writer, which makes the file and brings its schema up to date. */
async function openConnections(
  file: string,
  { onFault, isSimulated }: OpenOptions,
): Promise<{ writer: SqliteConnection; reader: SqliteConnection }> {
  const writer = new SqliteConnection(file, "writer", onFault, isSimulated);
  const reader = new SqliteConnection(file, "reader", onFault, isSimulated);
  try {
    await writer.open();
    await reader.open();
    return { writer, reader };
  } catch (error) {
    await Promise.all([reader.close(), writer.close()]);
    throw error;
  }
}
