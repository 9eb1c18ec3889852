import { describe, expect, it } from "vitest";
import { runId, type WorkRequestId } from "../../src/domain/ids.ts";
import type { Faults } from "../../src/server/store/faults.ts";
import { createHistoryTrimmer } from "../../src/server/loop/history-trim.ts";
import type { JudgedKey, Store, StoreTransaction } from "../../src/server/store/store.ts";
import { ENGINES, useDatabases } from "./engines.ts";
import { ALLOCATION, at, importedEntry, insert, insertRunning, KEY, newEntry, newRequest, newRun } from "./records.ts";

/** Counts the commits of a store. */
function countCommits(): { faults: Faults; count: () => number } {
  let count = 0;
  return { faults: { at: (point) => void (point === "after-commit" && (count += 1)) }, count: () => count };
}

const ODD_TEXTS = ['say "yes"', String.raw`back\slash \n`, "{1,2}", "NULL", "", "ünïcode ✓", "two\nlines"];

function complete(store: Store, id: WorkRequestId, title: string): Promise<number> {
  return store.transaction(async (tx) => {
    await tx.lockWorkRequest(id);
    await tx.updateRun(runId(id, 1), "lease-1", {
      state: "ended",
      outcome: { kind: "exited", code: 0 },
      ended_at: at(1),
    });
    await tx.updateWorkRequest(id, { status: "completed", result: "success", completed_at: at(1), waiting: null });
    await tx.appendEvents([{ kind: "completed", work_request_id: id, data: { title, nul: "\u0000" } }]);
    return tx.insertHistory(newEntry({ work_request_id: id, subject: title, completed_at: at(id) }));
  });
}

