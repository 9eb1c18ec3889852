import { describe, expect, it } from "vitest";
import type { Store } from "../../src/server/store/store.ts";
import type { WorkerName } from "../../src/domain/ids.ts";
import { ENGINES, useDatabases } from "./engines.ts";
import { at, newWorker, WORKER } from "./records.ts";

const OTHER = "builder-2" as WorkerName; // of the form that the brand stands for
const line = (number: number, session = "one") =>
  ({ session, number, at: at(number), level: "info", text: `line ${number} of ${session}` }) as const;
const lines = (from: number, count: number, session = "one") =>
  Array.from({ length: count }, (_, index) => line(from + index, session));

async function textsOf(store: Store, worker = WORKER, limit = 1000): Promise<string[]> {
  return (await store.read.workerLines(worker, { limit })).items.map(({ text }) => text);
}

describe.each(ENGINES)("what workers said, on $name", (engine) => {
  const databases = useDatabases(engine);

  async function opened(): Promise<Store> {
    const store = await databases.open();
    await store.transaction(async (tx) => {
      await tx.upsertWorker(newWorker());
      await tx.upsertWorker(newWorker({ worker_name: OTHER }));
    });
    return store;
  }

  it("is read newest first, page by page, of one worker", async () => {
    const store = await opened();
    await store.transaction((tx) => tx.keepWorkerLines(WORKER, lines(1, 5)));
    await store.transaction((tx) => tx.keepWorkerLines(OTHER, lines(1, 1, "other")));
    const first = await store.read.workerLines(WORKER, { limit: 3 });
    expect(first.items.map(({ text }) => text)).toEqual(["line 5 of one", "line 4 of one", "line 3 of one"]);
    expect(first.items[0]).toEqual({ id: 5, at: at(5), level: "info", text: "line 5 of one" });
    const rest = await store.read.workerLines(WORKER, { limit: 3, cursor: first.next_cursor! });
    expect(rest.items.map(({ text }) => text)).toEqual(["line 2 of one", "line 1 of one"]);
    expect(rest.next_cursor).toBeNull();
    expect(await textsOf(store, OTHER)).toEqual(["line 1 of other"]);
  });

  it("is kept once when it comes again, and beside the same numbers of another session", async () => {
    const store = await opened();
    await store.transaction((tx) => tx.keepWorkerLines(WORKER, lines(1, 2)));
    await store.transaction((tx) => tx.keepWorkerLines(WORKER, lines(1, 3)));
    await store.transaction((tx) => tx.keepWorkerLines(WORKER, lines(1, 1, "two")));
    expect(await textsOf(store)).toEqual(["line 1 of two", "line 3 of one", "line 2 of one", "line 1 of one"]);
  });

  it("is kept once when two calls bring it at the same moment", async () => {
    const store = await opened();
    await Promise.all([1, 2, 3].map(() => store.transaction((tx) => tx.keepWorkerLines(WORKER, lines(1, 2)))));
    expect(await textsOf(store)).toEqual(["line 2 of one", "line 1 of one"]);
  });

  it("is forgotten when a thousand newer lines of that worker are kept", async () => {
    const store = await opened();
    await store.transaction((tx) => tx.keepWorkerLines(OTHER, lines(1, 1, "other")));
    for (let from = 1; from <= 1100; from += 100)
      await store.transaction((tx) => tx.keepWorkerLines(WORKER, lines(from, 100)));
    const kept = await textsOf(store, WORKER, 2000);
    expect(kept).toHaveLength(1000);
    expect([kept[0], kept.at(-1)]).toEqual(["line 1100 of one", "line 101 of one"]);
    expect(await textsOf(store, OTHER)).toEqual(["line 1 of other"]);
  });

  it("goes with its worker", async () => {
    const store = await opened();
    await store.transaction((tx) => tx.keepWorkerLines(WORKER, lines(1, 2)));
    await store.transaction((tx) => tx.deleteWorker(WORKER));
    expect(await textsOf(store)).toEqual([]);
    await expect(store.transaction((tx) => tx.keepWorkerLines(WORKER, lines(1, 1)))).rejects.toThrow(/foreign key/i);
  });
});
