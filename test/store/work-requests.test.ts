import { describe, expect, it } from "vitest";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import type { WorkRequestPatch } from "../../src/server/store/store.ts";
import { ENGINES, useDatabases } from "./engines.ts";
import { ALLOCATION, at, insert, insertIn, KEY, newRequest, newRun, WORKER } from "./records.ts";

describe.each(ENGINES)("work requests on $name", (engine) => {
  const databases = useDatabases(engine);

  it("a request comes back as it was given, with what the database adds", async () => {
    const store = await databases.open();
    const task_data = {
      command: ["echo", "ä\u0001 \u{1f600}"],
      nested: { list: [1, 2.5, null, true] },
      zero: "\u0000",
    };
    const requirements = { memory: 2 ** 40, min: { duration: 0.5 }, tags: ["x"] };
    const before = await store.read.now();
    const [id] = await insert(store, newRequest({ name: "first", task_data, requirements, expire_after: 1.5 }));
    const request = await store.read.workRequest(id!);
    expect(request).toEqual({
      ...KEY,
      id,
      name: "first",
      status: "pending",
      result: null,
      task_data,
      parameter_summary: null,
      input_size: null,
      requirements,
      inputs: [],
      allocation: null,
      estimate: null,
      worker_name: null,
      priority_base: 0,
      priority_adjustment: 0,
      unblock_strategy: "deps",
      allow_failure: false,
      fail_on: null,
      reactions: {},
      avoid_workers: null,
      workflow_id: null,
      workflow_group: null,
      verdict: null,
      trusted: true,
      dependencies: [],
      supersedes: null,
      superseded_by: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      created_by: "tester",
      pending_at: request?.created_at,
      started_at: null,
      completed_at: null,
      expire_after: 1.5,
      aborted: null,
      waiting: null,
      output_data: null,
      run_count: 0,
    });
    expect(request!.created_at >= before).toBe(true);
  });

  it("ids count up from 1, in the order given, also in large submissions", async () => {
    const store = await databases.open();
    const ids = await insert(store, ...Array.from({ length: 1201 }, (_, index) => newRequest({ name: `n${index}` })));
    expect(ids[0]).toBe(1);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect((await store.read.workRequest(ids[1200]!))?.name).toBe("n1200");
    expect(await store.read.workRequest(99_999 as WorkRequestId)).toBeUndefined();
  });

  it("a patch changes what it names and nothing else", async () => {
    const store = await databases.open();
    const [id] = await insert(store, newRequest());
    const before = await store.read.workRequest(id!);
    const patch: WorkRequestPatch = {
      status: "completed",
      result: "failure",
      subject: "other",
      context: "",
      parameter_summary: "with ./configure",
      input_size: 12.5,
      allocation: ALLOCATION,
      priority_adjustment: -7,
      started_at: at(1),
      completed_at: at(2),
      waiting: { code: "no_room", message: "no worker has room", since: at(0) },
      output_data: { runtime_statistics: { memory: 5 }, errors: [{ message: "m", code: "c", more: [1] }] },
      run_count: 2,
    };
    await store.transaction((tx) => tx.updateWorkRequest(id!, patch));
    expect(await store.read.workRequest(id!)).toEqual({ ...before, ...patch });
    await store.transaction((tx) => tx.updateWorkRequest(id!, { waiting: null }));
    expect(await store.read.workRequest(id!)).toEqual({ ...before, ...patch, waiting: null });
    await store.transaction((tx) => tx.updateWorkRequest(id!, {}));
  });

  it("a state that makes no sense is refused by the database itself", async () => {
    const store = await databases.open();
    const [id] = await insert(store, newRequest());
    await expect(store.transaction((tx) => tx.updateWorkRequest(id!, { status: "completed" }))).rejects.toThrow(
      /constraint/i,
    );
    await expect(store.transaction((tx) => tx.updateWorkRequest(id!, { result: "success" }))).rejects.toThrow(
      /constraint/i,
    );
    await expect(store.transaction((tx) => tx.updateWorkRequest(id!, { status: "aborted" }))).rejects.toThrow(
      /constraint/i,
    );
    expect((await store.read.workRequest(id!))?.status).toBe("pending");
  });

  it("dependencies by position and by id are kept once each, in order", async () => {
    const store = await databases.open();
    const [first] = await insert(store, newRequest());
    const ids = await insert(
      store,
      newRequest(),
      newRequest({ status: "blocked", depends_on: [{ index: 0 }, { id: first! }, { index: 0 }] }),
      newRequest({ status: "blocked", depends_on: [{ index: 1 }] }),
    );
    expect((await store.read.workRequest(ids[1]!))?.dependencies).toEqual([first, ids[0]]);
    expect((await store.read.dependentsOf(ids[0]!)).map(({ id }) => id)).toEqual([ids[1]]);
    expect(await store.read.dependencyStates(ids[1]!)).toEqual([
      { id: first, status: "pending", result: null, allow_failure: false, verdict: null },
      { id: ids[0], status: "pending", result: null, allow_failure: false, verdict: null },
    ]);
    await expect(insert(store, newRequest({ depends_on: [{ id: 4711 as WorkRequestId }] }))).rejects.toThrow(
      /foreign key/i,
    );
  });

  it("which ids exist is answered for long lists", async () => {
    const store = await databases.open();
    await insert(store, newRequest(), newRequest());
    const asked = Array.from({ length: 3000 }, (_, index) => (index + 2) as WorkRequestId);
    expect(await store.read.existingWorkRequestIds(asked)).toEqual(new Set([2]));
    expect(await store.read.existingWorkRequestIds([])).toEqual(new Set());
  });

  it("requests are counted by status, with zeros", async () => {
    const store = await databases.open();
    expect(await store.read.countByStatus()).toEqual({ blocked: 0, pending: 0, running: 0, completed: 0, aborted: 0 });
    const ids = await insert(store, newRequest(), newRequest(), newRequest({ status: "blocked" }));
    await store.transaction((tx) =>
      tx.updateWorkRequest(ids[0]!, { status: "aborted", aborted: { at: at(0), by: "me" } }),
    );
    expect(await store.read.countByStatus()).toEqual({ blocked: 1, pending: 1, running: 0, completed: 0, aborted: 1 });
  });

  it("lists are newest first, page by page, with nothing missed or shown twice", async () => {
    const store = await databases.open();
    const ids = await insert(store, ...Array.from({ length: 25 }, () => newRequest()));
    const seen: WorkRequestId[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.read.workRequests({}, { limit: 10, cursor });
      seen.push(...page.items.map(({ id }) => id));
      await insert(store, newRequest()); // newer ones do not disturb the pages
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(ids.toReversed());
    expect((await store.read.workRequests({}, { limit: 100 })).next_cursor).toBeNull();
    expect((await store.read.workRequests({ status: "running" }, { limit: 1 })).items).toEqual([]);
  });

  it("every field of a filter filters, and together they narrow", async () => {
    const store = await databases.open();
    const ids = await insert(
      store,
      newRequest(),
      newRequest({ subject: "sed" }),
      newRequest({ task_name: "test" }),
      newRequest({ context: "sid" }),
    );
    await store.transaction(async (tx) => {
      await tx.insertWorkRequests([newRequest()], { created_by: "other", body_hash: "-" });
      await tx.updateWorkRequest(ids[0]!, { status: "completed", result: "error", completed_at: at(0) });
      await tx.insertRun(newRun(ids[0]!));
      await tx.insertRun(newRun(ids[0]!, { attempt: 2 }));
    });
    const found = async (filter: Parameters<typeof store.read.workRequests>[0]) =>
      (await store.read.workRequests(filter, { limit: 10 })).items.map(({ id }) => id);
    expect(await found({ status: "completed" })).toEqual([1]);
    expect(await found({ result: "error" })).toEqual([1]);
    expect(await found({ task_name: "test" })).toEqual([3]);
    expect(await found({ subject: "sed" })).toEqual([2]);
    expect(await found({ context: "sid" })).toEqual([4]);
    expect(await found({ worker: WORKER })).toEqual([1]);
    expect(await found({ created_by: "other" })).toEqual([5]);
    expect(await found({ subject: "hello", status: "pending", created_by: "tester" })).toEqual([4, 3]);
    expect(await found({ worker: WORKER, status: "pending" })).toEqual([]);
  });

  it("lists those that ended, the last first, page by page, also of a span of time and with a filter", async () => {
    const store = await databases.open();
    const ids = await insert(store, newRequest(), newRequest(), newRequest({ subject: "sed" }), newRequest());
    await store.transaction(async (tx) => {
      await tx.updateWorkRequest(ids[2]!, { status: "completed", result: "success", completed_at: at(1) });
      await tx.updateWorkRequest(ids[0]!, { status: "completed", result: "error", completed_at: at(2) });
      await tx.updateWorkRequest(ids[1]!, { status: "completed", result: "success", completed_at: at(2) });
    });
    const found = async (filter: Parameters<typeof store.read.workRequests>[0]) => {
      const first = await store.read.workRequests(filter, { limit: 2 });
      const cursor = first.next_cursor ?? undefined;
      const rest = cursor === undefined ? [] : (await store.read.workRequests(filter, { limit: 2, cursor })).items;
      return [...first.items, ...rest].map(({ id }) => id);
    };
    expect(await found({ order: "ended" })).toEqual([2, 1, 3]);
    expect(await found({ since: at(2) })).toEqual([2, 1]);
    expect(await found({ until: at(1) })).toEqual([3]);
    expect(await found({ order: "ended", status: "completed", result: "success" })).toEqual([2, 3]);
    expect(await found({ order: "ended", subject: "sed" })).toEqual([3]);
    expect(await found({ order: "submitted", result: "success" })).toEqual([3, 2]);
    await expect(store.read.workRequests({ order: "ended" }, { limit: 1, cursor: "WzFd" })).rejects.toMatchObject({
      code: "invalid-request",
    });
  });

  it.each(["", "!", "bm9wZQ", "WyJ4Il0", "WzEsMl0", "W10", "WzEuNV0", "e30"])(
    "the cursor %j, which no answer gave, is refused by name",
    async (cursor) => {
      const store = await databases.open();
      const refusal = {
        code: "invalid-request",
        details: {
          errors: [{ code: "invalid-value", path: "cursor", expected: "the next_cursor of an earlier answer" }],
        },
      };
      await expect(store.read.workRequests({}, { limit: 1, cursor })).rejects.toMatchObject(refusal);
      await expect(store.read.history(KEY, { limit: 1, cursor })).rejects.toMatchObject(refusal);
    },
  );

  it("the same submission key finds the requests made the first time", async () => {
    const store = await databases.open();
    const submit = (key: string, body_hash: string) =>
      store.transaction((tx) =>
        tx.insertWorkRequests([newRequest(), newRequest()], { created_by: "me", key, body_hash }),
      );
    const ids = await submit("key-1", "hash-1");
    expect(await store.read.submission("key-1")).toEqual({ body_hash: "hash-1", ids });
    expect(await store.read.submission("key-2")).toBeUndefined();
  });

  it("of two equal submissions at the same moment one inserts and the other finds", async () => {
    const store = await databases.open();
    const submit = () =>
      store.transaction(async (tx) => {
        const earlier = await tx.submission("key");
        if (earlier !== undefined) return earlier.ids;
        return tx.insertWorkRequests([newRequest()], { created_by: "me", key: "key", body_hash: "h" });
      });
    const answers = await Promise.all(Array.from({ length: 8 }, submit));
    expect(new Set(answers.map((ids) => JSON.stringify(ids)))).toEqual(new Set(["[" + String(answers[0]) + "]"]));
    expect((await store.read.workRequests({}, { limit: 10 })).items).toHaveLength(1);
  });
});

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
