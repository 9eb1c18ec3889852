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

  it("says on what it stands, and what its amount is worth beside another", async () => {
    await teach();
    const query = { ...KEY, what_if: "16G" };
    const { estimate, levels, outlooks, what_if } = await harness.client.call("estimate", { query });
    expect(levels.map(({ level }) => level)).toEqual(["key", "subject", "context", "task"]);
    expect(Math.min(...levels.map(({ runs }) => runs))).toBeGreaterThan(20);
    expect(outlooks.memory?.amount).toBe(estimate.memory?.allocate);
    expect(what_if?.amount).toBe(16 * GIB);
    expect(what_if!.failure_share).toBeLessThan(outlooks.memory!.failure_share);
    expect(what_if!.wasted).toBeGreaterThan(outlooks.memory!.wasted);
    const nothing = await harness.client.call("estimate", { query: { task_name: "none", what_if: GIB } });
    expect(nothing).toEqual({ estimate: {}, levels: [], outlooks: {} });
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

  it("is told by the history of each run, as CSV too, where it was kept with the run", async () => {
    const worker = await harness.join("w-1");
    await teach();
    const [assignment] = await placed(worker, 1);
    await worker.sync([ended(assignment!, { runtime_statistics: { memory: GIB, duration: 60 } })]);
    const { run } = await harness.client.call("getRun", { params: { run_id: assignment!.run_id } });
    const { p5, p50, p95 } = run.estimate.memory!;
    expect(p5).toBeLessThan(p50);
    const { items } = await harness.client.call("listHistory", { query: KEY });
    const [imported, own] = [items[1], items[0]];
    expect(own?.predicted?.memory).toEqual({ p5, p50, p95 });
    expect(own?.predicted?.duration).toEqual({
      p5: expect.any(Number),
      p50: expect.any(Number),
      p95: expect.any(Number),
    });
    expect(imported).not.toHaveProperty("predicted");
    const csv = await fetch(`${harness.server.url}/history.csv?task_name=build`, {
      headers: { authorization: `Bearer ${harness.server.adminToken}` },
    });
    const [head, first, second] = (await csv.text()).split("\n").map((line) => line.split(","));
    const figures = (line: string[] | undefined) =>
      ["p5", "p50", "p95"].map((name) => line?.[head!.indexOf(`predicted_memory_${name}_bytes`)]);
    expect(figures(first)).toEqual([p5, p50, p95].map(String));
    expect(figures(second)).toEqual(["", "", ""]);
  });

  it("says nothing of the least that a run may need after one run, and is read all the same", async () => {
    const worker = await harness.join("w-1");
    const [first] = await placed(worker, 1);
    await worker.sync([ended(first!, { runtime_statistics: { memory: GIB, duration: 60 } })]);
    const [second] = await placed(worker, 1);
    await worker.sync([ended(second!, { runtime_statistics: { memory: GIB, duration: 60 } })]);
    const { items } = await harness.client.call("listHistory", { query: KEY });
    expect(items[0]?.predicted?.memory).toEqual({ p50: expect.any(Number), p95: expect.any(Number) });
    expect(items[1]).not.toHaveProperty("predicted");
  });
});

