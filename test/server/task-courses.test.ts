import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newFinding } from "../../src/server/loop/findings.ts";
import { ENGINES, useDatabases } from "../store/engines.ts";
import { ended, GIB, startHarness, type Harness, type PlayedWorker } from "./harness.ts";

describe.each(ENGINES)("how tasks go, kept in $name,", (engine) => {
  const databases = useDatabases(engine);
  let harness: Harness;
  let database: Awaited<ReturnType<typeof databases.fresh>>;
  beforeEach(async () => {
    database = await databases.fresh();
    harness = await startHarness({ database });
  });
  afterEach(() => harness.close());

  /** One run of an hour that is given 4 GiB. */
  async function hour(worker: PlayedWorker, work: { task_name: string; context?: string }) {
    const requirements = { memory: 4 * GIB };
    const [request] = await harness.submit({ ...work, subject: "gcc", requirements });
    await harness.event(request!.id, "placed"); // one was submitted
    const [assignment] = (await worker.sync()).assignments;
    const runtime_statistics = { duration: 3600, memory: GIB };
    await worker.sync([ended(assignment!, { outcome: { kind: "exited", code: 0 }, runtime_statistics })]);
  }

  it("is told of each context by itself, from its newest runs", async () => {
    const worker = await harness.join("w-1");
    await hour(worker, { task_name: "build", context: "sid" });
    await hour(worker, { task_name: "build", context: "sid" });
    await hour(worker, { task_name: "build", context: "trixie" });
    await hour(worker, { task_name: "fetch" });
    const { items: tasks, totals } = await harness.client.call("listTasks", {});
    expect(totals).toEqual({ tasks: 2, contexts: 3, failing: 0, open_findings: 0, memory_wasted_per_day: 4 * 3 * GIB });
    expect(tasks.map(({ task_name, context, runs }) => [task_name, context, runs])).toEqual([["build", "sid", 2], ["build", "trixie", 1], ["fetch", "", 1]]); // prettier-ignore
    expect(tasks[0]).toMatchObject({
      task_type: "worker",
      failed_share: 0,
      duration_p50: 3600,
      duration_growth: 0,
      memory_p95: GIB,
      memory_reserved_p95: 4 * GIB,
      memory_wasted_per_day: 2 * 3 * GIB,
      runs_per_day: 2,
      open_findings: 0,
    });
    const one = await harness.client.call("listTasks", { query: { task_name: "fetch" } });
    expect(one.items.map(({ task_name }) => task_name)).toEqual(["fetch"]);
  });

  it("counts what is open of each, but not what is wrong with the whole farm", async () => {
    const worker = await harness.join("w-1");
    await hour(worker, { task_name: "build", context: "sid" });
    await hour(worker, { task_name: "build", context: "trixie" });
    const store = await databases.open(database);
    const at = await store.read.now();
    const key = { task_type: "worker", task_name: "build", subject: "gcc", context: "sid" } as const;
    await store.transaction(async (tx) => {
      await tx.insertFinding(newFinding("memory", key, at));
      await tx.insertFinding(newFinding("regression", { ...key, subject: "llvm" }, at));
      await tx.insertFinding({ ...newFinding("regression", { ...key, context: "trixie" }, at), state: "fixed" });
      await tx.insertFinding({ ...newFinding("farm", key, at), fingerprint: "a" });
    });
    const { items: tasks } = await harness.client.call("listTasks", {});
    expect(tasks.map(({ context, open_findings }) => [context, open_findings])).toEqual([["sid", 2], ["trixie", 0]]); // prettier-ignore
  });
});
