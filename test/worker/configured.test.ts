import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import { startWorker, type RunningWorker } from "../../src/worker/worker.ts";
import { startHarness, type Harness } from "../server/harness.ts";
import { writeConfig, type ConfigFile } from "../task/config/config-file.ts";

const configOf = (version: number) => `
export default defineConfig({
  tasks: [
    defineTask({
      name: "think",
      version: ${version},
      data: z.strictObject({ n: z.number(), at: z.coerce.date().optional() }),
      dynamicData: () => ({ requirements: { memory: "200M", duration: "1m" } }),
      outputs: ["*.txt"],
      retries: { flaky: 0 },
      run: async (data, run) => {
        const { writeFile } = await import("node:fs/promises");
        if (data.n < 0) throw new Error("a negative number");
        await writeFile("answer.txt", [data.n * 2, data.at instanceof Date, run.memory, run.task_name].join());
        setInterval(() => {}, 1000); // must not keep it from its end
      },
    }),
    defineTask({
      name: "order",
      data: z.strictObject({ fail: z.enum(["no", "passing", "yes", "wrong"]) }),
      retries: { infrastructure: 0 },
      command: (data, run) => {
        if (data.fail === "passing") throw new TransientError("not yet");
        if (data.fail === "yes") throw new TaskDataError("never", ["fail"]);
        if (data.fail === "wrong") return { command: [] };
        return ["sh", "-c", 'test "$ALMANAC_CPUS" = ' + run.cpu_count];
      },
    }),
    defineTask({ name: "elsewhere", data: z.object({}), command: () => ["true"], available: () => "there is no forge" }),
  ],
});`;

let config: ConfigFile;
let harness: Harness;
let worker: RunningWorker;
const told: unknown[] = [];
beforeAll(async () => {
  config = writeConfig(configOf(1));
  harness = await startHarness({ config: config.file });
  worker = await startWorker({
    home: harness.home,
    url: harness.server.url,
    name: "w",
    join: await harness.server.createJoinToken(),
    config: config.file,
    log: { info: () => undefined, warn: (details) => void told.push(details), error: () => undefined },
  });
});
afterAll(async () => {
  await worker.close();
  await harness.close();
  config[Symbol.dispose]();
  rmSync(harness.home, { recursive: true, force: true });
});

/** Submits and waits for the end. */
async function run(task_name: string, task_data: Record<string, unknown>) {
  const [request] = await harness.submit({ task_name, task_data });
  await harness.event(request!.id, "completed");
  return harness.client.call("getWorkRequest", { params: { id: request!.id } });
}

/** A file that the first run of a request left. */
async function output(id: WorkRequestId, path: string): Promise<string> {
  const answer = await fetch(`${harness.server.url}/api/v1/runs/${id}.1/output?path=${path}`, {
    headers: { authorization: `Bearer ${harness.server.adminToken}` },
  });
  return answer.text();
}

describe("a worker with a configuration", () => {
  it("runs functions in processes of their own, measures them and keeps what they leave", async () => {
    const { work_request, runs } = await run("think", { n: 21, at: "2026-01-01" });
    expect(work_request).toMatchObject({ result: "success" });
    expect(await output(work_request.id, "answer.txt")).toBe(`42,true,${200 * 2 ** 20},think`);
    expect(runs[0]?.runtime_statistics.memory).toBeGreaterThan(10 * 2 ** 20);
  });

  it("takes what a function throws for the work's own failure", async () => {
    const { work_request, runs } = await run("think", { n: -1 });
    expect([work_request.result, runs[0]?.outcome]).toEqual(["failure", { kind: "exited", code: 1 }]);
  });

  it("gives command() what the run was given, and takes what it throws for nobody's failure", async () => {
    expect((await run("order", { fail: "no" })).work_request.result).toBe("success");
    const errors = await Promise.all(
      ["passing", "yes", "wrong"].map(async (fail) => {
        const { work_request } = await run("order", { fail });
        return [
          work_request.result,
          work_request.output_data?.errors?.[0]?.code,
          work_request.output_data?.errors?.[0]?.message,
        ];
      }),
    );
    const could = "The task order could not be set up on w";
    expect(errors).toEqual([
      ["error", "configure-unavailable", `${could} for now: not yet (almanac.config.ts:24)`],
      ["error", "configure-failed", `${could}: never (task_data.fail, almanac.config.ts:25)`],
      ["error", "configure-failed", expect.stringContaining("command().command: found a list of 0")],
    ]);
  });

  it("takes only what it can run, says why not, and tells of a new version at once", async () => {
    expect(told).toContainEqual({ task_name: "elsewhere", reason: "there is no forge" });
    const tags = async () => (await harness.client.call("getWorker", { params: { worker_name: "w" } })).worker.tags;
    expect((await tags()).filter((tag) => tag.startsWith("task:"))).toEqual(["task:think=1", "task:order"]);
    config.write(configOf(2));
    await expect.poll(tags, { timeout: 10_000 }).toContain("task:think=2");
    expect((await run("think", { n: 1 })).work_request.result).toBe("success");
  });
});
