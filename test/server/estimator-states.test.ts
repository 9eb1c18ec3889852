import { describe, expect, it } from "vitest";
import type { HistoryKey } from "../../src/domain/task.ts";
import { foldHistory } from "../../src/estimate/fold-history.ts";
import { levelKeysOf, levelName } from "../../src/estimate/levels.ts";
import { STATE_VERSION } from "../../src/estimate/state.ts";
import { rebuildKeyOf, VERSION_KEY } from "../../src/history/rebuild-key.ts";
import { estimateFor, learnFrom } from "../../src/server/loop/estimates.ts";
import { rebuildNoted, rebuildStep } from "../../src/server/loop/rebuild-estimates.ts";
import type { NewHistoryEntry, Store, StoreReader } from "../../src/server/store/store.ts";
import { ENGINES, useDatabases } from "../store/engines.ts";
import { at, importedEntry, KEY } from "../store/records.ts";

const NEVER = new AbortController().signal;
const NOW = { workers: [], nowMs: Date.parse(at(0)) };

/** Runs of a task in the order of their ends: of several keys and sizes, some cut short by a limit. */
function runs(count: number, from = 0): NewHistoryEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    const memory = 1_000_000 + ((number * 7919) % 613) * 10_000;
    const isDeath = number % 11 === 5;
    return importedEntry({
      subject: `subject${number % 7}`,
      context: `context${number % 3}`,
      completed_at: at(number),
      outcome: isDeath ? { kind: "out_of_memory", limit: memory } : { kind: "exited", code: 0 },
      result: isDeath ? "failure" : "success",
      runtime_statistics: { duration: 10 + (number % 5), memory, disk_space: 5 * memory },
      duration_ms: 10_000 + number,
      input_size: memory * 2,
    });
  });
}

/** Keeps runs as the server does when they end: with their history, and learnt. */
async function finish(store: Store, entries: readonly NewHistoryEntry[]): Promise<void> {
  for (const entry of entries) {
    await store.transaction(async (tx) => {
      const id = await tx.insertHistory(entry);
      await learnFrom(tx, { ...entry, id });
    });
  }
}

/** Keeps runs without learning them. */
async function keep(store: Store, entries: readonly NewHistoryEntry[]): Promise<void> {
  await store.transaction(async (tx) => {
    for (const entry of entries) await tx.insertHistory(entry);
  });
}

/** The states of all levels of all keys that the entries have. */
async function statesOf(store: Store, entries: readonly HistoryKey[]): Promise<Map<string, unknown>> {
  const keys = new Set(entries.flatMap((entry) => levelKeysOf(entry).map(levelName)));
  return store.read.estimateStates([...keys].sort());
}

const note = (after: { completed_at: string; id: number } | null, task = KEY.task_name) =>
  new Map([
    [
      rebuildKeyOf({ ...KEY, task_name: task }),
      { key: { task_type: "rebuild" as const, task_name: task }, state: { after } },
    ],
  ]);

/** A reader that counts what it is asked. */
function counting(reader: StoreReader): { reader: StoreReader; asked: Record<string, number> } {
  const asked: Record<string, number> = {};
  const counted = Object.entries(reader).map(([name, method]) => [
    name,
    (...args: never[]) => {
      asked[name] = (asked[name] ?? 0) + 1;
      return (method as (...of: never[]) => unknown)(...args);
    },
  ]);
  return { reader: Object.fromEntries(counted) as StoreReader, asked }; // the same methods, each counted
}

