import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EndedReport } from "../../src/contract/worker-protocol.ts";
import { ENGINES, useDatabases } from "../store/engines.ts";
import { ended, GIB, running, startHarness, type Harness } from "./harness.ts";

describe.each(ENGINES)("a run, kept in $name,", (engine) => {
  const databases = useDatabases(engine);
  let harness: Harness;
  beforeEach(async () => {
    harness = await startHarness({
      database: await databases.fresh(),
      settings: { leaseMs: 60_000, heartbeatMs: 50 },
    });
  });
  afterEach(() => harness.close());

  it("goes to a worker, starts, reports, ends, and leaves its history", async () => {
    const worker = await harness.join("w-1");
    const [request] = await harness.submit({ task_name: "build", subject: "hello", context: "a:b/c" });
    await harness.event(request!.id, "placed");
    const [assignment] = (await worker.sync()).assignments;
    expect(assignment).toMatchObject({
      run_id: `${request!.id}.1`,
      task_name: "build",
      task_data: { command: ["true"] },
    });

    await worker.sync([running(assignment!, { runtime_statistics: { memory: 5 } })]);
    const listed = async () =>
      (await harness.client.call("listWorkRequests", { query: { task_name: request!.task_name } })).items.map(
        ({ id, used_memory }) => [id, used_memory],
      );
    expect(await listed()).toContainEqual([request!.id, 5]);
    expect((await harness.request(request!.id)).started_at).not.toBeNull();

    const statistics = { duration: 3, cpu_time: 2, memory: 3 * GIB, disk_space: GIB };
    const end = ended(assignment!, { runtime_statistics: statistics });
    expect(await worker.sync([end])).toMatchObject({ acknowledged: [assignment!.run_id], lost: [] });

    const done = await harness.request(request!.id);
    expect(done).toMatchObject({ status: "completed", result: "success" });
    expect(done.output_data).toEqual({ runtime_statistics: statistics });
    expect(await listed()).toContainEqual([request!.id, undefined]);
    const name = `last-success:worker:build:hello:${encodeURIComponent("a:b/c")}`;
    const { entry } = await harness.client.call("lookup", { params: { name } });
    expect(entry).toMatchObject({ run_id: assignment!.run_id, worker_name: "w-1", runtime_statistics: statistics });
  });

  it("is sized by the runs before it, and says so", async () => {
    const worker = await harness.join("w-1");
    const key = { task_name: "build", subject: "hello", context: "x" };
    const [first] = await harness.submit(key);
    await harness.event(first!.id, "placed");
    const [assignment] = (await worker.sync()).assignments;
    expect(assignment!.allocation.memory).toEqual({ amount: 2 * GIB, source: "default" });
    await worker.sync([ended(assignment!, { runtime_statistics: { memory: 3 * GIB, duration: 100 } })]);

    const [second] = await harness.submit(key);
    await harness.event(second!.id, "placed");
    const { allocation } = await harness.request(second!.id);
    expect(allocation!.memory).toMatchObject({ source: "history", evidence: { level: "key", runs: 1 } });
    expect(allocation!.memory.amount).toBeGreaterThan(3 * GIB);
    expect(allocation!.memory.amount).toBeLessThan(4 * GIB);
  });

  it("never gets less than what was demanded, whatever history says", async () => {
    await harness.client.call("importHistory", { body: { entries: [historyOf(3 * GIB)] } });
    const [request] = await harness.submit({ task_name: "build", subject: "hello", requirements: { memory: 7 * GIB } });
    await harness.event(request!.id, "allocated");
    const { allocation } = await harness.request(request!.id);
    expect(allocation!.memory).toEqual({ amount: 7 * GIB, source: "request" });
  });

  it("may be handed in twice, and counts once", async () => {
    const worker = await harness.join("w-1");
    const [request] = await harness.submit({ task_name: "build" });
    await harness.event(request!.id, "placed");
    const [assignment] = (await worker.sync()).assignments;
    const end = ended(assignment!, {});
    expect((await worker.sync([end])).acknowledged).toEqual([assignment!.run_id]);
    expect((await worker.sync([end])).acknowledged).toEqual([assignment!.run_id]);
    const history = await harness.client.call("listHistory", { query: { task_name: "build" } });
    expect(history.items).toHaveLength(1);
  });

  it("that is over before it was reported as running has started all the same", async () => {
    const worker = await harness.join("w-1");
    const [request] = await harness.submit({ task_name: "build" });
    await harness.event(request!.id, "placed");
    const [first] = (await worker.sync()).assignments;
    const limit = first!.allocation.memory.amount;
    const started_at = "2026-11-22T12:00:00.000Z";
    await worker.sync([ended(first!, { started_at, outcome: { kind: "out_of_memory", limit } })]);
    expect((await harness.request(request!.id)).started_at).toBe(started_at);
    await harness.event(request!.id, "placed", 2);
    const [second] = (await worker.sync()).assignments;
    await worker.sync([running(second!)]);
    await worker.sync([ended(second!, {})]);
    expect((await harness.request(request!.id)).started_at).toBe(started_at);
  });

  it("that is the first to start says when its request started, whatever was before it", async () => {
    const worker = await harness.join("w-1");
    const [request] = await harness.submit({ task_name: "build" });
    await harness.event(request!.id, "placed");
    const [first] = (await worker.sync()).assignments;
    const { started_at: _never, ...unstarted } = ended(first!, { outcome: { kind: "worker_lost" } }) as EndedReport; // made as one
    await worker.sync([unstarted]);
    expect((await harness.request(request!.id)).started_at).toBeNull();
    await harness.event(request!.id, "placed", 2);
    const [second] = (await worker.sync()).assignments;
    const started_at = "2026-11-22T12:00:00.000Z";
    await worker.sync([running(second!, { started_at })]);
    expect((await harness.request(request!.id)).started_at).toBe(started_at);
  });

  it("is handed out again when the answer was lost on the way", async () => {
    const worker = await harness.join("w-1");
    const [request] = await harness.submit({ task_name: "build" });
    await harness.event(request!.id, "placed");
    const first = await worker.sync();
    const again = await worker.sync();
    expect(again.assignments).toEqual(first.assignments);
  });

  it("that died of its memory runs again with more, and the next request starts there", async () => {
    const worker = await harness.join("w-1");
    const [request] = await harness.submit({ task_name: "build", subject: "big" });
    await harness.event(request!.id, "placed");
    const [first] = (await worker.sync()).assignments;
    const limit = first!.allocation.memory.amount;
    await worker.sync([
      ended(first!, { outcome: { kind: "out_of_memory", limit }, runtime_statistics: { memory: limit } }),
    ]);
    await harness.event(request!.id, "placed", 2);
    const [second] = (await worker.sync()).assignments;
    expect(second!.run_id).toBe(`${request!.id}.2`);
    expect(second!.allocation.memory.source).toBe("retry");
    expect(second!.allocation.memory.amount).toBeGreaterThan(limit);
    expect(second!.allocation.disk_space.amount).toBe(first!.allocation.disk_space.amount);
    await worker.sync([ended(second!, { runtime_statistics: { memory: limit + GIB, duration: 5 } })]);
    expect(await harness.request(request!.id)).toMatchObject({ result: "success", run_count: 2 });

    const [next] = await harness.submit({ task_name: "build", subject: "big" });
    await harness.event(next!.id, "placed");
    expect((await harness.request(next!.id)).allocation!.memory.amount).toBeGreaterThan(limit + GIB);
  });

  it("that died of a limit which its submitter set is final", async () => {
    const worker = await harness.join("w-1");
    const [request] = await harness.submit({ task_name: "build", requirements: { memory: GIB } });
    await harness.event(request!.id, "placed");
    const [assignment] = (await worker.sync()).assignments;
    await worker.sync([ended(assignment!, { outcome: { kind: "out_of_memory", limit: GIB } })]);
    expect(await harness.request(request!.id)).toMatchObject({ status: "completed", result: "failure", run_count: 1 });
  });

  it("waits when the free amounts of its worker are taken, and says by what", async () => {
    const worker = await harness.join("w-1");
    const half = { task_name: "build", requirements: { memory: 9 * GIB } };
    const [first, second] = await harness.submit(half, half);
    await harness.event(first!.id, "placed");
    await harness.event(second!.id, "waiting");
    const why = await harness.client.call("whyWorkRequest", { params: { id: second!.id } });
    expect(why.work_request.waiting).toMatchObject({
      code: "no_room",
      message: "w-1 has 7.0G of the 9.0G memory free",
    });
    expect(why.candidates).toEqual([
      { worker_name: "w-1", verdict: "no_room", resource: "memory", available: 7 * GIB, needed: 9 * GIB },
    ]);
    const { assignments } = await worker.sync();
    expect(assignments.map(({ work_request_id }) => work_request_id)).toEqual([first!.id]);
    await worker.sync([ended(assignments[0]!, {})]);
    await harness.event(second!.id, "placed");
  });

  it("of a request that no worker can ever hold waits and says why", async () => {
    await harness.join("w-1");
    const [request] = await harness.submit({ task_name: "build", requirements: { memory: 64 * GIB } });
    await harness.event(request!.id, "waiting");
    expect((await harness.request(request!.id)).waiting).toMatchObject({
      code: "never_fits",
      message: "no worker is large enough: it needs 64.0G memory, w-1 has 16.0G in all",
    });
  });

  it("goes to the worker on which it fits tightest", async () => {
    await harness.join("large", { capacity: { memory: 64 * GIB, disk_space: 100 * GIB, cpu_count: 32 } });
    await harness.join("small", { capacity: { memory: 4 * GIB, disk_space: 100 * GIB, cpu_count: 2 } });
    const [light] = await harness.submit({ task_name: "build", requirements: { memory: GIB } });
    const [hungry] = await harness.submit({ task_name: "build", requirements: { memory: 8 * GIB } });
    expect((await harness.event(light!.id, "placed")).worker_name).toBe("small");
    expect((await harness.event(hungry!.id, "placed")).worker_name).toBe("large");
  });

  it("is ended on its worker when its request is aborted", async () => {
    const worker = await harness.join("w-1");
    const [request] = await harness.submit({ task_name: "build" });
    await harness.event(request!.id, "placed");
    const [assignment] = (await worker.sync()).assignments;
    await worker.sync([running(assignment!)]);
    const params = { id: request!.id };
    const { work_request } = await harness.client.call("abortWorkRequest", { params, body: { reason: "not needed" } });
    expect(work_request).toMatchObject({ status: "running", aborted: { by: "local", reason: "not needed" } });
    const { aborts } = await worker.sync([running(assignment!)]);
    expect(aborts).toEqual([{ run_id: assignment!.run_id, by: "local" }]);
    await worker.sync([
      ended(assignment!, { outcome: { kind: "aborted", by: "local" }, runtime_statistics: { memory: 5 } }),
    ]);
    expect(await harness.request(request!.id)).toMatchObject({
      status: "aborted",
      aborted: { by: "local", reason: "not needed" },
      result: null,
      output_data: { runtime_statistics: { memory: 5 } },
    });
  });

  it("is not given to a worker that drains, nor to one that may not run its task", async () => {
    await harness.join("draining");
    await harness.client.call("drainWorker", { params: { worker_name: "draining" }, body: {} });
    await harness.join("choosy", { tasks: { allow: ["test-*"], deny: [] } });
    const [request] = await harness.submit({ task_name: "build" });
    await harness.event(request!.id, "waiting");
    const why = await harness.client.call("whyWorkRequest", { params: { id: request!.id } });
    expect(why.candidates.map(({ worker_name, verdict }) => [worker_name, verdict])).toEqual([
      ["draining", "draining"],
      ["choosy", "not_allowed"],
    ]);
    await harness.client.call("resumeWorker", { params: { worker_name: "draining" }, body: {} });
    expect((await harness.event(request!.id, "placed")).worker_name).toBe("draining");
  });
});

function historyOf(memory: number) {
  return {
    task_type: "worker" as const,
    task_name: "build",
    subject: "hello",
    context: "",
    completed_at: "2026-01-01T00:00:00.000Z",
    result: "success" as const,
    outcome: { kind: "exited" as const, code: 0 },
    runtime_statistics: { memory, duration: 5 },
    lower_bounds: [],
    trusted: true,
  };
}