describe.each(ENGINES)("the accuracy of estimates, kept in $name,", (engine) => {
  const databases = useDatabases(engine);
  let harness: Harness;
  beforeEach(async () => {
    harness = await startHarness({ database: await databases.fresh() });
  });
  afterEach(() => harness.close());

  /** One run of a task that takes an hour and ends so. */
  async function hour(worker: PlayedWorker, task_name: string, end: Parameters<typeof ended>[1], memory?: number) {
    const [request] = await harness.submit({ task_name, ...(memory !== undefined && { requirements: { memory } }) });
    await harness.event(request!.id, "placed"); // one was submitted
    const [assignment] = (await worker.sync()).assignments;
    await worker.sync([
      ended(assignment!, { ...end, runtime_statistics: { duration: 3600, ...end.runtime_statistics } }),
    ]);
    return request!;
  }

  const reported = (query: { task_name?: string } = {}) => harness.client.call("accuracy", { query });

  it("is what runs were given and predicted when they were placed, beside what they used", async () => {
    const worker = await harness.join("w-1");
    await hour(worker, "build", { runtime_statistics: { memory: GIB } }); // given the default of 2 GiB
    await hour(worker, "build", { runtime_statistics: { memory: 3 * GIB } }); // predicted from the first
    await hour(worker, "test", { runtime_statistics: { memory: GIB } }, 4 * GIB);
    const { all, tasks, over_time, is_cut } = await reported();
    expect(is_cut).toBe(false);
    expect(all).toMatchObject({ runs: 3, mistakes: { attempts: 0 } });
    expect(all.resources.memory).toMatchObject({ judged: 1, below_p50: 0, below_p95: 0 });
    expect(all.resources.memory?.sources).toEqual({ default: 1, history: 1, request: 1 });
    expect(all.resources.memory?.median_error).toBeCloseTo(2 / 3, 1);
    expect(tasks.map(({ task_name, accuracy: { runs } }) => [task_name, runs])).toEqual([["test", 1], ["build", 2]]); // prettier-ignore
    expect(over_time.map(({ accuracy: { runs } }) => runs)).toEqual([3]);
    const one = await reported({ task_name: "test" });
    expect(one.all.resources.memory?.held).toMatchObject({ allocated: 4 * GIB, used: GIB, wasted_share: 0.75 });
    expect((await reported({ task_name: "none" })).all.runs).toBe(0);
  });

  it("says how right the ends were that were told of runs, by what was predicted when they were placed", async () => {
    const worker = await harness.join("w-1");
    await hour(worker, "build", {});
    const half = { runtime_statistics: { duration: 1800 } };
    await hour(worker, "build", half); // an hour was predicted
    await hour(worker, "build", { ...half, outcome: { kind: "signalled", signal: "SIGKILL" } });
    const { all } = await reported();
    expect(all.told_ends.map(({ at, judged, sooner }) => [at, judged, sooner])).toEqual([[0.1, 1, 1], [0.5, 1, 1], [0.9, 1, 1]]); // prettier-ignore
    expect(all.told_ends[0]!.median_error).toBeCloseTo(1, 1);
  });

  it("is told apart by what runs were applied to, who submitted them, and where they ran", async () => {
    const [first, second] = [
      await harness.join("w-1", { tags: ["one"] }),
      await harness.join("w-2", { tags: ["two"] }),
    ];
    const run = async (worker: PlayedWorker, tag: string, subject: string, memory: number) => {
      const requirements = { tags: [tag], memory: 4 * GIB };
      const [request] = await harness.submit({ task_name: "build", subject, requirements });
      await harness.event(request!.id, "placed"); // one was submitted
      const [assignment] = (await worker.sync()).assignments;
      await worker.sync([ended(assignment!, { runtime_statistics: { duration: 3600, memory } })]);
    };
    await run(first, "one", "a", 3 * GIB);
    await run(first, "one", "b", GIB);
    await run(second, "two", "b", 2 * GIB);
    const wasted = async (query: { by: "subject" | "owner" | "worker"; since?: string; task_name?: string }) => {
      const { groups, runs, is_cut } = await harness.client.call("waste", { query });
      expect(is_cut).toBe(false);
      const each = groups.map(({ name, accuracy: own }) => [name, (own.resources.memory?.held?.wasted ?? 0) / GIB]);
      return [runs, ...each];
    };
    expect(await wasted({ by: "subject" })).toEqual([3, ["b", 5], ["a", 1]]);
    expect(await wasted({ by: "worker", task_name: "build" })).toEqual([3, ["w-1", 4], ["w-2", 2]]);
    expect(await wasted({ by: "owner" })).toEqual([3, ["local", 6]]);
    expect(await wasted({ by: "owner", task_name: "none" })).toEqual([0]);
    expect(await wasted({ by: "owner", since: "2100-01-01T00:00:00.000Z" })).toEqual([0]);
  });

  it("say which workers could go: those without which what was reserved fits, and each run finds a worker", async () => {
    const spare = async () => (await harness.client.call("waste", { query: { by: "worker" } })).spare_workers;
    expect(await spare()).toMatchObject({ workers: 0, runs: 0, spare: [], fits: null, is_cut: false });
    await harness.join("w-1");
    await harness.join("w-2");
    const kvm = await harness.join("w-3", { tags: ["kvm"] });
    await harness.client.call("drainWorker", { params: { worker_name: "w-1" } });
    expect(await spare()).toMatchObject({ workers: 2, runs: 0, spare: [], fits: null });
    const requirements = { memory: 4 * GIB, tags: ["kvm"] };
    const [first, second] = await harness.submit(
      { task_name: "build", requirements },
      { task_name: "build", requirements },
    );
    await harness.event(first!.id, "placed"); // two were submitted
    await harness.event(second!.id, "placed"); // as above
    const [assignment] = (await kvm.sync()).assignments;
    await kvm.sync([ended(assignment!, { runtime_statistics: {} })]);
    await harness.event(assignment!.work_request_id, "completed");
    expect(await spare()).toMatchObject({ workers: 2, runs: 2, spare: ["w-2"], fits: 1 });
  });

  it("shows what an override saved of what people asked for", async () => {
    const worker = await harness.join("w-1");
    const layer = { field: "memory", value: 3 * GIB, mode: "override", task_name: "build" } as const;
    await harness.client.call("putLayer", { body: layer });
    await hour(worker, "build", { runtime_statistics: { memory: GIB } }, 8 * GIB);
    await hour(worker, "build", { runtime_statistics: { memory: GIB } });
    const { all } = await reported();
    expect(all.resources.memory?.held).toMatchObject({
      allocated: 6 * GIB,
      asked_runs: 1,
      asked: 8 * GIB,
      saved: 5 * GIB,
    });
  });

  it("says what attempts cost that died of amounts of ours, and outlives the requests", async () => {
    const worker = await harness.join("w-1");
    const death = {
      outcome: { kind: "out_of_memory", limit: 2 * GIB },
      runtime_statistics: { memory: 2 * GIB },
    } as const;
    const request = await hour(worker, "build", death);
    const { all } = await reported();
    expect(all.mistakes).toEqual({ attempts: 1, seconds: 3600, memory_byte_hours: 2 * GIB });
    expect(all.resources.memory).toMatchObject({ deaths: 1, deaths_as_asked: 0 });
    expect((await harness.request(request.id)).status).not.toBe("completed"); // it is run again with more
  });
});
