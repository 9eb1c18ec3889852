import { afterEach, describe, expect, it } from "vitest";
import { ENGINES, useDatabases } from "../store/engines.ts";
import { ended, running, startHarness, type Harness } from "./harness.ts";

describe.each(ENGINES)("a lease, kept in $name,", (engine) => {
  const databases = useDatabases(engine);
  let harness: Harness;
  afterEach(() => harness.close());

  /** Short leases, no waiting between retries. */
  async function start(leaseMs: number): Promise<void> {
    const database = await databases.fresh();
    harness = await startHarness({ database, settings: { leaseMs, heartbeatMs: 50 }, random: () => -0.5 });
  }

  it("that runs out gives the run up as lost, and the request runs again", async () => {
    await start(1500);
    const silent = await harness.join("silent");
    const [request] = await harness.submit({ task_name: "build" });
    await harness.event(request!.id, "placed");
    const [assignment] = (await silent.sync()).assignments;
    await silent.sync([running(assignment!, { runtime_statistics: { memory: 77 } })]);

    await harness.event(request!.id, "run_ended");
    const { runs } = await harness.client.call("getWorkRequest", { params: { id: request!.id } });
    expect(runs[0]).toMatchObject({ outcome: { kind: "worker_lost" }, runtime_statistics: { memory: 77 } });
    expect((await harness.request(request!.id)).status).toBe("pending");

    const other = await harness.join("other");
    await harness.event(request!.id, "placed", 2);
    const [second] = (await other.sync()).assignments;
    await other.sync([ended(second!, {})]);
    expect(await harness.request(request!.id)).toMatchObject({ result: "success", run_count: 2 });

    // the first worker comes back too late: a newer run has started
    expect(await silent.sync([ended(assignment!, {})])).toMatchObject({ acknowledged: [], lost: [assignment!.run_id] });
  });

  it("that ran out does not cost the result, when no newer run has started", async () => {
    await start(5000);
    const silent = await harness.join("silent");
    const [request] = await harness.submit({ task_name: "build" });
    await harness.event(request!.id, "placed");
    const [assignment] = (await silent.sync()).assignments;
    await silent.sync([running(assignment!)]);
    await harness.event(request!.id, "run_ended");

    const late = ended(assignment!, { runtime_statistics: { memory: 99 } });
    expect((await silent.sync([late], { wants_work: false })).acknowledged).toEqual([assignment!.run_id]);
    expect(await harness.request(request!.id)).toMatchObject({ status: "completed", result: "success", run_count: 1 });
  });

  it("of another run does not let a worker write", async () => {
    await start(60_000);
    const worker = await harness.join("w-1");
    const [request] = await harness.submit({ task_name: "build" });
    await harness.event(request!.id, "placed");
    const [assignment] = (await worker.sync()).assignments;
    const forged = ended({ ...assignment!, lease_token: "forged" }, {});
    expect(await worker.sync([forged])).toMatchObject({ acknowledged: [], lost: [assignment!.run_id] });
    const thief = await harness.join("w-2");
    expect(await thief.sync([ended(assignment!, {})])).toMatchObject({ acknowledged: [], lost: [assignment!.run_id] });
    expect((await harness.request(request!.id)).status).toBe("running");
  });

  it("is spent three times; then the request is an error that names its runs", async () => {
    await start(60_000);
    const worker = await harness.join("w-1");
    const [request] = await harness.submit({ task_name: "build" });
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      await harness.event(request!.id, "placed", attempt);
      const [assignment] = (await worker.sync()).assignments;
      await worker.sync([ended(assignment!, { outcome: { kind: "worker_lost" } })]);
    }
    expect(await harness.request(request!.id)).toMatchObject({
      status: "completed",
      result: "error",
      run_count: 4,
      output_data: { errors: [{ code: "worker-lost", message: "The worker was lost 4 times while it ran this." }] },
    });
  });

  it("lasts over a restart of the server", async () => {
    await start(60_000);
    const worker = await harness.join("w-1");
    const [request] = await harness.submit({ task_name: "build" });
    await harness.event(request!.id, "placed");
    const [assignment] = (await worker.sync()).assignments;
    await worker.sync([running(assignment!)]);
    await harness.restart();
    expect(await worker.sync([running(assignment!)])).toMatchObject({ lost: [], assignments: [] });
    expect((await worker.sync([ended(assignment!, {})])).acknowledged).toEqual([assignment!.run_id]);
    expect(await harness.request(request!.id)).toMatchObject({ result: "success", run_count: 1 });
  });

  it("is over at once for a started run that its worker does not know any more", async () => {
    await start(60_000);
    const worker = await harness.join("w-1");
    const [request] = await harness.submit({ task_name: "build" });
    await harness.event(request!.id, "placed");
    const [assignment] = (await worker.sync()).assignments;
    await worker.sync([running(assignment!)]);
    await worker.sync([]);
    expect((await harness.event(request!.id, "run_ended")).data).toEqual({ outcome: { kind: "worker_lost" } });
    expect((await harness.event(request!.id, "placed", 2)).run_id).toBe(`${request!.id}.2`);
  });
});
