import { describe, expect, it } from "vitest";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import type { NewWorkRequest, Store } from "../../src/server/store/store.ts";
import { ENGINES, useDatabases } from "./engines.ts";
import { at, newRequest } from "./records.ts";

const BY = { created_by: "me", body_hash: "" };

describe.each(ENGINES)("workflows on $name", (engine) => {
  const databases = useDatabases(engine);

  /** A workflow that runs, with its requests. */
  async function workflow(store: Store, ...members: Partial<NewWorkRequest>[]) {
    return store.transaction(async (tx) => {
      const [id] = await tx.insertWorkRequests([newRequest({ task_type: "workflow", expire_after: 1 })], BY);
      await tx.updateWorkRequest(id!, { status: "running" });
      const requests = members.map((member) => newRequest({ ...member, workflow_id: id! }));
      return { id: id!, members: await tx.insertWorkRequests(requests, BY) };
    });
  }
  const end = { status: "completed", result: "success", completed_at: at(5) } as const;

  it("are going as long as requests of them are", async () => {
    const store = await databases.open();
    const { id, members } = await workflow(store, { name: "a", workflow_group: "g" }, { name: "b", duration_p50: 3 });
    expect(await store.read.goingWorkflows()).toEqual([{ id, isAborting: false, isOpen: true }]);
    expect((await store.read.openMembers(id, 1)).map((one) => one.name)).toEqual(["a"]);
    expect(await store.read.members(id)).toMatchObject([
      { name: "a", workflow_group: "g", dependencies: [] },
      { name: "b", duration_p50: 3 },
    ]);
    for (const one of members) await store.transaction((tx) => tx.updateWorkRequest(one, end));
    await store.transaction((tx) => tx.updateWorkRequest(id, { aborted: { at: at(6), by: "me" } }));
    expect(await store.read.goingWorkflows()).toEqual([{ id, isAborting: true, isOpen: false }]);
    expect((await store.read.workflows({ limit: 5 })).items.map((one) => one.id)).toEqual([id]);
  });

  it("have each name once, but for what was made again", async () => {
    const store = await databases.open();
    const { id, members } = await workflow(store, { name: "a" });
    const again = (fields: Partial<NewWorkRequest>) =>
      store.transaction((tx) => tx.insertWorkRequests([newRequest({ name: "a", workflow_id: id, ...fields })], BY));
    await expect(again({})).rejects.toThrow(/unique/i);
    const [copy] = await again({ supersedes: members[0]! });
    await store.transaction((tx) => tx.updateWorkRequest(members[0]!, { superseded_by: copy! }));
    expect(await store.read.supersededMembers(id)).toEqual(new Map([[members[0], copy]]));
    expect((await store.read.members(id)).map((one) => one.id)).toEqual([copy]);
  });

  it("keep their requests until they have ended, and go on when they go on", async () => {
    const store = await databases.open();
    const { id, members } = await workflow(store, { name: "a", expire_after: 1 });
    const there = async () => (await store.read.existingWorkRequestIds([id, ...members])).size;
    const expire = () => store.transaction((tx) => tx.deleteExpired(at(10_000), 10));
    await store.transaction((tx) => tx.updateWorkRequest(members[0]!, end));
    await expire();
    expect(await there()).toBe(2);
    await store.transaction((tx) => tx.updateWorkRequest(id, end));
    await store.transaction((tx) => tx.updateWorkRequest(id, { status: "running", result: null, completed_at: null }));
    await expire();
    expect(await there()).toBe(2);
    await store.transaction((tx) => tx.updateWorkRequest(id, end));
    await expire();
    expect(await there()).toBe(0);
  });

  it("share the submission of their own request, which does not answer with them", async () => {
    const store = await databases.open();
    const ids: WorkRequestId[] = await store.transaction((tx) =>
      tx.insertWorkRequests([newRequest({ task_type: "workflow" })], { ...BY, key: "k", max_share: 0.5 }),
    );
    const [row] = await store.read.planRows(ids);
    const share = { submission_id: row!.submission_id, max_share: row!.max_share ?? undefined };
    const [member] = await store.transaction((tx) =>
      tx.insertWorkRequests([newRequest({ name: "a", workflow_id: ids[0]! })], { ...BY, ...share }),
    );
    expect(await store.read.planRows([member!])).toMatchObject([{ submission_id: row!.submission_id, max_share: 0.5 }]);
    expect((await store.read.submission("k"))?.ids).toEqual(ids);
  });
});
