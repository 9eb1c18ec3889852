import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { z } from "zod";
import { createClient, type Client } from "../../src/client/client.ts";
import type { routes } from "../../src/contract/routes.ts";
import type { FindingKind } from "../../src/domain/finding.ts";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import type { HistoryKey } from "../../src/domain/task.ts";
import { newFinding } from "../../src/server/loop/findings.ts";
import { ENGINES, useDatabases } from "../store/engines.ts";
import { at, KEY } from "../store/records.ts";
import { startHarness, type Harness } from "./harness.ts";

describe.each(ENGINES)("a finding, kept in $name,", (engine) => {
  const databases = useDatabases(engine);
  let harness: Harness;
  let ada: Client;
  beforeEach(async () => {
    const database = await databases.fresh();
    const store = await databases.open(database);
    const open = (kind: FindingKind, key: HistoryKey) =>
      store.transaction((tx) => tx.insertFinding({ ...newFinding(kind, key, at(0)), fingerprint: kind }));
    await open("regression", KEY);
    await open("memory", { ...KEY, context: "other" });
    await open("duration", { ...KEY, subject: "other" });
    await open("farm", KEY);
    harness = await startHarness({ database });
    const { secret } = await harness.client.call("createToken", { body: { name: "ada", scope: "submit" } });
    ada = createClient({ url: harness.server.url, token: secret });
  });
  afterEach(() => harness.close());

  const listed = async (query: z.input<typeof routes.listFindings.query>) =>
    (await ada.call("listFindings", { query })).items.map(({ kind }) => kind);
  const give = (id: number, owner: string | null) =>
    ada.call("changeFinding", { params: { id }, body: { owner } }).then(({ finding }) => finding.owner);

  it("is taken, given, left, and listed by who looks after it", async () => {
    expect(await listed({ has_owner: "no" })).toHaveLength(4);
    expect(await give(1, "ada")).toBe("ada");
    expect(await give(2, "local")).toBe("local");
    expect([await listed({ owner: "ada" }), await listed({ owner: "local" })]).toEqual([["regression"], ["memory"]]);
    expect(await listed({ has_owner: "yes", state: "open" })).toEqual(["memory", "regression"]);
    expect(await listed({ has_owner: "no" })).toEqual(["farm", "duration"]);
    expect(await give(1, null)).toBeNull();
    expect(await listed({ owner: "ada" })).toEqual([]);
    const both = { state: "known", note: "ticket 7", owner: "ada" } as const;
    const { finding } = await ada.call("changeFinding", { params: { id: 1 }, body: both });
    expect(finding).toMatchObject({ ...both, state_by: "ada" });
  });

  it("is given to nobody whose name no token of people has", async () => {
    await harness.join("w-1");
    for (const name of ["eve", "w-1"]) {
      await expect(give(1, name)).rejects.toMatchObject({
        code: "unknown-owner",
        message: `Nobody here is called ${name}. Those whom something can be given to: ada, local.`,
      });
    }
    const change = (body: object) => ada.call("changeFinding", { params: { id: 1 }, body });
    await expect(change({})).rejects.toThrow("a state, or an owner");
    await expect(change({ owner: "ada", note: "x" })).rejects.toThrow("a state, of which the note is");
    await expect(change({ owner: "" })).rejects.toThrow("expected the name of a token, of 1 to 100 characters");
    await expect(change({ state: "known", note: "x".repeat(1001) })).rejects.toThrow("at most 1000 characters of why");
    const said = { params: { id: 1 as WorkRequestId }, body: { kind: "flaky", note: "" } } as const; // as numbered
    await expect(ada.call("overruleVerdict", said)).rejects.toThrow("expected why, in 1 to 1000 characters");
    expect((await ada.call("getFinding", { params: { id: 1 } })).finding.owner).toBeNull();
  });

  it("is listed by each part of its key; that of the farm is no task's", async () => {
    const { task_name, subject, context } = KEY;
    expect(await listed({ task_name })).toEqual(["duration", "memory", "regression"]);
    expect(await listed({ task_name, context })).toEqual(["duration", "regression"]);
    expect(await listed({ task_name, subject, context })).toEqual(["regression"]);
    expect(await listed({ task_name, kind: "farm" })).toEqual(["farm"]);
    expect(await listed({})).toHaveLength(4);
  });
});
