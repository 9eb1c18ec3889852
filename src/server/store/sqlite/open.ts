import type { OpenOptions } from "../open.ts";
import { noFaults } from "../faults.ts";
import { sqliteEngine } from "../engine.ts";
import { EventFeed } from "../event-feed.ts";
import { readerOn, transactionOn } from "../records.ts";
import type { Leadership, Store } from "../store.ts";
import { SqliteConnection } from "./connection.ts";
import { kyselyOn } from "./dialect.ts";
import { tryToLead } from "./lead.ts";
import { dataVersion, watchOtherProcesses } from "./watch.ts";
import { GroupCommitWriter } from "./writer.ts";

/** Opens a database file: one connection that writes and one that reads, each in a thread of its own. */
export async function openSqliteStore(file: string, options: OpenOptions): Promise<Store> {
  const connections = await openConnections(file, options.onFault);
  const faults = options.faults ?? noFaults;
  const engine = sqliteEngine(options.clock ?? { nowMs: () => Date.now() });
  const read = readerOn(
    kyselyOn((sql, parameters) => connections.reader.execute(sql, parameters)),
    engine,
  );
  const version = await dataVersion(connections.reader); // before the last event is read: nothing falls between
  const feed = new EventFeed(read, await read.lastEventId(), options.onFault);
  const writer = new GroupCommitWriter(connections.writer, faults);
  const watch = watchOtherProcesses(connections.reader, version, () => feed.wake(), options.onFault);
  let leadership: Leadership | undefined;

  return {
    kind: "sqlite",
    read,
    async transaction(work) {
      let hasEvents = false;
      const result = await writer.transaction(async (db) => {
        const tx = transactionOn(db, engine);
        return work({
          ...tx,
          appendEvents: (events) => {
            hasEvents ||= events.length > 0;
            return tx.appendEvents(events);
          },
        });
      });
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
      watch.stop();
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
  onFault: (error: unknown) => void,
): Promise<{ writer: SqliteConnection; reader: SqliteConnection }> {
  const writer = new SqliteConnection(file, "writer", onFault);
  const reader = new SqliteConnection(file, "reader", onFault);
  try {
    await writer.open();
    await reader.open();
    return { writer, reader };
  } catch (error) {
    await Promise.all([reader.close(), writer.close()]);
    throw error;
  }
}
