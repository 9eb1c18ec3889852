import { describe, expect, it } from "vitest";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import type { WorkRequestPatch } from "../../src/server/store/store.ts";
import { ENGINES, useDatabases } from "./engines.ts";
import { ALLOCATION, at, insert, KEY, newRequest, newRun, WORKER } from "./records.ts";

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

  it("says how many failed since a moment, and for what those wait that wait", async () => {
    const store = await databases.open();
    const ids = await insert(store, ...Array.from({ length: 7 }, () => newRequest()));
    const ended = (result: "success" | "failure" | "error", second: number) =>
      ({ status: "completed", result, completed_at: at(second) }) as const;
    const waits = (code: "no_room" | "no_worker") => ({ waiting: { code, message: "-", since: at(0) } });
    await store.transaction(async (tx) => {
      await tx.updateWorkRequest(ids[0]!, ended("failure", 1));
      await tx.updateWorkRequest(ids[1]!, ended("failure", 5));
      await tx.updateWorkRequest(ids[2]!, ended("error", 6));
      await tx.updateWorkRequest(ids[3]!, ended("success", 7));
      await tx.updateWorkRequest(ids[4]!, waits("no_worker"));
      await tx.updateWorkRequest(ids[5]!, waits("no_room"));
      await tx.updateWorkRequest(ids[6]!, waits("no_room"));
    });
    expect(await store.read.failuresSince(at(0))).toEqual({ failure: 2, error: 1, regression: 0 });
    expect(await store.read.failuresSince(at(5))).toEqual({ failure: 1, error: 1, regression: 0 });
    expect(await store.read.waitingFor("pending", 10)).toEqual([
      { code: "no_room", count: 2, first_id: ids[5] },
      { code: "no_worker", count: 1, first_id: ids[4] },
    ]);
    expect(await store.read.waitingFor("pending", 1)).toEqual([{ code: "no_worker", count: 1, first_id: ids[4] }]);
    expect(await store.read.waitingFor("blocked", 10)).toEqual([]);
  });

  it("says which request waits longest: by when it began to wait, whatever its number", async () => {
    const store = await databases.open();
    expect(await store.read.waitsLongest("pending")).toBeUndefined();
    const ids = await insert(store, newRequest(), newRequest(), newRequest({ status: "blocked" }));
    await store.transaction(async (tx) => {
      await tx.updateWorkRequest(ids[0]!, { pending_at: at(9_000_000) }); // its first run has ended
      await tx.updateWorkRequest(ids[1]!, { pending_at: at(8_000_000) });
    });
    expect(await store.read.waitsLongest("pending")).toEqual({ work_request_id: ids[1], since: at(8_000_000) });
    const blocked = await store.read.workRequest(ids[2]!);
    expect(await store.read.waitsLongest("blocked")).toEqual({ work_request_id: ids[2], since: blocked?.created_at });
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
