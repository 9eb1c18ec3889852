import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ENGINES, useDatabases } from "../store/engines.ts";
import { ended, GIB, running, startHarness, type Harness, type PlayedWorker } from "./harness.ts";

const MIB = 1024 ** 2;
const KEY = { task_name: "build", subject: "hello", context: "x" };

describe.each(ENGINES)("an estimate, with its history in $name,", (engine) => {
  const databases = useDatabases(engine);
  let harness: Harness;
  beforeEach(async () => {
    harness = await startHarness({ database: await databases.fresh() });
  });
  afterEach(() => harness.close());

  async function predicted() {
    return (await harness.client.call("estimate", { query: KEY })).estimate;
  }

  /** Has requests placed on the worker; gives their assignments. */
  async function placed(worker: PlayedWorker, count: number) {
    const requests = await harness.submit(...Array.from({ length: count }, () => KEY));
    for (const { id } of requests) await harness.event(id, "placed");
    return (await worker.sync()).assignments;
  }

  /** Runs of many sizes, so that the ladder has something to choose from. */
  async function teach(): Promise<void> {
    const entries = Array.from({ length: 30 }, (_, index) => ({
      task_type: "worker" as const,
      ...KEY,
      completed_at: new Date(Date.UTC(2026, 0, 1, index)).toISOString(),
      result: "success" as const,
      outcome: { kind: "exited" as const, code: 0 },
      runtime_statistics: { memory: (200 + ((index * 37) % 100) * 20) * MIB, duration: 60 + (index % 7) },
      lower_bounds: [],
      trusted: true,
    }));
    await harness.client.call("importHistory", { body: { entries } });
  }

  it("counts with runs of the task that still go on: they need at least what they have used", async () => {
    const worker = await harness.join("w-1");
    await teach();
    const before = await predicted();
    const assignments = await placed(worker, 4);
    const started_at = new Date(Date.now() - 3_600_000).toISOString();
    await worker.sync(assignments.map((assignment) => running(assignment, { started_at })));
    const during = await predicted();
    expect(during.duration!.p95).toBeGreaterThan(before.duration!.p95);
    await worker.sync(assignments.map((assignment) => ended(assignment, { outcome: { kind: "worker_lost" } })));
    expect((await predicted()).duration!.p95).toBeCloseTo(before.duration!.p95);
  });

  it("dares more where a worker may raise the limit of a run that outgrows it", async () => {
    await teach();
    const alone = await predicted();
    await harness.join("w-1", { tasks: { allow: ["test*"], deny: [] } });
    expect((await predicted()).memory).toEqual(alone.memory);
    await harness.join("w-2");
    const elastic = await predicted();
    expect(elastic.memory!.p95).toBe(alone.memory!.p95);
    expect(elastic.memory!.allocate).toBeLessThan(alone.memory!.allocate);
  });

  it("is kept with the run as it was used, also when history says more by the time the run ends", async () => {
    const worker = await harness.join("w-1");
    await teach();
    const [first, second] = await placed(worker, 2);
    const used = (await harness.client.call("getRun", { params: { run_id: first!.run_id } })).run;
    expect(used.estimate).toEqual((await harness.request(1 as never)).estimate);
    expect(used.allocation.memory).toMatchObject({ source: "history", evidence: used.estimate.memory!.evidence });
    await worker.sync([ended(second!, { runtime_statistics: { memory: 9 * GIB, duration: 60 } })]);
    await worker.sync([ended(first!, { runtime_statistics: { memory: GIB, duration: 60 } })]);
    const { run } = await harness.client.call("getRun", { params: { run_id: first!.run_id } });
    expect(run.estimate).toEqual(used.estimate);
    expect(run.allocation).toEqual(used.allocation);
  });
});
