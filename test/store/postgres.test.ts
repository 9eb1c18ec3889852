import { Client } from "pg";
import { describe, expect, it } from "vitest";
import type { Event } from "../../src/domain/event.ts";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import { timestampOf } from "../../src/server/store/postgres/types.ts";
import type { Leadership } from "../../src/server/store/leadership.ts";
import type { Store } from "../../src/server/store/store.ts";
import { engineOf, useDatabases } from "./engines.ts";
import { gateAt } from "./gate.ts";
import { at, insert, newRequest } from "./records.ts";

function append(store: Store, note: number): Promise<void> {
  return store.transaction((tx) =>
    tx.appendEvents([{ kind: "created", work_request_id: note as WorkRequestId, data: {} }]),
  );
}

/** Collects what a store's listeners hear, and resolves when it is so much. */
function collect(store: Store, count: number): Promise<Event[]> {
  const heard: Event[] = [];
  return new Promise((resolve) => {
    store.onEvents((events) => {
      heard.push(...events);
      if (heard.length >= count) resolve(heard);
    });
  });
}

/** Returns the number of rows. */
async function query(url: string, text: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rowCount } = await client.query(text);
  await client.end();
  return rowCount ?? 0;
}

/** Of its connections that with the lock of the leader. */
const CUT_LEADER = `select pg_terminate_backend(pid) from pg_locks
  where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`;
const WAITING_FOR_TERM = `select 1 from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock' and query like 'update leadership%'`;
const CUT_ALL = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'almanac'";

