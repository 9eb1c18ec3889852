import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeConfig, type ConfigFile } from "../task/config/config-file.ts";
import { startHarness, type Harness } from "./harness.ts";

const CONFIG = `
let calls = 0;
export default defineConfig({
  tasks: [
    defineTask({
      name: "own",
      version: 3,
      data: z.strictObject({ package: z.string(), fail: z.enum(["data", "passing", "once", "hang"]).optional(), built: z.string().optional() }),
      retries: { infrastructure: 1 },
      requirements: { memory: "64M", max: { duration: "1h" }, tags: ["kvm"] },
      dynamicData: async (data) => {
        if (data.built !== undefined) return { subject: data.package, skip: data.built };
        if (data.fail === "data") throw new TaskDataError("no such package", ["package"]);
        if (data.fail === "passing") throw new TransientError("the mirror is down");
        if (data.fail === "once" && calls++ === 0) throw new TransientError("the mirror is down");
        if (data.fail === "hang") await new Promise(() => {});
        return { subject: data.package, context: "sid", input_size: 7, requirements: { cpu_count: 2 } };
      },
      command: () => ["true"],
    }),
  ],
});`;

let config: ConfigFile;
let harness: Harness;
beforeAll(async () => {
  config = writeConfig(CONFIG);
  harness = await startHarness({
    config: config.file,
    random: () => 0,
  });
});
afterAll(async () => {
  await harness.close();
  config[Symbol.dispose]();
});

const own = (task_data: Record<string, unknown>) => harness.submit({ task_name: "own", task_data });

describe("a request of a configured task", () => {
  it("is refused when the task's schema refuses its data", async () => {
    await expect(own({ package: 3 })).rejects.toThrow("work_requests[0].task_data.package: found 3, expected string.");
  });

  it("gets its key and its needs from the task, and goes only to workers that have the task", async () => {
    const [request] = await own({ package: "hello" });
    await harness.event(request!.id, "allocated");
    expect(await harness.request(request!.id)).toMatchObject({
      subject: "hello",
      context: "sid",
      input_size: 7,
      allocation: {
        memory: { amount: 64 * 2 ** 20, source: "task" },
        cpu_count: { amount: 2, source: "task" },
        duration: { max: 3600 },
        tags: ["kvm", "task:own=3"],
      },
    });
    const without = await harness.join("without", { tags: ["kvm", "task:own=2"] });
    const having = await harness.join("having", { tags: ["kvm", "task:own=3"] });
    await without.sync();
    expect((await having.sync([], { wait_ms: 10_000 })).assignments).toMatchObject([{ task_name: "own" }]);
    expect((await without.sync()).assignments).toEqual([]);
  });

  it("ends as an error that says what the task's code threw, and where in the data", async () => {
    const [request] = await own({ package: "hello", fail: "data" });
    await harness.event(request!.id, "completed");
    expect(await harness.request(request!.id)).toMatchObject({
      status: "completed",
      result: "error",
      run_count: 0,
      output_data: {
        runtime_statistics: {},
        errors: [
          {
            code: "dynamic-data-failed",
            path: "task_data.package",
            message:
              "The task own could not work out its dynamic data: no such package (task_data.package, almanac.config.ts:14)",
          },
        ],
      },
    });
  });

  it("is tried again when what its task threw may pass, and ends as an error when that was for nothing", async () => {
    const [once, always] = await harness.submit(
      { task_name: "own", task_data: { package: "hello", fail: "once" } },
      { task_name: "own", task_data: { package: "hello", fail: "passing" } },
    );
    const retried = await harness.event(once!.id, "retried");
    expect(retried.data).toMatchObject({ budget: "infrastructure", before: "dynamic_data", delay_seconds: 0.5 });
    await harness.event(once!.id, "allocated");
    await harness.event(always!.id, "completed");
    expect(await harness.request(always!.id)).toMatchObject({
      result: "error",
      output_data: { errors: [{ code: "dynamic-data-unavailable" }] },
    });
  });

  it("is skipped, without a run, where its task says why it needs none, and what depends on it goes on", async () => {
    const [built, after] = await harness.submit(
      { task_name: "own", name: "built", task_data: { package: "hello", built: "hello 2.12 is in the archive" } },
      { task_name: "other", depends_on: ["built"] },
    );
    await harness.event(built!.id, "completed");
    const reason = "hello 2.12 is in the archive";
    expect(await harness.request(built!.id)).toMatchObject({
      status: "completed",
      result: "skipped",
      subject: "hello",
      run_count: 0,
      output_data: { skip_reason: reason },
      verdict: { kind: "passed", fatal: false, because: `it needed no run: ${reason}` },
    });
    await harness.event(after!.id, "unblocked");
  });

  it("ends as an error where the reason to skip it is empty", async () => {
    const [request] = await own({ package: "hello", built: "" });
    await harness.event(request!.id, "completed");
    const { output_data } = await harness.request(request!.id);
    expect(output_data?.errors?.[0]?.message).toContain('skip: found "", expected why it needs no run');
  });

  it("does not hold up others while its task thinks", async () => {
    const [slow] = await own({ package: "hello", fail: "hang" });
    const [other] = await harness.submit({ task_name: "other" });
    await harness.event(other!.id, "allocated");
    expect(await harness.request(slow!.id)).toMatchObject({ status: "pending", allocation: null });
  });
});