describe.each(ENGINES)("the estimator's states on $name", (engine) => {
  const databases = useDatabases(engine);

  it("survive a restart: an estimate reads them and what is in flight, and nothing of the history", async () => {
    const database = await databases.fresh();
    const before = await databases.open(database);
    await rebuildNoted(before, NEVER);
    await finish(before, runs(60));
    const key = { ...KEY, subject: "subject1", context: "context1" };
    const known = await estimateFor(before.read, key, NOW);
    await before.close();
    const after = await databases.open(database);
    await rebuildNoted(after, NEVER);
    const { reader, asked } = counting(after.read);
    expect(await estimateFor(reader, key, NOW)).toEqual(known);
    expect(await estimateFor(reader, { ...key, subject: "new" }, NOW)).not.toEqual({});
    expect(await estimateFor(reader, { ...key, task_name: "new" }, NOW)).toEqual({});
    expect(asked).toEqual({ estimateStates: 3, runsInFlight: 3 });
  });

  it("are at most 4 KiB each, however many runs there were", async () => {
    const store = await databases.open();
    await keep(store, runs(1500));
    await store.transaction((tx) => tx.putEstimateStates(note(null)));
    await rebuildNoted(store, NEVER);
    const states = await statesOf(store, runs(1500));
    expect(states.size).toBe(7 * 3 + 7 + 3 + 2);
    for (const state of states.values()) expect(Buffer.byteLength(JSON.stringify(state))).toBeLessThanOrEqual(4096);
  });

  it("are the same made anew from the history as learnt run by run", async () => {
    const [learnt, rebuilt] = [await databases.open(), await databases.open()];
    await finish(learnt, runs(450));
    await keep(rebuilt, runs(450));
    await rebuilt.transaction((tx) => tx.putEstimateStates(note(null)));
    await rebuildNoted(rebuilt, NEVER);
    const states = await statesOf(rebuilt, runs(450));
    expect(states).toEqual(await statesOf(learnt, runs(450)));
    const folded = foldHistory(runs(450).map((entry, id) => ({ ...entry, id })));
    expect(states).toEqual(new Map(folded.map(({ key, state }) => [levelName(key), state])));
    expect(await rebuilt.read.rebuilds(10)).toEqual([]);
  });

  it("of another version are all made anew, task by task, and the history stands in for them meanwhile", async () => {
    const [learnt, store] = [await databases.open(), await databases.open()];
    const other = runs(30).map((entry) => ({ ...entry, task_name: "test" }));
    for (const each of [learnt, store]) await finish(each, [...runs(250), ...other]);
    const all = [...runs(250), ...other];
    const rows = [...(await statesOf(store, all)).keys()].map(
      (key) => [key, { key: { task_type: "worker" as const, task_name: key.includes("test") ? "test" : "build" }, state: { version: -1 } }] as const, // prettier-ignore
    );
    await store.transaction((tx) => tx.putEstimateStates(new Map(rows)));
    const key = { ...KEY, subject: "subject1", context: "context1" };
    const meanwhile = await estimateFor(store.read, key, NOW);
    const right = await estimateFor(learnt.read, key, NOW);
    expect(meanwhile.memory!.p50 / right.memory!.p50).toBeCloseTo(1, 0);
    await rebuildNoted(store, NEVER);
    expect(await statesOf(store, all)).toEqual(await statesOf(learnt, all));
    expect((await store.read.estimateStates([VERSION_KEY])).get(VERSION_KEY)).toBe(STATE_VERSION);
    await rebuildNoted(store, NEVER); // nothing is left to do
    expect(await store.read.rebuilds(1)).toEqual([]);
  });

  it("miss no run that ends while they are made anew, and go on after a restart where they were", async () => {
    const database = await databases.fresh();
    const [learnt, first] = [await databases.open(), await databases.open(database)];
    await finish(learnt, runs(460));
    await keep(first, runs(450));
    await first.transaction((tx) => tx.putEstimateStates(note(null)));
    expect(await rebuildStep(first, KEY)).toBe(false); // forgets
    expect(await rebuildStep(first, KEY)).toBe(false); // learns the first ones
    await finish(first, runs(10, 450));
    await first.close();
    const second = await databases.open(database);
    const taken = await second.read.estimateStates([rebuildKeyOf(KEY)]);
    expect(taken.get(rebuildKeyOf(KEY))).toMatchObject({ after: { completed_at: at(199) } });
    await rebuildNoted(second, NEVER);
    expect(await statesOf(second, runs(460))).toEqual(await statesOf(learnt, runs(460)));
  });

  it("learn a run that was committed after the making anew had passed its time", async () => {
    const [learnt, store] = [await databases.open(), await databases.open()];
    const [late] = runs(1, 150);
    await finish(learnt, runs(450));
    await keep(store, runs(450).filter((_, index) => index !== 150)); // prettier-ignore
    await store.transaction((tx) => tx.putEstimateStates(note(null)));
    await rebuildStep(store, KEY);
    await rebuildStep(store, KEY);
    await finish(store, [late!]);
    await rebuildNoted(store, NEVER);
    const runsOf = async (of: Store) => {
      const states = await statesOf(of, [KEY]);
      return (states.get(JSON.stringify(["worker", "build", "", ""])) as { runs: number }).runs; // the task's state
    };
    expect(await runsOf(store)).toBe(await runsOf(learnt));
  });

  it("of a task that history was imported for are made anew, and an estimate knows it at once", async () => {
    const store = await databases.open();
    await rebuildNoted(store, NEVER);
    const entries = runs(30) as Parameters<Parameters<Parameters<Store["transaction"]>[0]>[0]["importHistory"]>[0][number][]; // prettier-ignore
    await store.transaction((tx) => tx.importHistory(entries));
    expect(await store.read.rebuilds(10)).toEqual([{ task_type: "worker", task_name: "build" }]);
    const key = { ...KEY, subject: "subject1", context: "context1" };
    expect((await estimateFor(store.read, key, NOW)).memory?.evidence.level).toBe("key");
    await rebuildNoted(store, NEVER);
    expect(await store.read.rebuilds(10)).toEqual([]);
    expect((await estimateFor(store.read, key, NOW)).memory?.evidence.level).toBe("key");
  });
});