describe("several servers on one PostgreSQL", () => {
  const databases = useDatabases(engineOf("postgres"));

  it("hear each other's events once each, in one order", async () => {
    const database = await databases.fresh();
    const stores = [await databases.open(database), await databases.open(database), await databases.open(database)];
    const heard = stores.map((store) => collect(store, 60));
    await Promise.all(Array.from({ length: 60 }, (_, index) => append(stores[index % 3]!, index)));
    const [first, ...others] = await Promise.all(heard);
    expect(first!.map(({ id }) => id)).toEqual(first!.map(({ id }) => id).toSorted((a, b) => a - b));
    expect(new Set(first!.map(({ work_request_id }) => work_request_id)).size).toBe(60);
    for (const other of others) expect(other).toEqual(first);
  });

  it("an event that is numbered first is seen first, although its transaction is held up", async () => {
    const gate = gateAt("before-commit");
    const database = await databases.fresh();
    const [slow, quick] = [await databases.open(database, { faults: gate.faults }), await databases.open(database)];
    const heard = collect(quick, 2);
    const first = append(slow, 1);
    await gate.reached();
    const second = append(quick, 2);
    expect(await quick.read.events(0, 10)).toEqual([]);
    gate.open();
    await Promise.all([first, second]);
    expect((await heard).map(({ id, work_request_id }) => [id, work_request_id])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it("wait for each other to change a request, and each sees what the other did", async () => {
    const database = await databases.fresh();
    const stores = [await databases.open(database), await databases.open(database)];
    const [id] = await insert(stores[0]!, newRequest());
    const raise = (store: Store) =>
      store.transaction(async (tx) => {
        const request = await tx.lockWorkRequest(id!);
        await tx.updateWorkRequest(id!, { priority_adjustment: request!.priority_adjustment + 1 });
      });
    await Promise.all(Array.from({ length: 40 }, (_, index) => raise(stores[index % 2]!)));
    expect((await stores[0]!.read.workRequest(id!))?.priority_adjustment).toBe(40);
  });
});

describe("a store whose PostgreSQL cuts its connections", () => {
  const databases = useDatabases(engineOf("postgres"));

  it("says unavailable to what was going on, loses the lead, and goes on with new connections", async () => {
    const faults: unknown[] = [];
    const gate = gateAt("in-transaction");
    const database = await databases.fresh();
    const store = await databases.open(database, { faults: gate.faults, onFault: (fault) => faults.push(fault) });
    const leadership = await store.lead();
    const lost = new Promise((resolve) => leadership!.lost.addEventListener("abort", resolve));
    const writing = append(store, 1);
    await gate.reached();
    await query(database, CUT_ALL);
    gate.open();
    await expect(writing).rejects.toMatchObject({ code: "unavailable" });
    await lost;
    await append(store, 2);
    expect((await store.read.events(0, 10)).map(({ work_request_id }) => work_request_id)).toEqual([2]);
    expect(await store.lead()).toBeDefined();
    expect(faults.length).toBeGreaterThan(0);
  });

  it("does nothing as the leader any more once another leads, and that one waits for what it has begun", async () => {
    const database = await databases.fresh();
    const gate = gateAt("in-transaction");
    const cut = await databases.open(database, { faults: gate.faults, onFault: () => {} });
    const next = await databases.open(database);
    const lead = (await cut.lead())!;
    const writing = cut.transaction((tx) => tx.holdsLead(lead.term));
    await gate.reached();
    // the leader's lock is gone, and it goes on with its other connections
    await query(database, CUT_LEADER);
    const taken = { lead: undefined as Leadership | undefined };
    const taking = (async () => {
      while (taken.lead === undefined) taken.lead = await next.lead();
    })();
    await expect.poll(() => query(database, WAITING_FOR_TERM), { timeout: 20_000 }).toBe(1);
    expect(taken.lead).toBeUndefined();
    gate.open();
    expect(await writing).toBe(true);
    await taking;
    expect(taken.lead!.term).toBeGreaterThan(lead.term);
    expect(await cut.transaction((tx) => tx.holdsLead(lead.term))).toBe(false);
    expect(await next.transaction((tx) => tx.holdsLead(taken.lead!.term))).toBe(true);
  });

  it("hears afterwards what happened while it could not listen", async () => {
    const faults: unknown[] = [];
    const database = await databases.fresh();
    const store = await databases.open(database, { onFault: (fault) => faults.push(fault) });
    const heard = collect(store, 1);
    await query(database, CUT_ALL);
    const now = "now(), 'worker_joined', null, null, null, '{}'";
    await query(database, `insert into events (at, kind, work_request_id, run_id, worker_name, data) values (${now})`);
    expect(await heard).toMatchObject([{ id: 1, kind: "worker_joined" }]);
    expect(faults.length).toBeGreaterThan(0);
  });
});

describe("a PostgreSQL that is set up differently", () => {
  const databases = useDatabases(engineOf("postgres"));

  it("gives the same times in whatever zone and form it speaks", async () => {
    const database = await databases.fresh();
    const name = new URL(database).pathname.slice(1);
    await query(database, `alter database ${name} set timezone = 'Asia/Kolkata'`);
    const store = await databases.open(database);
    const [id] = await insert(store, newRequest());
    await store.transaction((tx) => tx.updateWorkRequest(id!, { pending_at: at(1.5), not_before: at(2) }));
    expect((await store.read.workRequest(id!))?.pending_at).toBe(at(1.5));
    expect(await store.read.nextNotBefore(at(1))).toBe(at(2));
    expect(Math.abs(Date.parse(await store.read.now()) - Date.now())).toBeLessThan(60_000);
  });

  it("needs no right to create tables once the schema is there", async () => {
    const database = await databases.fresh();
    await query(
      database,
      `create role clerk login;
       grant select, insert, update, delete on all tables in schema public to clerk;
       revoke create on schema public from public`,
    );
    const store = await databases.open(database.replace("postgres@", "clerk@"));
    expect(await insert(store, newRequest())).toHaveLength(1);
  });

  it.each([
    ["2030-01-02 03:04:05.678+00", "2030-01-02T03:04:05.678Z"],
    ["2030-01-02 03:04:05+00", "2030-01-02T03:04:05.000Z"],
    ["2030-01-02 03:04:05.6+00", "2030-01-02T03:04:05.600Z"],
    ["2030-01-02 03:04:05.678901+05:30", "2030-01-01T21:34:05.678Z"],
    ["2030-01-02 03:04:05-08", "2030-01-02T11:04:05.000Z"],
  ])("the time %s is read as %s", (text, expected) => {
    expect(timestampOf(text)).toBe(expected);
  });

  it("a time that is none is not taken for one", () => {
    expect(() => timestampOf("infinity")).toThrow("not a time of PostgreSQL: infinity");
  });
});
