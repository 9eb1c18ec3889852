import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeConfig, type ConfigFile } from "../task/config/config-file.ts";
import { ended, GIB, startHarness, type Harness, type PlayedWorker } from "./harness.ts";

const CONFIG = `
export default defineConfig({
  workflows: [
    defineWorkflow({
      name: "chain",
      data: z.strictObject({}),
      plan: (_, workflow) => void workflow.ensure("long", { task_name: "a", task_data: { command: ["true"] }, unblock_strategy: "manual" }),
    }),
  ],
});`;

let config: ConfigFile;
let harness: Harness;
beforeEach(async () => {
  config = writeConfig(CONFIG);
  harness = await startHarness({ config: config.file, settings: { heartbeatMs: 50 } });
});
afterEach(async () => {
  await harness.close();
  config[Symbol.dispose]();
});

/** Has one request of the task run by this worker, and end after so long. */
async function runOn(worker: PlayedWorker, tag: string, task_name: string, seconds: number, cores = 1) {
  const [request] = await harness.submit({ task_name, requirements: { tags: [tag] } });
  await harness.event(request!.id, "placed");
  const [assignment] = (await worker.sync()).assignments;
  const figures = { duration: seconds, cpu_time: Math.round(seconds * cores), memory: GIB };
  const measurement = { method: "proc" as const, duration_ms: seconds * 1000, lower_bounds: [] };
  const cpu = { cpu_user_ms: seconds * cores * 1000, cpu_system_ms: 0 };
  await worker.sync([ended(assignment!, { measurement: { ...measurement, ...cpu }, runtime_statistics: figures })]);
  await harness.event(request!.id, "completed");
  return assignment!;
}

describe("machines", () => {
  it("are told apart by how long the same work takes on them, once enough has run", async () => {
    const fast = await harness.join("fast", { cpu_model: "new", tags: ["fast"] });
    const slow = await harness.join("slow", { cpu_model: "old", tags: ["slow"] });
    for (const task of ["a", "b", "c"]) {
      for (let run = 0; run < 4; run += 1) {
        await runOn(fast, "fast", task, 100);
        await runOn(slow, "slow", task, 200);
      }
    }
    await harness.restart(); // speeds are worked out at the start, and then every few minutes
    const of = async (worker_name: string) =>
      (await harness.client.call("getWorker", { params: { worker_name } })).slowness;
    expect(await of("fast")).toMatchObject({ runs: 12, keys: 3 });
    const ratio = (await of("slow"))!.factor / (await of("fast"))!.factor;
    expect(ratio).toBeGreaterThan(1.3);
    expect(ratio).toBeLessThanOrEqual(2);
    await Promise.all([fast.sync(), slow.sync()]);
    const [request] = await harness.submit({ task_name: "a" });
    const { worker_name } = await harness.event(request!.id, "placed");
    const { placement } = await harness.client.call("whyWorkRequest", { params: { id: request!.id } });
    expect(placement!.candidates.map(({ verdict }) => verdict)).toEqual(["chosen", "fits"]);
    const [own, other] = placement!.candidates.map(({ slowness }) => slowness!);
    const [assignment] = (await (worker_name === "fast" ? fast : slow).sync()).assignments;
    await (worker_name === "fast" ? fast : slow).sync([
      ended(assignment!, { runtime_statistics: { duration: 100, memory: GIB } }),
    ]);
    const { choice } = (await harness.client.call("accuracy", { query: { task_name: "a" } })).all;
    expect(choice).toMatchObject({ runs: 1, unlike: 1 });
    expect(choice!.predicted).toBeCloseTo(1 - own! / ((own! + other!) / 2));
    expect(choice!.realised).toBeCloseTo(1 - 100 / choice!.seconds);
    const [workflow] = await harness.submit({ task_type: "workflow", task_name: "chain", task_data: {} });
    await harness.event(workflow!.id, "started");
    const { faster } = await harness.client.call("getWorkflow", { params: { id: workflow!.id } });
    expect(faster).toMatchObject({ name: "long", worker_name: "fast", than: null });
    expect(faster!.seconds).toBeGreaterThan(10); // it is told
  });

  it("offer a task twice the cores that it used up, and no more than it can use", async () => {
    const worker = await harness.join("w-1", { tags: ["any"] });
    const first = await runOn(worker, "any", "threads", 10, 1);
    expect(first.allocation.cpu_count).toMatchObject({ amount: 1, source: "default" });
    const second = await runOn(worker, "any", "threads", 6, 1.95);
    expect(second.allocation.cpu_count).toMatchObject({ amount: 2, source: "history" });
    expect(second.allocation.cpu_count.evidence?.method).toBe("twice the cores that it used up");
    const third = await runOn(worker, "any", "threads", 5, 2.3);
    expect(third.allocation.cpu_count.amount).toBe(4);
    const fourth = await runOn(worker, "any", "threads", 5, 2.3);
    expect(fourth.allocation.cpu_count).toMatchObject({ amount: 3, evidence: { method: "the cores that it can use" } });
  });
});