describe.each(ENGINES)("a group of transactions on $name", (engine) => {
  const databases = useDatabases(engine);

  it("is one commit for all that come at the same moment, and each gets its own answer", async () => {
    const commits = countCommits();
    const store = await databases.open(undefined, { faults: commits.faults });
    const ids = await insert(store, ...ODD_TEXTS.map((name) => newRequest({ name })));
    const before = commits.count();
    const names = await Promise.all(
      ids.map((id) => store.transaction(async (tx) => (await tx.lockWorkRequest(id))?.name)),
    );
    expect(names).toEqual(ODD_TEXTS);
    expect(commits.count() - before).toBe(1);
  });

  it("keeps every value as it was given, whatever stands beside it", async () => {
    const store = await databases.open();
    const runs = await Promise.all(ODD_TEXTS.map((text) => insertRunning(store, { cpu_model: text })));
    const ids = runs.map((run) => Number(run.split(".")[0]) as WorkRequestId);
    const entries = await Promise.all(ids.map((id, index) => complete(store, id, ODD_TEXTS[index]!)));
    for (const [index, title] of ODD_TEXTS.entries()) {
      const id = ids[index]!;
      expect(await store.read.run(runs[index]!)).toMatchObject({ cpu_model: title, allocation: ALLOCATION });
      expect(await store.read.workRequest(id)).toMatchObject({ status: "completed", completed_at: at(1) });
      const events = await store.read.events(0, 10, id);
      expect(events.map(({ data }) => data)).toEqual([{ title, nul: "\u0000" }]);
      expect(await store.read.lastEntry("success", { ...KEY, subject: title })).toMatchObject({
        id: entries[index],
        work_request_id: id,
      });
    }
  });

  it("changes a row in the order in which its changes were asked for", async () => {
    const store = await databases.open();
    const [a, b] = await insert(store, newRequest(), newRequest());
    await Promise.all(
      [a!, b!].map((id) =>
        store.transaction(async (tx) => {
          const changes = [1, 2, 3].map((priority_adjustment) => tx.updateWorkRequest(id, { priority_adjustment }));
          await Promise.all([...changes, tx.updateWorkRequest(id, { parameter_summary: "between" })]);
          await tx.updateWorkRequest(id, { parameter_summary: "last" });
        }),
      ),
    );
    for (const id of [a!, b!]) {
      expect(await store.read.workRequest(id)).toMatchObject({ priority_adjustment: 3, parameter_summary: "last" });
    }
  });

  it("refuses a write without the lease, and takes those beside it", async () => {
    const store = await databases.open();
    const runs = await Promise.all([insertRunning(store), insertRunning(store), insertRunning(store)]);
    const write = (run: (typeof runs)[number], lease: string | undefined) =>
      store.transaction((tx) => tx.updateRun(run, lease, { abort_requested_by: "somebody" }));
    const written = await Promise.all([
      write(runs[0], "lease-1"),
      write(runs[1], "another"),
      write(runs[2], undefined),
    ]);
    expect(written).toEqual([true, false, true]);
    expect((await store.read.run(runs[1]))?.abort_requested_by).toBeNull();
  });

  it("finds for each the newest runs of the key that it judges by, whatever parts it names", async () => {
    const store = await databases.open();
    const keys: JudgedKey[] = ODD_TEXTS.map((subject) => ({ ...KEY, subject }));
    const { task_type, task_name, context } = KEY;
    keys.push({ task_type, task_name }, { task_type, task_name, context }, { ...KEY, subject: "never ran" });
    await store.transaction(async (tx) => {
      for (const [index, subject] of [...ODD_TEXTS, ...ODD_TEXTS].entries()) {
        await tx.insertHistory(
          newEntry({ subject, completed_at: at(index), run_id: runId(1 as WorkRequestId, index) }),
        ); // numbered so
      }
    });
    const asked = keys.flatMap((key) => [1, 2, 200].map((limit) => ({ key, limit })));
    const together = await Promise.all(
      asked.map(({ key, limit }) => store.transaction((tx) => tx.judgedRuns(key, limit))),
    );
    for (const [index, { key, limit }] of asked.entries()) {
      expect(together[index]).toEqual(await store.read.judgedRuns(key, limit));
    }
    expect(together.map((runs) => runs.length)).toEqual([
      ...ODD_TEXTS.flatMap(() => [1, 2, 2]),
      1,
      2,
      14,
      1,
      2,
      14,
      0,
      0,
      0,
    ]);
  });

  it("runs what locks rows by itself in a transaction of its own", async () => {
    const store = await databases.open();
    const [old] = await insert(store, newRequest({ expire_after: 1 }));
    await store.transaction((tx) =>
      tx.updateWorkRequest(old!, { status: "completed", result: "success", completed_at: at(-10) }),
    );
    const work = (tx: StoreTransaction) => tx.deleteExpired(at(0), 10);
    const [ids] = await Promise.all([
      insert(store, newRequest({ name: "new" })),
      store.transaction(work),
      store.transaction((tx) => tx.importHistory([importedEntry()])),
    ]);
    expect(await store.read.workRequest(old!)).toBeUndefined();
    expect((await store.read.workRequest(ids[0]!))?.name).toBe("new");
    expect((await store.read.history(KEY, { limit: 5 })).items).toHaveLength(1);
  });

  it("is run again one by one when one of it fails, and nobody else's work is lost or done twice", async () => {
    const store = await databases.open();
    const ids = await insert(store, ...Array.from({ length: 6 }, () => newRequest()));
    const place = (id: WorkRequestId, attempt: number) =>
      store.transaction(async (tx) => {
        const request = await tx.lockWorkRequest(id);
        await tx.insertRun(newRun(id, { attempt }));
        // an attempt is there once: the second of the last request breaks the statement that inserts all
        await tx.updateWorkRequest(id, { run_count: request!.run_count + 1 });
      });
    const attempts = [...ids.map((id) => place(id, 1)), place(ids[5]!, 1)];
    const settled = await Promise.allSettled(attempts);
    expect(settled.filter(({ status }) => status === "rejected")).toHaveLength(1);
    for (const id of ids) {
      expect((await store.read.workRequest(id))?.run_count).toBe(1);
      expect(await store.read.runsOf(id)).toHaveLength(1);
    }
  });

  it("counts every run of a day once, however many end together", async () => {
    const store = await databases.open();
    const day = { task_type: "worker", task_name: "build", day: "2030-01-01" } as const;
    const count = () =>
      store.transaction((tx) => tx.changeAccuracyDay(day, (tally) => (typeof tally === "number" ? tally : 0) + 1));
    await Promise.all(Array.from({ length: 12 }, count));
    await Promise.all([count(), count()]);
    expect(await store.read.accuracyDays({ since: day.day }, 5)).toEqual([{ ...day, tally: 14 }]);
  });

  it("trims the histories that were noted, in the background, and before it closes", async () => {
    const store = await databases.open();
    const entries = Array.from({ length: 8 }, (_, index) => newEntry({ completed_at: at(index) }));
    await store.transaction(async (tx) => {
      for (const entry of entries) await tx.insertHistory(entry);
    });
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const trimmer = createHistoryTrimmer(store, { old_items_to_keep: 3 }, log);
    trimmer.note(KEY);
    trimmer.note(KEY);
    await trimmer.close();
    expect((await store.read.history(KEY, { limit: 20 })).items.map((entry) => entry.completed_at)).toEqual([
      at(7),
      at(6),
      at(5),
    ]);
  });
});
