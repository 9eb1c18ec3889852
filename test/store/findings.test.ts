import { describe, expect, it } from "vitest";
import { runId, type WorkRequestId } from "../../src/domain/ids.ts";
import type { LastPass } from "../../src/domain/last-pass.ts";
import { newFinding } from "../../src/server/loop/findings.ts";
import { ENGINES, useDatabases } from "./engines.ts";
import { at, KEY } from "./records.ts";

describe.each(ENGINES)("findings on $name", (engine) => {
  const databases = useDatabases(engine);

  it("of one kind, key and fingerprint are open once, whoever finds it at the same moment", async () => {
    const database = await databases.fresh();
    const stores = [await databases.open(database), await databases.open(database)];
    const open = (fingerprint: string | null) =>
      stores.map((store) =>
        store.transaction((tx) => tx.insertFinding({ ...newFinding("regression", KEY, at(0)), fingerprint })),
      );
    const ids = await Promise.all([...open("a"), ...open("a"), ...open("b"), ...open(null), ...open(null)]);
    expect(ids.filter((id) => id !== undefined)).toHaveLength(3);
    const { items } = await stores[0]!.read.findings({ state: "open" }, { limit: 10 }); // there are two
    expect(items.map(({ fingerprint }) => fingerprint).sort()).toEqual(["a", "b", null]);
  });

  it("of the farm are open once for a fingerprint, whatever key was seen last", async () => {
    const store = await databases.open();
    const open = (subject: string) =>
      store.transaction((tx) =>
        tx.insertFinding({ ...newFinding("farm", { ...KEY, subject }, at(0)), fingerprint: "a" }),
      );
    expect(await open("x")).toBeDefined();
    expect(await open("y")).toBeUndefined();
  });

  it("keep what had changed where they began as it was found", async () => {
    const store = await databases.open();
    const last_pass: LastPass = {
      run_id: runId(7 as WorkRequestId, 1), // as numbered
      completed_at: at(0),
      changes: [{ what: "input a", before: null, after: "x" }],
    };
    const id = await store.transaction((tx) => tx.insertFinding({ ...newFinding("memory", KEY, at(0)), last_pass }));
    expect((await store.read.finding(id!))!.last_pass).toEqual(last_pass); // it was just made
  });

  it("may be opened again when the earlier one is over", async () => {
    const store = await databases.open();
    const open = () => store.transaction((tx) => tx.insertFinding(newFinding("memory", KEY, at(0))));
    const first = await open();
    await store.transaction((tx) => tx.updateFinding(first!, { state: "fixed" })); // the first is kept
    expect(await open()).not.toBe(first);
  });
});
