import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeConfig, type ConfigFile } from "../task/config/config-file.ts";
import { startHarness, type Harness } from "./harness.ts";

const CONFIG = `
import { existsSync, writeFileSync } from "node:fs";
export default defineConfig({
  tasks: [
    defineTask({
      name: "note",
      type: "server",
      data: z.strictObject({ file: z.string().optional(), how: z.string().default("well") }),
      retries: { infrastructure: 1 },
      requirements: { duration: "1h" },
      dynamicData: (data) => ({ subject: data.how, ...(data.how === "loop" && { requirements: { duration: "1s" } }) }),
      run: async (data, run) => {
        if (data.how === "throw") throw new Error("no room for notes");
        if (data.how === "pass") throw new TransientError("the wiki is down");
        if (data.how === "loop") for (;;);
        if (data.how === "once" && existsSync(data.file)) return;
        if (data.file) writeFileSync(data.file, String(run.work_request_id));
        if (data.how === "hang" || data.how === "once") await new Promise(() => setInterval(() => {}, 1000));
      },
    }),
  ],
});`;

let config: ConfigFile;
let harness: Harness;
beforeAll(async () => {
  config = writeConfig(CONFIG);
  harness = await startHarness({ config: config.file, random: () => 0 });
});
afterAll(async () => {
  await harness.close();
  config[Symbol.dispose]();
});

const note = async (task_data: Record<string, unknown>) => {
  const [request] = await harness.submit({ task_type: "server", task_name: "note", task_data });
  return request!.id;
};

describe("a task of the server", () => {
  it("runs in the server, without a worker, and is remembered", async () => {
    const id = await note({});
    await harness.event(id, "completed");
    expect(await harness.request(id)).toMatchObject({
      status: "completed",
      result: "success",
      worker_name: null,
      verdict: { kind: "passed" },
      output_data: { runtime_statistics: { duration: expect.any(Number) } },
    });
    const query = { task_type: "server", task_name: "note", subject: "well" } as const;
    const { items } = await harness.client.call("listHistory", { query });
    expect(items).toMatchObject([{ work_request_id: id, result: "success" }]);
  });

  it("fails by what it throws, with the place", async () => {
    const id = await note({ how: "throw" });
    await harness.event(id, "completed");
    const { result, output_data } = await harness.request(id);
    expect(result).toBe("failure");
    expect(output_data?.errors).toMatchObject([{ code: "server-task-failed" }]);
    expect(output_data?.errors?.[0]?.message).toContain("no room for notes (almanac.config.ts:");
  });

  it("is tried again when what it throws may pass, and is an error in the end", async () => {
    const id = await note({ how: "pass" });
    await harness.event(id, "retried");
    await harness.event(id, "completed");
    expect(await harness.request(id)).toMatchObject({
      result: "error",
      output_data: { errors: [{ code: "server-task-unavailable" }] },
    });
  });

  it("is ended at its time limit, also when its code loops", async () => {
    const id = await note({ how: "loop" });
    await harness.event(id, "completed");
    const { result, output_data } = await harness.request(id);
    expect([result, output_data?.errors?.[0]?.message]).toEqual([
      "failure",
      "The task note failed in the server: it took longer than 1.0s",
    ]);
  });

  it("is ended when it is aborted", async () => {
    const id = await note({ how: "hang" });
    await harness.event(id, "started");
    await harness.client.call("abortWorkRequest", { params: { id }, body: {} });
    expect(await harness.request(id)).toMatchObject({ status: "aborted" });
  });

  it("is begun again when its server has ended meanwhile", async () => {
    const id = await note({ how: "once", file: `${config.directory}/note` });
    await harness.event(id, "started");
    const { existsSync } = await import("node:fs");
    await expect.poll(() => existsSync(`${config.directory}/note`), { timeout: 10_000 }).toBe(true);
    await harness.restart();
    await harness.event(id, "completed");
    expect(await harness.request(id)).toMatchObject({ result: "success", run_count: 2 });
  });
});
