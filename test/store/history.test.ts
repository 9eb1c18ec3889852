import { describe, expect, it } from "vitest";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import type { HistoryKey } from "../../src/domain/task.ts";
import type { NewHistoryEntry, Retention, Store } from "../../src/server/store/store.ts";
import { rebuildKeyOf } from "../../src/history/rebuild-key.ts";
import { ENGINES, useDatabases } from "./engines.ts";
import { ALLOCATION, at, importedEntry, insert, KEY, newEntry, newRequest } from "./records.ts";

async function keep(store: Store, ...entries: NewHistoryEntry[]): Promise<number[]> {
  return store.transaction(async (tx) => {
    const ids: number[] = [];
    for (const entry of entries) ids.push(await tx.insertHistory(entry));
    return ids;
  });
}

describe.each(ENGINES)("history on $name", (engine) => {
  const databases = useDatabases(engine);

  it("an entry comes back as it was given; what it leaves out stays out", async () => {
    const store = await databases.open();
    const full = newEntry({
      outcome: { kind: "out_of_memory", limit: 5 },
      result: "failure",
      duration_ms: 12.25,
      cpu_time_ms: 0.5,
      lower_bounds: ["memory"],
      allocation: ALLOCATION,
      worker_name: "w",
      cpu_model: "c",
      input_size: 2 ** 45,
      trusted: false,
      origin: "sacct",
    });
    const bare = importedEntry({ completed_at: at(1) });
    const ids = await keep(store, full, bare);
    const page = await store.read.history(KEY, { limit: 10 });
    expect(page).toEqual({
      items: [
        { ...bare, id: ids[1] },
        { ...full, id: ids[0] },
      ],
      next_cursor: null,
    });
  });

  it("the runs of the newest requests are read with who submitted them; imported ones are left out", async () => {
    const store = await databases.open();
    const [id] = await insert(store, newRequest());
    const known = newEntry({ work_request_id: id!, completed_at: at(1) }); // one was inserted
    const expired = newEntry({ work_request_id: (id! + 7) as WorkRequestId, completed_at: at(2) });
    const ids = await keep(store, known, importedEntry({ completed_at: at(3) }), expired);
    expect(await store.read.newestRuns(10)).toEqual([
      { ...expired, id: ids[2], created_by: null },
      { ...known, id: ids[0], created_by: "tester" },
    ]);
    expect((await store.read.newestRuns(1)).map((run) => run.id)).toEqual([ids[2]]);
  });

  it("history is read at each level, newest first by time, and since a moment", async () => {
    const store = await databases.open();
    await keep(
      store,
      newEntry({ completed_at: at(3) }),
      newEntry({ completed_at: at(1), subject: "sed" }),
      newEntry({ completed_at: at(2), context: "sid" }),
      newEntry({ completed_at: at(9), task_name: "test" }),
      newEntry({ completed_at: at(9), task_type: "server" }),
      newEntry({ completed_at: at(1) }),
    );
    const times = async (part: Partial<HistoryKey>, since?: string) => {
      const key = { task_type: KEY.task_type, task_name: KEY.task_name, ...part };
      const { items } = await store.read.history(key, { limit: 10, since });
      return items.map(({ completed_at }) => (Date.parse(completed_at) - Date.parse(at(0))) / 1000);
    };
    expect(await times(KEY)).toEqual([3, 1]);
    expect(await times({ subject: "hello" })).toEqual([3, 2, 1]);
    expect(await times({ context: KEY.context })).toEqual([3, 1, 1]);
    expect(await times({})).toEqual([3, 2, 1, 1]);
    expect(await times({}, at(2))).toEqual([3, 2]);
  });

  it("history of one worker is read at each level, page after page, whether the worker is there or not", async () => {
    const store = await databases.open();
    await keep(
      store,
      newEntry({ completed_at: at(1), worker_name: "gone" }),
      newEntry({ completed_at: at(2), worker_name: "gone", subject: "sed" }),
      newEntry({ completed_at: at(3), worker_name: "gone", context: "sid" }),
      newEntry({ completed_at: at(4), worker_name: "other" }),
      newEntry({ completed_at: at(5) }),
      newEntry({ completed_at: at(6), worker_name: "gone", task_name: "test" }),
    );
    const { task_type, task_name, subject, context } = KEY;
    const task = { task_type, task_name };
    const times = async (key: Parameters<Store["read"]["history"]>[0], until?: string) => {
      const { items, next_cursor } = await store.read.history(key, { limit: 2, until });
      const rest =
        next_cursor === null ? [] : (await store.read.history(key, { limit: 9, until, cursor: next_cursor })).items;
      return [...items, ...rest].map(({ completed_at }) => (Date.parse(completed_at) - Date.parse(at(0))) / 1000);
    };
    expect(await times({ ...task, worker: "gone" })).toEqual([3, 2, 1]);
    expect(await times({ ...task, worker: "gone" }, at(2))).toEqual([2, 1]);
    expect(await times({ ...task, subject, worker: "gone" })).toEqual([3, 1]);
    expect(await times({ ...task, context, worker: "gone" })).toEqual([2, 1]);
    expect(await times({ ...task, subject, context, worker: "other" })).toEqual([4]);
    expect(await times({ ...task, worker: "nobody" })).toEqual([]);
  });

  it("pages go on exactly where they ended, also among entries of one moment", async () => {
    const store = await databases.open();
    const ids = await keep(
      store,
      ...Array.from({ length: 9 }, (_, index) => newEntry({ completed_at: at(index >> 2) })),
    );
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.read.history(KEY, { limit: 2, cursor });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(ids.toReversed());
  });

  it("the last entry, success and failure are those of latest time", async () => {
    const store = await databases.open();
    expect(await store.read.lastEntry("entry", KEY)).toBeUndefined();
    await keep(
      store,
      newEntry({ completed_at: at(5), result: "error" }),
      newEntry({ completed_at: at(4), result: "success" }),
      newEntry({ completed_at: at(3), result: "failure" }),
      newEntry({ completed_at: at(6), result: "skipped" }),
      newEntry({ completed_at: at(9), result: "success", context: "" }),
    );
    expect((await store.read.lastEntry("entry", KEY))?.completed_at).toBe(at(6));
    expect((await store.read.lastEntry("success", KEY))?.completed_at).toBe(at(4));
    expect((await store.read.lastEntry("failure", KEY))?.completed_at).toBe(at(5));
    expect((await store.read.lastEntry("failure", { ...KEY, context: "" }))?.completed_at).toBeUndefined();
  });

  it("importing the same entries again takes none of them twice", async () => {
    const store = await databases.open();
    const entries = [
      importedEntry({ origin: "sacct" }),
      importedEntry({ origin: "nextflow" }),
      importedEntry({ origin: "sacct", runtime_statistics: { duration: 13, memory: 1_000_000 } }),
      importedEntry({ origin: "sacct", completed_at: at(1) }),
      importedEntry({ origin: "sacct", runtime_statistics: { memory: 1_000_000, duration: 12 } }), // the first again
    ];
    const load = () => store.transaction((tx) => tx.importHistory(entries));
    expect(await load()).toEqual({ imported: 4, duplicates: 1 });
    expect(await load()).toEqual({ imported: 0, duplicates: 5 });
    expect((await store.read.history(KEY, { limit: 10 })).items).toHaveLength(4);
    expect(await store.transaction((tx) => tx.importHistory([]))).toEqual({ imported: 0, duplicates: 0 });
  });

  it("a large import goes in whole", async () => {
    const store = await databases.open();
    const entries = Array.from({ length: 2300 }, (_, index) => importedEntry({ completed_at: at(index), origin: "x" }));
    expect(await store.transaction((tx) => tx.importHistory(entries))).toEqual({ imported: 2300, duplicates: 0 });
  });

  it("an import notes that its tasks are to be learnt anew, and only when it brought something new", async () => {
    const store = await databases.open();
    const load = () => store.transaction((tx) => tx.importHistory([importedEntry()]));
    const task = { task_type: KEY.task_type, task_name: KEY.task_name };
    await load();
    expect(await store.read.rebuilds(10)).toEqual([task]);
    expect(await store.transaction((tx) => tx.takeRebuild(KEY))).toEqual({ after: null });
    await store.transaction((tx) => tx.deleteEstimateState(rebuildKeyOf(KEY)));
    await load();
    expect(await store.read.rebuilds(10)).toEqual([]);
    expect(await store.transaction((tx) => tx.takeRebuild(KEY))).toBeUndefined();
  });

  it("the states of a task are deleted a few at a time, and those of others stay", async () => {
    const store = await databases.open();
    const other = { ...KEY, task_name: "test" };
    const keys = ["a", "b", "c", "other"];
    const rows = keys.map((key) => [key, { key: key === "other" ? other : KEY, state: 1 }] as const);
    await store.transaction((tx) => tx.putEstimateStates(new Map(rows)));
    const deleted = () => store.transaction((tx) => tx.deleteEstimateStates(KEY, 2));
    expect([await deleted(), await deleted(), await deleted()]).toEqual([2, 1, 0]);
    expect(await store.read.estimateStates(keys)).toEqual(new Map([["other", 1]]));
  });

  it("tasks that have a history are found one after another", async () => {
    const store = await databases.open();
    expect(await store.read.taskAfter(undefined)).toBeUndefined();
    await keep(store, newEntry(), newEntry(), newEntry({ task_name: "test" }), newEntry({ task_type: "server" }));
    const found: unknown[] = [];
    for (
      let task = await store.read.taskAfter(undefined);
      task !== undefined;
      task = await store.read.taskAfter(task)
    ) {
      found.push([task.task_type, task.task_name]);
    }
    expect(found).toEqual([["server", "build"], ["worker", "build"], ["worker", "test"]]); // prettier-ignore
  });

  it("says of one key after another how much it has, and since when", async () => {
    const store = await databases.open();
    const subjects = ["a", "a", "b", "", "ä", "a b"];
    await keep(store, ...subjects.map((subject, index) => newEntry({ subject, completed_at: at(index) })));
    const { task_type, task_name, context } = KEY;
    const found: [string, number, string][] = [];
    let after: HistoryKey | undefined;
    for (let isDone = false; !isDone;) {
      const page = await store.read.keptHistories(after, 2);
      found.push(...page.map(({ subject, runs, oldest_at }): [string, number, string] => [subject, runs, oldest_at]));
      expect(page.every((one) => one.task_type === task_type && one.task_name === task_name)).toBe(true);
      expect(page.every((one) => one.context === context)).toBe(true);
      after = page.at(-1);
      isDone = page.length < 2;
    }
    expect(found.toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
      ["", 1, at(3)],
      ["a", 2, at(0)],
      ["a b", 1, at(5)],
      ["b", 1, at(2)],
      ["ä", 1, at(4)],
    ]);
  });

  it("a task's entries are read in the order of their ends, from any place on", async () => {
    const store = await databases.open();
    const [first, second, third] = await keep(
      store,
      newEntry({ completed_at: at(5) }),
      newEntry({ completed_at: at(5), subject: "sed" }),
      newEntry({ completed_at: at(1) }),
    );
    const from = async (seconds: number, id: number, limit = 10) =>
      (await store.read.historyAfter(KEY, { completed_at: at(seconds), id }, limit)).map((entry) => entry.id);
    expect(await from(0, 0)).toEqual([third, first, second]);
    expect(await from(0, 0, 2)).toEqual([third, first]);
    expect(await from(5, first!)).toEqual([second]); // as many as were kept
    expect(await from(5, second!)).toEqual([]); // as above
  });

  it("the estimator's states are replaced, and given back as they were", async () => {
    const store = await databases.open();
    const put = (state: unknown) =>
      store.transaction((tx) => tx.putEstimateStates(new Map([["k", { key: KEY, state }]])));
    for (const state of [{ version: 1, list: [1.5, null] }, "text", 5, null, ["\u0000"]]) {
      await put(state);
      expect(await store.read.estimateStates(["k", "absent"])).toEqual(new Map([["k", state]]));
    }
    expect(await store.read.estimateStates([])).toEqual(new Map());
    await store.transaction((tx) => tx.putEstimateStates(new Map()));
  });
});

