import { describe, expect, it } from "vitest";
import type { Event } from "../../src/domain/event.ts";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import type { Faults } from "../../src/server/store/faults.ts";
import type { Store, StoreTransaction } from "../../src/server/store/store.ts";
import { ENGINES, useDatabases } from "./engines.ts";
import { gateAt } from "./gate.ts";
import { at, insert, insertIn, KEY, newRequest } from "./records.ts";

function created(id: WorkRequestId, note = ""): Omit<Event, "id" | "at"> {
  return { kind: "created", work_request_id: id, data: { note } };
}

/** Resolves with the events that listeners hear, as soon as there are so many. */
function hear(store: Store, count: number): Promise<Event[]> {
  return new Promise((resolve) => {
    const heard: Event[] = [];
    const stop = store.onEvents((events) => {
      heard.push(...events);
      if (heard.length < count) return;
      stop();
      resolve(heard);
    });
  });
}

function putState(tx: StoreTransaction, kept: number[]): Promise<void> {
  return tx.putEstimateStates(new Map([["k", { key: KEY, state: { kept } }]]));
}

describe.each(ENGINES)("transactions on $name", (engine) => {
  const databases = useDatabases(engine);

  it("a transaction that throws leaves nothing, and its neighbours stay", async () => {
    const store = await databases.open();
    const attempts = Array.from({ length: 20 }, (_, index) =>
      store.transaction(async (tx) => {
        const [id] = await insertIn(tx, newRequest({ name: `${index}` }));
        await tx.appendEvents([created(id!)]);
        if (index % 3 === 0) throw new Error(`no ${index}`);
        return index;
      }),
    );
    const settled = await Promise.allSettled(attempts);
    expect(settled.filter(({ status }) => status === "rejected")).toHaveLength(7);
    const { items } = await store.read.workRequests({}, { limit: 100 });
    const expected = Array.from({ length: 20 }, (_, index) => index).filter((index) => index % 3 !== 0);
    expect(items.map(({ name }) => Number(name)).sort((a, b) => a - b)).toEqual(expected);
    expect(await store.read.events(0, 100)).toHaveLength(13);
  });

  it("a statement that fails spoils its own transaction only", async () => {
    const store = await databases.open();
    const bad = store.transaction((tx) => insertIn(tx, newRequest({ depends_on: [{ id: 99 as WorkRequestId }] })));
    const good = insert(store, newRequest());
    await expect(bad).rejects.toThrow(/foreign key/i);
    expect(await good).toHaveLength(1);
    expect((await store.read.workRequests({}, { limit: 9 })).items).toHaveLength(1);
  });

  it("when the commit itself fails, all who share it are told, nothing is kept, and the next one goes on", async () => {
    let isBroken = true;
    const faults: Faults = {
      at(point) {
        if (point === "before-commit" && isBroken) throw new Error("no commit");
      },
    };
    const store = await databases.open(undefined, { faults });
    const attempts = [insert(store, newRequest()), insert(store, newRequest()), insert(store, newRequest())];
    const settled = await Promise.allSettled(attempts);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(settled[0]).toMatchObject({ reason: new Error("no commit") });
    isBroken = false;
    await insert(store, newRequest({ name: "after" }));
    expect((await store.read.workRequests({}, { limit: 9 })).items.map(({ name }) => name)).toEqual(["after"]);
  });

  it("what a transaction was used for after its end is refused", async () => {
    const store = await databases.open();
    let leaked: StoreTransaction | undefined;
    await store.transaction(async (tx) => {
      leaked = tx;
    });
    await expect(leaked!.now()).rejects.toThrow(/ended|committed|completed/i);
  });

  it("a request is locked by one transaction at a time, and the next sees what the first has done", async () => {
    const gate = gateAt("in-transaction"); // held by hand, between the lock and the change
    const store = await databases.open();
    const [id] = await insert(store, newRequest());
    const order: string[] = [];
    const raise = (name: string, by: number) =>
      store.transaction(async (tx) => {
        const request = await tx.lockWorkRequest(id!);
        order.push(name);
        if (name === "first") await gate.hold();
        await tx.updateWorkRequest(id!, { priority_adjustment: request!.priority_adjustment + by });
      });
    const first = raise("first", 1);
    await gate.reached();
    const second = raise("second", 10);
    // a reader is held up by nobody
    expect((await store.read.workRequest(id!))?.priority_adjustment).toBe(0);
    expect(order).toEqual(["first"]);
    gate.open();
    await Promise.all([first, second]);
    expect(order).toEqual(["first", "second"]);
    expect((await store.read.workRequest(id!))?.priority_adjustment).toBe(11);
  });

  it("transactions that change the same requests in opposite orders all succeed", async () => {
    const store = await databases.open();
    const ids = await insert(store, newRequest(), newRequest());
    const raiseBoth = (order: WorkRequestId[]) =>
      store.transaction(async (tx) => {
        for (const id of order) {
          const request = await tx.lockWorkRequest(id);
          await tx.updateWorkRequest(id, { priority_adjustment: request!.priority_adjustment + 1 });
        }
      });
    const orders = Array.from({ length: 4 }, (_, index) => (index % 2 === 0 ? ids : ids.toReversed()));
    await Promise.all(orders.map(raiseBoth));
    const adjustments = await Promise.all(
      ids.map(async (id) => (await store.read.workRequest(id))?.priority_adjustment),
    );
    expect(adjustments).toEqual([4, 4]);
  });

  it("when the last two dependencies complete at the same moment, one of the two unblocks the dependent", async () => {
    const store = await databases.open();
    const [a, b] = await insert(store, newRequest(), newRequest());
    const [dependent] = await insert(store, newRequest({ status: "blocked", depends_on: [{ id: a! }, { id: b! }] }));
    const complete = (id: WorkRequestId) =>
      store.transaction(async (tx) => {
        await tx.lockWorkRequest(id);
        await tx.updateWorkRequest(id, { status: "completed", result: "success", completed_at: at(0) });
        for (const waiting of await tx.dependentsOf(id)) {
          const states = await tx.dependencyStates(waiting.id);
          if (states.every(({ status }) => status === "completed")) {
            await tx.updateWorkRequest(waiting.id, { status: "pending", pending_at: at(1) });
          }
        }
      });
    await Promise.all([complete(a!), complete(b!)]);
    expect((await store.read.workRequest(dependent!))?.status).toBe("pending");
  });

  it("a request that comes in while its dependency completes is not left waiting", async () => {
    const gate = gateAt("in-transaction"); // held by hand, after the dependency's dependents were looked at
    const store = await databases.open();
    const [dependency] = await insert(store, newRequest());
    const completing = store.transaction(async (tx) => {
      await tx.lockWorkRequest(dependency!);
      await tx.updateWorkRequest(dependency!, { status: "completed", result: "success", completed_at: at(0) });
      const dependents = await tx.dependentsOf(dependency!);
      await gate.hold();
      return dependents;
    });
    await gate.reached();
    const submitting = store.transaction(async (tx) => {
      const [id] = await insertIn(tx, newRequest({ status: "blocked", depends_on: [{ id: dependency! }] }));
      return tx.dependencyStates(id!);
    });
    for (let turn = 0; turn < 100; turn += 1) await store.read.now(); // time enough to go wrong in
    gate.open();
    expect(await completing).toEqual([]);
    expect((await submitting).map(({ status }) => status)).toEqual(["completed"]);
  });

  it("what two ends of runs teach an estimate at the same moment is both learnt", async () => {
    const store = await databases.open();
    await store.transaction((tx) => putState(tx, []));
    const learn = (figure: number) =>
      store.transaction(async (tx) => {
        const state = (await tx.estimateStates(["k"])).get("k") as { kept: number[] }; // as it was put
        await putState(tx, [...state.kept, figure]);
      });
    await Promise.all([1, 2, 3, 4, 5, 6].map(learn));
    const state = (await store.read.estimateStates(["k"])).get("k") as { kept: number[] }; // as above
    expect(state.kept.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("nobody is told of a transaction, and nobody hears its events, before it is committed", async () => {
    const gate = gateAt("before-commit");
    const store = await databases.open(undefined, { faults: gate.faults });
    let isTold = false;
    const heard = hear(store, 1);
    const writing = store
      .transaction(async (tx) => {
        const [id] = await insertIn(tx, newRequest());
        await tx.appendEvents([created(id!)]);
      })
      .then(() => (isTold = true));
    await gate.reached();
    expect(await store.read.countByStatus()).toMatchObject({ pending: 0 });
    expect(await store.read.events(0, 10)).toEqual([]);
    expect(isTold).toBe(false);
    gate.open();
    await writing;
    expect(await heard).toHaveLength(1);
  });

  it("closing waits for the transactions that were begun, and refuses new ones", async () => {
    const gate = gateAt("before-commit");
    const database = await databases.fresh();
    const store = await databases.open(database, { faults: gate.faults });
    const writing = insert(store, newRequest());
    await gate.reached();
    const closing = store.close();
    gate.open();
    expect(await writing).toHaveLength(1);
    await closing;
    await expect(insert(store, newRequest())).rejects.toMatchObject({ code: "unavailable" });
    await expect(store.read.now()).rejects.toMatchObject({ code: "unavailable" });
    const again = await databases.open(database);
    expect(await again.read.countByStatus()).toMatchObject({ pending: 1 });
  });
});

describe.each(ENGINES)("events on $name", (engine) => {
  const databases = useDatabases(engine);

  it("an event comes back as it was given, numbered and timed", async () => {
    const store = await databases.open();
    const events = [
      { kind: "created", work_request_id: 1, run_id: "1.1", worker_name: "w", data: { a: [1, "\u0000"] } },
      { kind: "worker_joined", worker_name: "w", data: {} },
    ] as unknown as Omit<Event, "id" | "at">[]; // of the brands' forms
    await store.transaction((tx) => tx.appendEvents(events));
    const read = await store.read.events(0, 10);
    expect(read).toEqual(events.map((event, index) => ({ ...event, id: index + 1, at: expect.stringMatching(/Z$/) })));
    expect(await store.read.events(1, 10)).toEqual(read.slice(1));
    expect(await store.read.events(0, 1)).toEqual(read.slice(0, 1));
    expect(await store.read.events(0, 10, 1 as WorkRequestId)).toEqual(read.slice(0, 1));
    expect(await store.read.lastEventId()).toBe(2);
  });

  it("events become visible in the order of their ids, whatever the order of the commits", async () => {
    const gate = gateAt("in-transaction");
    const store = await databases.open(undefined, { faults: gate.faults });
    const heard = hear(store, 40);
    const append = (note: string) => store.transaction((tx) => tx.appendEvents([created(1 as WorkRequestId, note)]));
    const slow = append("slow");
    await gate.reached();
    const others = Array.from({ length: 39 }, (_, index) => append(`${index}`));
    gate.open();
    await Promise.all([slow, ...others]);
    const ids = (await heard).map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(new Set(ids).size).toBe(40);
    expect((await store.read.events(0, 100)).map(({ id }) => id)).toEqual(ids);
  });

  it("a listener hears everything once, also when it is more than is read at a time", async () => {
    const store = await databases.open();
    const heard = hear(store, 2500);
    const many = Array.from({ length: 2500 }, (_, index) => created(index as WorkRequestId));
    await store.transaction((tx) => tx.appendEvents(many));
    expect((await heard).map(({ work_request_id }) => work_request_id)).toEqual(
      many.map((event) => event.work_request_id),
    );
  });

  it("a listener that throws is reported and keeps nobody else from hearing", async () => {
    const faults: unknown[] = [];
    const store = await databases.open(undefined, { onFault: (error) => faults.push(error) });
    store.onEvents(() => {
      throw new Error("bad listener");
    });
    const heard = hear(store, 1);
    await store.transaction((tx) => tx.appendEvents([created(1 as WorkRequestId)]));
    expect(await heard).toHaveLength(1);
    expect(faults).toEqual([new Error("bad listener")]);
  });

  it("who has stopped listening hears nothing more", async () => {
    const store = await databases.open();
    const heard: Event[] = [];
    const stop = store.onEvents((events) => heard.push(...events));
    stop();
    const other = hear(store, 1);
    await store.transaction((tx) => tx.appendEvents([created(1 as WorkRequestId)]));
    await other;
    expect(heard).toEqual([]);
  });

  it("trimming takes the oldest events that belong to no request", async () => {
    const store = await databases.open();
    const joined = { kind: "worker_joined", data: {} } as const;
    await store.transaction((tx) => tx.appendEvents([joined, created(1 as WorkRequestId), joined, joined]));
    await store.transaction((tx) => tx.trimEvents(2));
    expect((await store.read.events(0, 10)).map(({ id }) => id)).toEqual([2, 3, 4]);
    await store.transaction((tx) => tx.trimEvents(0));
    await store.transaction((tx) => tx.appendEvents([joined]));
    expect((await store.read.events(0, 10)).map(({ id }) => id)).toEqual([2, 5]);
  });
});
