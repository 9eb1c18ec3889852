import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Assignment } from "../../src/contract/worker-protocol.ts";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import { ended, running, startHarness, type Harness, type PlayedWorker } from "./harness.ts";

/* What is silence of a worker, and what only looks like it. Clocks stand still but for what a test says. */

const LEASE_MS = 60_000;
const START_MS = Date.UTC(2026, 10, 22);

let harness: Harness;
let worker: PlayedWorker;
let wallMs: number;
let monotonicMs: number;

beforeEach(async () => {
  wallMs = START_MS;
  monotonicMs = 0;
  harness = await startHarness({
    settings: { leaseMs: LEASE_MS },
    clock: { nowMs: () => wallMs, monotonicMs: () => monotonicMs },
    random: () => -0.5,
  });
  worker = await harness.join("w-1");
});
afterEach(() => harness.close());

function pass(ms: number): void {
  wallMs += ms;
  monotonicMs += ms;
}

async function placed(): Promise<WorkRequestId> {
  const [request] = await harness.submit({ task_name: "build" });
  await harness.event(request!.id, "placed");
  return request!.id;
}

/** A run that its worker has told to be running. */
async function started(): Promise<{ id: WorkRequestId; assignment: Assignment }> {
  const id = await placed();
  const [assignment] = (await worker.sync()).assignments;
  await worker.sync([running(assignment!)]);
  return { id, assignment: assignment! };
}

/**
 * Waits until the loop has looked for silent workers since this was called: it does so before it prepares what is new,
 * and it may have been between the two.
 */
async function aRound(): Promise<void> {
  for (const _ of ["the one under way", "the next"]) {
    const [request] = await harness.submit({ task_name: "other", requirements: { tags: ["missing"] } });
    await harness.event(request!.id, "allocated");
  }
}

const kinds = async (id: WorkRequestId) =>
  (await harness.client.call("getWorkRequest", { params: { id } })).runs.map(({ outcome }) => outcome?.kind);

describe("a run's lease", () => {
  it("begins anew when the run is handed out, however long ago it was placed", async () => {
    const id = await placed();
    for (const _ of [1, 2]) {
      pass(25_000);
      await aRound();
    }
    const [assignment] = (await worker.sync()).assignments;
    pass(25_000);
    await aRound();
    expect(await kinds(id)).toEqual([undefined]);
    expect((await worker.sync([running(assignment!)])).lost).toEqual([]);
  });

  it("is over when its worker is silent for as long", async () => {
    const { id } = await started();
    pass(LEASE_MS / 2 - 1);
    await aRound();
    pass(LEASE_MS / 2 + 1);
    await aRound();
    expect(await kinds(id)).toContain("worker_lost");
  });

  it.each([3_600_000, -3_600_000])("is not over when the clock is set by %s ms", async (ms) => {
    const { id, assignment } = await started();
    await aRound();
    wallMs += ms;
    await aRound();
    expect(await kinds(id)).toEqual([undefined]);
    expect((await harness.client.call("listWorkers", {})).workers[0]?.state).toBe("online");
    pass(LEASE_MS / 2);
    await aRound();
    expect((await worker.sync([running(assignment)])).lost).toEqual([]);
  });

  it("is over in time although the clock was set back", async () => {
    const { id } = await started();
    await aRound();
    wallMs -= 3_600_000;
    await aRound();
    pass(LEASE_MS / 2);
    await aRound();
    pass(LEASE_MS / 2);
    await aRound();
    expect(await kinds(id)).toContain("worker_lost");
  });

  it("lasts longer when the server itself was held up", async () => {
    const { id, assignment } = await started();
    await aRound();
    pass(10 * LEASE_MS);
    await aRound();
    expect(await kinds(id)).toEqual([undefined]);
    expect((await worker.sync([ended(assignment, {})])).acknowledged).toEqual([assignment.run_id]);
  });
});

describe("a call of a worker that comes late", () => {
  it("is refused, and takes away no run that has started since", async () => {
    const id = await placed();
    const [assignment] = (await worker.sync([], { sequence: 7 })).assignments;
    await worker.sync([running(assignment!)], { sequence: 9 });
    const late = worker.sync([], { sequence: 8 });
    await expect(late).rejects.toMatchObject({ code: "call-out-of-order", details: { found: 8, newest: 9 } });
    const again = worker.sync([], { sequence: 9 });
    await expect(again).rejects.toMatchObject({ code: "call-out-of-order" });
    expect(await kinds(id)).toEqual([undefined]);
  });

  it("still hands in the ends that it tells of", async () => {
    const { id, assignment } = await started();
    await worker.sync([running(assignment)], { sequence: 20 });
    await worker.sync([ended(assignment, {})], { sequence: 19 }).catch(() => undefined); // refused, as above
    expect(await harness.request(id)).toMatchObject({ result: "success" });
  });

  it("is not late when the worker has joined anew", async () => {
    await worker.sync([], { sequence: 1_000 });
    pass(2 * LEASE_MS);
    const next = await harness.join("w-1");
    expect((await next.sync()).lost).toEqual([]);
  });
});

describe("what a worker is told of its lease", () => {
  it("is how long it lasts", async () => {
    expect((await worker.sync()).lease_ms).toBe(LEASE_MS);
  });

  it("is nothing where cut-off runs are to go on", async () => {
    await harness.close();
    harness = await startHarness({ settings: { leaseMs: LEASE_MS, cutOffRuns: "keep" } });
    expect((await (await harness.join("w-1")).sync()).lease_ms).toBeNull();
  });
});