describe.each(ENGINES)("retention on $name", (engine) => {
  const databases = useDatabases(engine);

  /** Trims a history given as letters, oldest first (s success, f failure, e error, k skipped); gives what is left. */
  async function trimmed(history: string, retention: Retention): Promise<string> {
    const store = await databases.open();
    const results = { s: "success", f: "failure", e: "error", k: "skipped" } as const;
    const letters = history.split("") as (keyof typeof results)[]; // of those four, as the tests write them
    await keep(
      store,
      ...letters.map((letter, index) => newEntry({ result: results[letter], completed_at: at(index) })),
    );
    await keep(store, newEntry({ subject: "other", completed_at: at(-1000) }));
    await store.transaction((tx) => tx.trimHistory(KEY, retention));
    expect((await store.read.history({ ...KEY, subject: "other" }, { limit: 1 })).items).toHaveLength(1);
    const { items } = await store.read.history(KEY, { limit: 1000 });
    return items
      .toReversed()
      .map(({ result, completed_at }) => `${result[0]}${(Date.parse(completed_at) - Date.parse(at(0))) / 1000}`)
      .join(" ");
  }

  it.each([
    ["sfsfsf", 5, "f1 s2 f3 s4 f5"],
    ["sssss", 5, "s0 s1 s2 s3 s4"],
    ["sfkkkkkk", 5, "s0 f1 s3 s4 s5 s6 s7"],
    ["sefkkkkkk", 2, "s0 f2 s7 s8"],
    ["fffs", 1, "f2 s3"],
    ["sss", 0, "s2"],
    ["", 5, ""],
  ])("of %j with %d kept there remains %j", async (history, old_items_to_keep, expected) => {
    expect(await trimmed(history, { old_items_to_keep })).toBe(expected);
  });

  it("an age limit takes the old ones, but never the last success and failure", async () => {
    const store = await databases.open();
    const now = Date.parse(await store.read.now());
    const daysAgo = (days: number) => new Date(now - days * 86_400_000).toISOString();
    await keep(
      store,
      newEntry({ completed_at: daysAgo(40) }),
      newEntry({ completed_at: daysAgo(39), result: "error" }),
      newEntry({ completed_at: daysAgo(38) }),
      newEntry({ completed_at: daysAgo(31), result: "skipped" }),
      newEntry({ completed_at: daysAgo(29), result: "skipped" }),
    );
    await store.transaction((tx) => tx.trimHistory(KEY, { old_items_to_keep: 100, max_age_days: 30 }));
    const { items } = await store.read.history(KEY, { limit: 10 });
    expect(items.map(({ completed_at }) => completed_at)).toEqual([daysAgo(29), daysAgo(38), daysAgo(39)]);
  });

  it("one call deletes at most a thousand, and goes on with the next call", async () => {
    const store = await databases.open();
    const entries = Array.from({ length: 1500 }, (_, index) => importedEntry({ completed_at: at(index) }));
    await store.transaction((tx) => tx.importHistory(entries));
    const left = async () => (await store.read.history(KEY, { limit: 2000 })).items.length;
    await store.transaction((tx) => tx.trimHistory(KEY, { old_items_to_keep: 5 }));
    expect(await left()).toBe(500);
    await store.transaction((tx) => tx.trimHistory(KEY, { old_items_to_keep: 5 }));
    expect(await left()).toBe(5);
  });
});
