import { afterEach, beforeEach, expect, it } from "vitest";
import { ended, GIB, startHarness, type Harness, type PlayedWorker } from "./harness.ts";

/* How the farm stands: `GET /api/v1/stats`. */

let harness: Harness;
let worker: PlayedWorker;
beforeEach(async () => {
  harness = await startHarness({ settings: { heartbeatMs: 50 } });
  worker = await harness.join("w-1");
});
afterEach(() => harness.close());

const stats = () => harness.client.call("stats");

it("counts what waits and runs, says which request waits longest and for what, and what the workers hold", async () => {
  const whole = { task_name: "build", requirements: { memory: 16 * GIB } };
  const [running, waiting, later] = await harness.submit(whole, whole, whole);
  const [blocked] = await harness.submit({ ...whole, unblock_strategy: "manual" });
  await harness.event(running!.id, "placed");
  await harness.event(waiting!.id, "waiting");
  await harness.event(later!.id, "waiting");
  const found = await stats();
  expect(found.counts).toMatchObject({ running: 1, pending: 2, blocked: 1 });
  expect(found.waiting.pending.longest).toEqual({ work_request_id: waiting!.id, since: waiting!.created_at });
  expect(found.waiting.pending.groups).toEqual([{ code: "no_room", count: 2, first_id: waiting!.id }]);
  expect(found.waiting.blocked.longest).toEqual({ work_request_id: blocked!.id, since: blocked!.created_at });
  expect(found.workers).toEqual({ online: 1, draining: 0, offline: 0 });
  expect(found.held.memory).toMatchObject({ reserved: 16 * GIB, used: 0 });
  expect({ runs: found.runs, week: found.week }).toEqual({ runs: 1, week: null });
});

it("counts from the end of the run before what waits for a second one", async () => {
  const [request] = await harness.submit({ task_name: "build" });
  await harness.event(request!.id, "placed");
  const [assignment] = (await worker.sync()).assignments;
  await harness.client.call("drainWorker", { params: { worker_name: "w-1" } }); // so that it goes on waiting
  const limit = assignment!.allocation.memory.amount;
  await worker.sync([ended(assignment!, { outcome: { kind: "out_of_memory", limit } })]);
  await harness.event(request!.id, "retried");
  const { work_request } = await harness.client.call("getWorkRequest", { params: { id: request!.id } });
  const { waiting } = await stats();
  expect(waiting.pending.longest).toEqual({ work_request_id: request!.id, since: work_request.pending_at });
  expect(work_request.pending_at).not.toBe(request!.created_at);
});

it("counts what failed in 24 hours", async () => {
  const [request] = await harness.submit({ task_name: "build" });
  await harness.event(request!.id, "placed");
  const [assignment] = (await worker.sync()).assignments;
  await worker.sync([ended(assignment!, { outcome: { kind: "exited", code: 2 } })]);
  await harness.event(request!.id, "completed");
  expect((await stats()).failed).toMatchObject({ failure: 1, error: 0, regression: 0 });
});
