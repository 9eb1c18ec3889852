import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import { ENGINES, useDatabases } from "../store/engines.ts";
import { ended, GIB, running, startHarness, type Harness } from "./harness.ts";

const SETTINGS = { heartbeatMs: 50 };

describe.each(ENGINES)("planning on $name", (engine) => {
  const databases = useDatabases(engine);
  let database: string;
  let harness: Harness;
  beforeEach(async () => {
    database = await databases.fresh();
    harness = await startHarness({ database, settings: SETTINGS });
  });
  afterEach(() => harness.close());

  it("finds what fits behind more requests than it could look at one by one", async () => {
    const worker = await harness.join("w-1");
    const unfit = { task_name: "render", priority: 5, requirements: { tags: ["gpu"] } };
    const stuck = await harness.submit(...Array.from({ length: 1_200 }, () => unfit));
    await harness.event(stuck.at(-1)!.id, "allocated");
    const [fits] = await harness.submit({ task_name: "build" });
    await harness.event(fits!.id, "placed");
    const { assignments } = await worker.sync();
    expect(assignments.map(({ work_request_id }) => work_request_id)).toEqual([fits!.id]);
    const last = await harness.client.call("whyWorkRequest", { params: { id: stuck.at(-1)!.id } });
    expect(last.candidates).toEqual([{ worker_name: "w-1", verdict: "lacks_tag", tag: "gpu" }]);
  });

  it("goes on after a restart from what waits and what runs, and gives no room twice", async () => {
    const worker = await harness.join("w-1");
    const half = { task_name: "build", requirements: { memory: 9 * GIB } };
    const [first, second] = await harness.submit(half, half);
    await harness.event(first!.id, "placed");
    const [assignment] = (await worker.sync()).assignments;
    await harness.event(second!.id, "waiting");
    await harness.restart();
    const [small] = await harness.submit({ task_name: "other", requirements: { memory: GIB } });
    await harness.event(small!.id, "placed"); // planning has seen all that there is
    expect((await harness.request(second!.id)).status).toBe("pending");
    await worker.sync([ended(assignment!, {})]);
    await harness.event(second!.id, "placed");
  });

  it("counts the memory that a worker gave a run beyond its allocation", async () => {
    const worker = await harness.join("w-1");
    const [grows] = await harness.submit({ task_name: "build", requirements: { memory: 4 * GIB } });
    await harness.event(grows!.id, "placed");
    const [assignment] = (await worker.sync()).assignments;
    const memory_raises = [{ at_ms: 10, from: 4 * GIB, to: 12 * GIB }];
    const measurement = { method: "proc" as const, duration_ms: 20, lower_bounds: [], memory_raises };
    await worker.sync([running(assignment!, { measurement })]);
    const [next] = await harness.submit({ task_name: "other", requirements: { memory: 8 * GIB } });
    await harness.event(next!.id, "waiting");
    expect((await harness.request(next!.id)).waiting?.message).toMatch(/^w-1 has 4\.0G of the 8\.0G memory free/);
    await worker.sync([ended(assignment!, {})]);
    await harness.event(next!.id, "placed");
  });

  it("serves again in the new order when a priority was changed, and nothing that was aborted", async () => {
    const worker = await harness.join("w-1");
    const whole = { requirements: { memory: 16 * GIB } };
    const [first] = await harness.submit({ task_name: "first", ...whole });
    await harness.event(first!.id, "placed");
    const [assignment] = (await worker.sync()).assignments;
    const [gone, second, third] = await harness.submit(
      { task_name: "gone", priority: 9, ...whole },
      { task_name: "second", priority: 5, ...whole },
      { task_name: "third", ...whole },
    );
    await harness.event(third!.id, "waiting");
    const params = (id: WorkRequestId) => ({ params: { id } });
    await harness.client.call("abortWorkRequest", { ...params(gone!.id), body: {} });
    await harness.client.call("changeWorkRequest", { ...params(third!.id), body: { priority_adjustment: 50 } });
    await worker.sync([ended(assignment!, {})]);
    await harness.event(third!.id, "placed");
    expect((await harness.request(second!.id)).status).toBe("pending");
    expect((await harness.request(gone!.id)).status).toBe("aborted");
  });
});

describe.each(ENGINES.filter(({ kind }) => kind === "postgres"))("planning of two servers on $name", (engine) => {
  const databases = useDatabases(engine);
  let first: Harness;
  let second: Harness;
  beforeEach(async () => {
    const database = await databases.fresh();
    first = await startHarness({ database, settings: SETTINGS });
    second = await startHarness({ database, settings: SETTINGS });
  });
  afterEach(() => Promise.all([first.close(), second.close()]));

  it("hears what the other one was told, and hands over what waits and runs", async () => {
    const worker = await second.join("w-1");
    const whole = { requirements: { memory: 16 * GIB } };
    const [one] = await second.submit({ task_name: "one", ...whole });
    await second.event(one!.id, "placed");
    const [assignment] = (await worker.sync()).assignments;
    const [low, high] = await second.submit({ task_name: "low", ...whole }, { task_name: "high", ...whole });
    await second.event(high!.id, "waiting");
    await second.client.call("changeWorkRequest", { params: { id: high!.id }, body: { priority_adjustment: 3 } });
    await worker.sync([ended(assignment!, {})]);
    await second.event(high!.id, "placed");
    const [next] = (await worker.sync()).assignments;
    await first.server.close();
    const [small] = await second.submit({ task_name: "small", requirements: { memory: GIB }, priority: 9 });
    await second.event(small!.id, "waiting"); // the second one plans now, and knows that the worker is full
    expect((await second.request(low!.id)).status).toBe("pending");
    await worker.sync([ended(next!, {})]);
    await second.event(small!.id, "placed");
    await first.restart();
  });
});
