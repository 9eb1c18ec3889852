import { describe, expect, it } from "vitest";
import type { Store } from "../../src/server/store/store.ts";
import { ENGINES, useDatabases } from "./engines.ts";
import { at, newRequest, newRun } from "./records.ts";

const A = { sha256: "a".repeat(64), size: 3 };
const B = { sha256: "b".repeat(64), size: 5 };

describe.each(ENGINES)("artifacts in $name", (engine) => {
  const databases = useDatabases(engine);

  const insert = (store: Store, fields = {}) =>
    store.transaction(async (tx) => {
      const ids = await tx.insertWorkRequests([newRequest(fields)], { created_by: "me", body_hash: "" });
      return ids[0]!; // one was inserted
    });

  /** Makes a content that is there. */
  const store1 = (store: Store, content = A) =>
    store.transaction(async (tx) => {
      const { id } = await tx.claimArtifact(content, at(100));
      await tx.markArtifactStored(id);
      return id;
    });

  it("are known once they are stored, and claimed again without becoming another", async () => {
    const store = await databases.open();
    const first = await store.transaction((tx) => tx.claimArtifact(A, at(100)));
    expect(first.is_stored).toBe(false);
    expect(await store.read.artifact(A.sha256)).toBeUndefined();
    expect(await store.transaction((tx) => tx.markArtifactStored(first.id))).toBe(true);
    expect(await store.read.artifact(A.sha256)).toEqual({ ...A, id: first.id });
    expect(await store.transaction((tx) => tx.claimArtifact(A, at(200)))).toEqual({ id: first.id, is_stored: true });
  });

  it("are used only when all of them are there", async () => {
    const store = await databases.open();
    const request = await insert(store);
    await store1(store);
    await store.transaction((tx) => tx.claimArtifact(B, at(100)));
    expect(await store.transaction((tx) => tx.useArtifacts(request, [A, A]))).toBe(true);
    expect(await store.transaction((tx) => tx.useArtifacts(request, [B]))).toBe(false);
  });

  it("are removed when nothing has used them until their time is over, and come back as others", async () => {
    const store = await databases.open();
    const id = await store1(store);
    await store.transaction((tx) => tx.claimArtifact(A, at(50))); // sooner changes nothing
    expect(await store.transaction((tx) => tx.takeUnusedArtifacts(at(99), 10))).toEqual([]);
    expect(await store.transaction((tx) => tx.takeUnusedArtifacts(at(100), 10))).toEqual([{ ...A, id }]);
    expect(await store.read.artifact(A.sha256)).toBeUndefined();
    expect(await store.transaction((tx) => tx.markArtifactStored(id))).toBe(false);
    const other = await store1(store);
    expect(other).not.toBe(id);
    // a server that was killed in between begins anew
    expect(await store.transaction((tx) => tx.takeUnusedArtifacts(at(100), 1))).toHaveLength(1);
    await store.transaction((tx) => tx.forgetArtifact(id));
    expect(await store.transaction((tx) => tx.takeUnusedArtifacts(at(99), 10))).toEqual([]);
    expect(await store.read.artifact(A.sha256)).toEqual({ ...A, id: other });
  });

  it("stay while a request uses them, and go with the last", async () => {
    const store = await databases.open();
    const first = await insert(store, { expire_after: 10 });
    const second = await insert(store, { expire_after: 20 });
    const id = await store1(store);
    await store1(store, B);
    await store.transaction(async (tx) => {
      await tx.useArtifacts(first, [A, B]);
      await tx.useArtifacts(second, [A]);
      for (const request of [first, second]) {
        await tx.updateWorkRequest(request, {
          status: "aborted",
          completed_at: at(1),
          aborted: { at: at(1), by: "me" },
        });
      }
    });
    expect(await store.transaction((tx) => tx.takeUnusedArtifacts(at(1000), 10))).toEqual([]);
    await store.transaction((tx) => tx.deleteExpired(at(15), 10));
    expect(await store.transaction((tx) => tx.takeUnusedArtifacts(at(15), 10))).toMatchObject([B]);
    await store.transaction((tx) => tx.deleteExpired(at(30), 10));
    expect(await store.transaction((tx) => tx.takeUnusedArtifacts(at(30), 10))).toContainEqual({ ...A, id });
  });

  it("are not lost between two transactions of which one begins a use and the other ends the last", async () => {
    const store = await databases.open();
    const old = await insert(store, { expire_after: 1 });
    const fresh = await insert(store);
    await store1(store);
    await store.transaction(async (tx) => {
      await tx.useArtifacts(old, [A]);
      await tx.updateWorkRequest(old, { status: "aborted", completed_at: at(1), aborted: { at: at(1), by: "me" } });
    });
    const [isUsed] = await Promise.all([
      store.transaction((tx) => tx.useArtifacts(fresh, [A])),
      store.transaction((tx) => tx.deleteExpired(at(10), 10)),
    ]);
    const removed = await store.transaction((tx) => tx.takeUnusedArtifacts(at(1000), 10));
    expect(isUsed).toBe(true);
    expect(removed).toEqual([]);
    expect(await store.read.artifact(A.sha256)).toMatchObject(A);
  });

  it("are told of the newest run of each request", async () => {
    const store = await databases.open();
    const [ran, idle] = [await insert(store), await insert(store)];
    const output = { path: "x", ...A };
    await store.transaction(async (tx) => {
      await tx.insertRun(newRun(ran));
      await tx.updateWorkRequest(ran, { status: "running", run_count: 1 });
      await tx.updateRun(newRun(ran).id, undefined, { outputs: [output] });
    });
    const found = await store.read.newestOutputs([ran, idle, 999 as typeof ran]); // a number that nothing has
    expect([...found].sort(([a], [b]) => a - b)).toEqual([
      [ran, [output]],
      [idle, []],
    ]);
  });
});
