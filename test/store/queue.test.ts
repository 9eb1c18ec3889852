import { describe, expect, it } from "vitest";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import { ENGINES, useDatabases } from "./engines.ts";
import { ALLOCATION, at, insert, insertIn, KEY, newRequest, newRun } from "./records.ts";

describe.each(ENGINES)("the queue on $name", (engine) => {
  const databases = useDatabases(engine);

  it("planning reads by priority, then by time, and only what is prepared and not held back", async () => {
    const store = await databases.open();
    const ids = await insert(
      store,
      newRequest({ name: "old" }),
      newRequest({ name: "high", priority_base: 5 }),
      newRequest({ name: "raised", priority_base: -5 }),
      newRequest({ name: "unprepared", priority_base: 9 }),
      newRequest({ name: "held", priority_base: 9 }),
      newRequest({ name: "young" }),
      newRequest({ name: "blocked", status: "blocked", priority_base: 9 }),
    );
    const [old, high, raised, , held, young, blocked] = ids;
    await store.transaction(async (tx) => {
      await tx.updateWorkRequest(old!, { allocation: ALLOCATION, pending_at: at(1) });
      await tx.updateWorkRequest(high!, { allocation: ALLOCATION, not_before: at(100) });
      await tx.updateWorkRequest(raised!, { allocation: ALLOCATION, priority_adjustment: 20 });
      await tx.updateWorkRequest(held!, { allocation: ALLOCATION, not_before: at(101) });
      await tx.updateWorkRequest(young!, { allocation: ALLOCATION, pending_at: at(2) });
      await tx.updateWorkRequest(blocked!, { allocation: ALLOCATION });
    });
    const pending = await store.read.pending(at(100), 10);
    expect(pending.map(({ id }) => id)).toEqual([raised, high, old, young]);
    expect(pending[1]).toMatchObject({ ...KEY, allocation: ALLOCATION, not_before: at(100), run_count: 0 });
    expect((await store.read.pending(at(100), 2)).map(({ id }) => id)).toEqual([raised, high]);
    expect((await store.read.unprepared(10)).map(({ name }) => name)).toEqual(["unprepared"]);
    expect(await store.read.nextNotBefore(at(99))).toBe(at(100));
    expect(await store.read.nextNotBefore(at(100))).toBe(at(101));
    expect(await store.read.nextNotBefore(at(101))).toBeUndefined();
  });

  it("a server that begins to lead reads all that is pending, page by page, and a retry keeps its age", async () => {
    const store = await databases.open();
    const ids = await insert(
      store,
      newRequest({ remaining_path: 7.5 }),
      newRequest({ status: "blocked" }),
      newRequest({ priority_base: 3 }),
      newRequest(),
    );
    const [first, blocked, , last] = ids;
    await store.transaction(async (tx) => {
      await tx.updateWorkRequest(first!, { allocation: ALLOCATION, duration_p50: 2, duration_p95: 4.5 });
      await tx.updateWorkRequest(blocked!, { pending_at: at(5) });
      await tx.updateWorkRequest(last!, { status: "running" });
    });
    const [before] = await store.read.planRows([first!]);
    await store.transaction(async (tx) => {
      await tx.updateWorkRequest(first!, { pending_at: at(50) });
      await tx.updateWorkRequest(blocked!, { pending_at: at(50) });
    });
    const pages = [await store.read.pendingAfter(0, 1), await store.read.pendingAfter(first!, 10)];
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([[first], [ids[2]]]);
    expect(pages[0]).toEqual([before]);
    expect(before).toMatchObject({ allocation: ALLOCATION, remaining_path: 7.5, duration_p50: 2, duration_p95: 4.5 });
    expect(await store.read.planRows([blocked!, 9_999 as WorkRequestId])).toMatchObject([
      { id: blocked, status: "blocked", first_pending_at: at(5), allocation: null },
    ]);
  });

  it("new history makes requests unprepared that stood on little, but not those that have had a run", async () => {
    const store = await databases.open();
    const evidence = [1, 2, 3, null, -1, 1, 1];
    const ids = await insert(store, ...evidence.map(() => newRequest()));
    const others = await insert(
      store,
      newRequest({ subject: "sed" }),
      newRequest({ subject: "sed" }),
      newRequest({ task_name: "test" }),
    );
    await store.transaction(async (tx) => {
      for (const [index, id] of ids.entries()) {
        await tx.updateWorkRequest(id, { allocation: ALLOCATION, evidence_runs: evidence[index]! });
      }
      for (const [index, id] of others.entries()) {
        await tx.updateWorkRequest(id, { allocation: ALLOCATION, evidence_runs: index === 0 ? 0 : -1 });
      }
      await tx.updateWorkRequest(ids[5]!, { run_count: 1 });
      await tx.updateWorkRequest(ids[6]!, { status: "running" });
      await tx.forgetAllocations(KEY, 2);
    });
    const unprepared = (await store.read.unprepared(10)).map(({ id }) => id);
    expect(unprepared).toEqual([ids[0], ids[1], ids[4], others[1]]);
  });

  it("an expired request goes with its runs and events, unless an unfinished one depends on it", async () => {
    const store = await databases.open();
    const ids = await insert(
      store,
      newRequest({ expire_after: 10 }),
      newRequest({ expire_after: 10.5 }),
      newRequest({ expire_after: 10 }),
      newRequest(),
    );
    const [gone, later, needed, kept] = ids;
    const [dependent] = await insert(store, newRequest({ status: "blocked", depends_on: [{ id: needed! }] }));
    await store.transaction(async (tx) => {
      for (const id of [gone!, later!, needed!]) {
        await tx.updateWorkRequest(id, { status: "completed", result: "success", completed_at: at(0) });
        await tx.insertRun(newRun(id));
        await tx.appendEvents([{ kind: "completed", work_request_id: id, data: {} }]);
      }
      await tx.updateWorkRequest(kept!, { status: "aborted", aborted: { at: at(0), by: "me" } });
    });
    expect(await store.transaction((tx) => tx.deleteExpired(at(9), 10))).toEqual([]);
    expect(await store.transaction((tx) => tx.deleteExpired(at(10), 10))).toEqual([`${gone}.1`]);
    expect(await store.read.workRequest(gone!)).toBeUndefined();
    expect(await store.read.run(`${gone}.1` as never)).toBeUndefined();
    expect(await store.read.events(0, 10, gone)).toEqual([]);
    expect(await store.read.workRequest(later!)).toBeDefined();
    await store.transaction((tx) =>
      tx.updateWorkRequest(dependent!, { status: "aborted", aborted: { at: at(0), by: "me" } }),
    );
    expect((await store.transaction((tx) => tx.deleteExpired(at(11), 1))).length).toBe(1);
    expect((await store.transaction((tx) => tx.deleteExpired(at(11), 10))).length).toBe(1);
    expect((await store.read.workRequests({}, { limit: 9 })).items.map(({ id }) => id)).toEqual([dependent, kept]);
    expect((await store.read.workRequest(dependent!))?.dependencies).toEqual([]);
  });

  it("an aborted request expires from the moment of its abortion", async () => {
    const store = await databases.open();
    const [id] = await insert(store, newRequest({ expire_after: 10 }));
    await store.transaction(async (tx) => {
      await tx.updateWorkRequest(id!, { status: "aborted", aborted: { at: at(5), by: "me" } });
      await tx.deleteExpired(at(14), 10);
      expect(await tx.workRequest(id!)).toBeDefined();
      await tx.deleteExpired(at(15), 10);
    });
    expect(await store.read.workRequest(id!)).toBeUndefined();
  });

  it("a submission key is remembered for a day after its last request has gone", async () => {
    const store = await databases.open();
    await store.transaction(async (tx) => {
      const submission = { created_by: "me", key: "key", body_hash: "h" };
      const ids = await tx.insertWorkRequests(
        [newRequest({ expire_after: 1 }), newRequest({ expire_after: 5 })],
        submission,
      );
      for (const id of ids)
        await tx.updateWorkRequest(id, { status: "completed", result: "success", completed_at: at(0) });
    });
    const deleteAt = (seconds: number) => store.transaction((tx) => tx.deleteExpired(at(seconds), 10));
    await deleteAt(1);
    expect((await store.read.submission("key"))?.ids).toHaveLength(1);
    await deleteAt(5);
    expect(await store.read.submission("key")).toEqual({ body_hash: "h", ids: [] });
    await deleteAt(5 + 86_400);
    expect(await store.read.submission("key")).toBeDefined();
    await deleteAt(6 + 86_400);
    expect(await store.read.submission("key")).toBeUndefined();
  });

  it("what a transaction has written it reads back before anybody else does", async () => {
    const store = await databases.open();
    await store.transaction(async (tx) => {
      const [id] = await insertIn(tx, newRequest());
      await tx.appendEvents([{ kind: "created", work_request_id: id!, data: { a: 1 } }]);
      expect((await tx.workRequest(id!))?.status).toBe("pending");
      expect((await tx.events(0, 10)).map(({ kind }) => kind)).toEqual(["created"]);
      expect(await tx.lastEventId()).toBe(1);
      expect(await store.read.workRequest(id!)).toBeUndefined();
      expect(await store.read.lastEventId()).toBe(0);
    });
    expect(await store.read.lastEventId()).toBe(1);
  });
});
