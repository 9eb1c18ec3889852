import { describe, expect, it } from "vitest";
import type { Store, TaskDay } from "../../src/server/store/store.ts";
import { ENGINES, useDatabases } from "./engines.ts";

const DAY: TaskDay = { task_type: "worker", task_name: "build", day: "2030-01-02" };

/** Adds a word to the list that is kept for the day. */
function add(store: Store, word: string, day: Partial<TaskDay> = {}): Promise<void> {
  return store.transaction((tx) =>
    tx.changeAccuracyDay({ ...DAY, ...day }, (tally) => [...(Array.isArray(tally) ? tally : []), word]),
  );
}

describe.each(ENGINES)("days of accuracy on $name", (engine) => {
  const databases = useDatabases(engine);

  it("are changed from what they were, and read newest first, of all tasks or of one", async () => {
    const store = await databases.open();
    await add(store, "a");
    await add(store, "b");
    await add(store, "c", { day: "2030-01-03" });
    await add(store, "d", { task_name: "test" });
    await add(store, "e", { day: "2029-12-31" });
    const read = async (...of: Parameters<Store["read"]["accuracyDays"]>) =>
      (await store.read.accuracyDays(...of)).map(({ tally }) => (tally as string[]).join("")); // lists, as put there
    expect(await read({ since: "2030-01-01" }, 10)).toEqual(["c", "d", "ab"]);
    expect(await read({ since: "2030-01-01" }, 1)).toEqual(["c"]);
    expect(await read({ since: "2030-01-01" }, 10, { ...DAY, task_name: "test" })).toEqual(["ab"]);
    expect(await read({ since: "2029-01-01", task_type: "worker", task_name: "build" }, 10)).toEqual(["c", "ab", "e"]);
    expect(await read({ since: "2029-01-01", task_type: "server" }, 10)).toEqual([]);
    await store.transaction((tx) => tx.trimAccuracyDays("2030-01-03"));
    expect(await read({ since: "2029-01-01" }, 10)).toEqual(["c"]);
  });

  it("lose nothing when many transactions change one at the same moment, also its first", async () => {
    const store = await databases.open();
    const words = Array.from({ length: 20 }, (_, index) => String(index));
    await Promise.all(words.map((word) => add(store, word)));
    const [day] = await store.read.accuracyDays({ since: "2030-01-01" }, 10);
    expect((day!.tally as string[]).toSorted()).toEqual(words.toSorted()); // a list, as put there
  });
});
