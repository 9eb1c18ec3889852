import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { epochMs } from "../../src/domain/clock.ts";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import { seededRandom } from "../../src/simulate/random.ts";
import { COMMAND, ended, GIB, startHarness, type Harness, type PlayedWorker } from "./harness.ts";

const WHOLE = { task_name: "build", requirements: { memory: 16 * GIB } };
const MINUTE_MS = 60_000;

let harness: Harness;
let worker: PlayedWorker;
beforeEach(async () => {
  harness = await startHarness({ settings: { heartbeatMs: 50 }, random: seededRandom(1) });
  worker = await harness.join("w-1");
});
afterEach(() => harness.close());

/** Lets `count` runs of the task end that took ten minutes. */
async function learnTenMinutes(count: number): Promise<void> {
  for (let run = 0; run < count; run += 1) {
    const [request] = await harness.submit(WHOLE);
    await harness.event(request!.id, "placed");
    const [assignment] = (await worker.sync()).assignments;
    const duration_ms = 10 * MINUTE_MS + 1000 * run;
    const measurement = { method: "proc" as const, duration_ms, lower_bounds: [] };
    await worker.sync([ended(assignment!, { measurement, runtime_statistics: { duration: 600, memory: GIB } })]);
    await harness.event(request!.id, "completed");
  }
}

const why = (id: WorkRequestId) => harness.client.call("whyWorkRequest", { params: { id } });

describe("what is expected", () => {
  it("of a request that runs is its end, of one that waits its start and end, one after the other", async () => {
    await learnTenMinutes(4);
    const [first, second] = await harness.submit(WHOLE, WHOLE);
    await harness.event(first!.id, "placed");
    await harness.event(second!.id, "waiting");
    const nowMs = Date.now();
    const { expected: ofFirst } = (await why(first!.id)).work_request;
    const { expected: ofSecond } = (await why(second!.id)).work_request;
    expect(ofFirst?.start).toBeUndefined();
    const [end, start] = [epochMs(ofFirst!.end!.p50), epochMs(ofSecond!.start!.p50)];
    expect((end - nowMs) / MINUTE_MS).toBeGreaterThan(8);
    expect((end - nowMs) / MINUTE_MS).toBeLessThan(13);
    expect(Math.abs(start - end) / MINUTE_MS).toBeLessThan(1);
    expect(epochMs(ofSecond!.end!.p50) - start).toBeGreaterThan(8 * MINUTE_MS);
    expect(epochMs(ofSecond!.end!.p90)).toBeGreaterThanOrEqual(epochMs(ofSecond!.end!.p50));
    const { items } = await harness.client.call("listWorkRequests", { query: { status: "pending" } });
    expect(items[0]?.expected?.start).toBeDefined();
  });

  it("is no end of what nothing is known of, and no guess of its start", async () => {
    const [first, second] = await harness.submit({ ...WHOLE, task_name: "new" }, { ...WHOLE, task_name: "new" });
    await harness.event(first!.id, "placed");
    await harness.event(second!.id, "waiting");
    expect((await why(first!.id)).work_request.expected).toBeUndefined();
    expect((await why(second!.id)).work_request.expected).toBeUndefined();
  });

  it("is said of nothing that has ended, nor of what can never start", async () => {
    await learnTenMinutes(1);
    const [never] = await harness.submit({ task_name: "build", requirements: { memory: 99 * GIB } });
    await harness.event(never!.id, "waiting");
    expect((await why(never!.id)).work_request.expected).toBeUndefined();
    const { items } = await harness.client.call("listWorkRequests", { query: { status: "completed" } });
    expect(items.map(({ expected }) => expected)).toEqual([undefined]);
  });
});

describe("fit", () => {
  it("tells who could take work that was not submitted, and when, and keeps nothing of it", async () => {
    await learnTenMinutes(4);
    const [going] = await harness.submit(WHOLE);
    await harness.event(going!.id, "placed");
    const body = {
      work_requests: [
        { task_data: COMMAND, ...WHOLE },
        { task_data: COMMAND, task_name: "huge", requirements: { memory: 99 * GIB } },
        { task_name: "nothing", name: "n", task_data: COMMAND, requirements: { memory: GIB } },
        { task_name: "after", task_data: COMMAND, depends_on: ["n"], requirements: { tags: [] } },
      ],
    };
    const before = await harness.client.call("status", {});
    const { fits, left_out } = await harness.client.call("fit", { body });
    expect(left_out).toBe(0);
    expect(fits[0]).toMatchObject({
      task_name: "build",
      allocation: { memory: { amount: 16 * GIB, source: "request" } },
      waiting: { code: "no_room", message: "w-1 has 0B of the 16.0G memory free" },
      candidates: [{ worker_name: "w-1", verdict: "no_room", available: 0, needed: 16 * GIB }],
    });
    expect(epochMs(fits[0]!.expected!.start!.p50) - Date.now()).toBeGreaterThan(8 * MINUTE_MS);
    expect(fits[1]).toMatchObject({ waiting: { code: "never_fits" } });
    expect(fits[1]!.expected).toBeUndefined();
    expect(fits[2]!.expected).toBeUndefined(); // it waits for the run, and nothing is known of how long it takes
    expect((await harness.client.call("status", {})).counts).toEqual(before.counts);
  });

  it("refuses what a submission would be refused for", async () => {
    const body = { work_requests: [{ task_name: "build", task_data: COMMAND, depends_on: ["nobody"] }] };
    await expect(harness.client.call("fit", { body })).rejects.toMatchObject({ code: "invalid-submission" });
  });
});
