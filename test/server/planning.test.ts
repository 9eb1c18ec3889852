import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import { ENGINES, useDatabases } from "../store/engines.ts";
import { createClient } from "../../src/client/client.ts";
import { COMMAND, ended, GIB, running, startHarness, type Harness, type PlayedWorker } from "./harness.ts";

/** The run that the worker is given next: the call waits for it. */
async function nextAssignment(worker: PlayedWorker) {
  return (await worker.sync([], { wait_ms: 20_000 })).assignments[0];
}

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
    // so far behind nothing is written down of it
    expect((await harness.request(stuck.at(-1)!.id)).waiting).toBeNull();
    expect(last.sentence).toMatch(/^waits since .*: no worker has the tag gpu$/);
    expect(last.work_request.waiting).toMatchObject({ message: "no worker has the tag gpu" });
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

  it("lets nobody's many requests keep others out when their share is bounded", async () => {
    await harness.join("w-1", { capacity: { memory: 16 * GIB, disk_space: 100 * GIB, cpu_count: 8 } });
    const body = { name: "alice", scope: "submit" as const, max_share: 0.5 };
    const { token, secret } = await harness.client.call("createToken", { body });
    expect(token.max_share).toBe(0.5);
    const alice = createClient({ url: harness.server.url, token: secret });
    const one = { task_name: "mine", task_data: COMMAND, requirements: { memory: 4 * GIB, cpu_count: 2 } };
    const { work_requests } = await alice.call("submit", {
      body: { work_requests: Array.from({ length: 40 }, () => one) },
    });
    await harness.event(work_requests.at(-1)!.id, "waiting");
    const { counts } = await harness.client.call("status", {});
    expect(counts).toMatchObject({ running: 2, pending: 38 });
    expect((await harness.request(work_requests.at(-1)!.id)).waiting).toMatchObject({
      code: "max_share",
      message: "token alice has 50 % of the workers and may have 50 %: with this request it would have 75 %",
    });
    const [other] = await harness.submit({ task_name: "other", requirements: { memory: 8 * GIB } });
    await harness.event(other!.id, "placed");
    alice.close();
  });

  it("lets a submission have no more than its own share", async () => {
    await harness.join("w-1");
    const one = { task_name: "mine", task_data: COMMAND, requirements: { cpu_count: 2 } };
    const body = { max_share: 0.25, work_requests: Array.from({ length: 6 }, () => one) };
    const { work_requests } = await harness.client.call("submit", { body });
    await harness.event(work_requests.at(-1)!.id, "waiting");
    expect((await harness.client.call("status", {})).counts).toMatchObject({ running: 1, pending: 5 });
  });

  it("serves the longer chain first, also when it became longer later", async () => {
    const worker = await harness.join("w-1");
    const whole = { requirements: { memory: 16 * GIB } };
    const [first] = await harness.submit({ task_name: "first", ...whole });
    await harness.event(first!.id, "placed");
    const [assignment] = (await worker.sync()).assignments;
    const [alone, head] = await harness.submit({ task_name: "alone", ...whole }, { task_name: "head", ...whole });
    const [chain] = await harness.submit(
      { task_name: "a", name: "a", ...whole },
      { task_name: "b", name: "b", depends_on: ["a"] },
      { task_name: "c", depends_on: ["b"] },
    );
    const tail = await harness.submit(
      { task_name: "d", name: "d", depends_on: [head!.id] },
      { task_name: "e", name: "e", depends_on: ["d"] },
      { task_name: "f", depends_on: ["e"] },
    );
    await harness.event(tail[0]!.id, "created");
    await harness.event(chain!.id, "waiting");
    const order: number[] = [];
    let current = assignment!;
    for (let count = 1; count <= 2; count += 1) {
      await worker.sync([ended(current, {})]);
      current = (await nextAssignment(worker))!;
      order.push(current.work_request_id);
    }
    expect(order).toEqual([head!.id, chain!.id]);
    expect((await harness.request(alone!.id)).status).toBe("pending");
  });

  it("lets two of an unknown task go first, and sizes the others by what they have shown", async () => {
    const worker = await harness.join("w-1");
    const guess = { task_name: "guess", priority: 1 };
    const known = { task_name: "known", requirements: { memory: 4 * GIB } };
    const all = await harness.submit(guess, guess, guess, guess, guess, known, known, known);
    const [first, , third] = all;
    await harness.event(third!.id, "waiting");
    const { assignments } = await worker.sync();
    expect(assignments.map(({ task_name }) => task_name).sort()).toEqual(["guess", "guess", "known", "known", "known"]);
    const why = await harness.client.call("whyWorkRequest", { params: { id: third!.id } });
    expect(why.work_request.waiting?.message).toMatch(
      /; other work goes first, until one of 2 runs has shown what guess needs$/,
    );
    const ofFirst = assignments.find(({ work_request_id }) => work_request_id === first!.id)!;
    await worker.sync([ended(ofFirst, { runtime_statistics: { duration: 5, memory: GIB / 8 } })]);
    await harness.event(third!.id, "placed");
    const { allocation } = await harness.request(third!.id);
    expect(allocation?.memory.source).toBe("history");
    expect(allocation!.memory.amount).toBeLessThan(GIB);
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
