import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { AppError } from "../../../src/contract/errors.ts";
import { openConfig, type ConfigHost } from "../../../src/task/host/config-host.ts";
import type { TaskCall } from "../../../src/task/task-source.ts";
import { writeConfig, type ConfigFile } from "./config-file.ts";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

/** A configuration in use. `told`: what went wrong, as the log has it. */
async function host(body: string, limitMs = 30_000): Promise<{ host: ConfigHost; config: ConfigFile; told: string[] }> {
  const config = writeConfig(body);
  open.push(() => config[Symbol.dispose]());
  const told: string[] = [];
  const log = { info: () => undefined, error: (_: object, message: string) => void told.push(message) };
  const opened = await openConfig({ file: config.file, log, limitMs });
  open.push(() => opened.close());
  return { host: opened, config, told };
}

const call = (task_data: Record<string, unknown>, task_name = "own"): TaskCall => ({
  task_type: "worker",
  task_name,
  task_data,
});

const RUN = {
  run_id: "1.1",
  work_request_id: 1,
  task_name: "own",
  subject: "hello",
  context: "",
  memory: 1,
  disk_space: 1,
  cpu_count: 3,
  duration: 60,
};

/** A configuration of one task, whose `dynamicData` is the given body over `data`. */
const withDynamicData = (body: string) => `
export default defineConfig({
  tasks: [
    defineTask({
      name: "own",
      version: 3,
      data: z.strictObject({ n: z.int(), at: z.coerce.date().optional() }),
      requirements: { memory: "64M", max: { memory: "1G" }, tags: ["kvm"] },
      retries: { flaky: 0 },
      dynamicData: async (data) => { ${body} },
      command: (data, run) => ({ command: ["make", "-j" + run.cpu_count, String(data.n)], env: { A: run.subject } }),
    }),
  ],
});`;

describe("a configuration", () => {
  it("tells what its tasks are, checks data by their schemas and makes commands of them", async () => {
    const { host: config } = await host(withDynamicData(`return { subject: "s" + data.n };`));
    const requirements = { memory: 64 * 2 ** 20, max: { memory: 2 ** 30 }, tags: ["kvm"] };
    expect(config.tasks).toEqual([
      { task_type: "worker", task_name: "own", version: "3", requirements, retries: { flaky: 0 }, reactions: {} },
    ]);
    expect(await config.check(call({ n: 1 }))).toEqual({ ok: true, value: undefined });
    expect(await config.check(call({ n: "1", x: 1 }), ["work_requests", 3])).toMatchObject({
      fault: {
        kind: "invalid",
        errors: [
          { code: "invalid-task-data", path: "work_requests[3].task_data.n" },
          { code: "unknown-field", path: "work_requests[3].task_data.x" },
        ],
      },
    });
    expect(await config.dynamicData(call({ n: 1 }))).toEqual({
      ok: true,
      value: { subject: "s1", requirements: { ...requirements, min: {} } },
    });
    expect(await config.execution(call({ n: 7 }), RUN)).toMatchObject({
      value: { kind: "command", argv: ["make", "-j3", "7"], env: { A: "hello" }, outputs: [] },
    });
  });

  it.each([
    ["export default 3;", "its default export is 3, expected what defineConfig() gives"],
    [`throw new Error("of its own");`, "of its own (almanac.config.ts:2)"],
    [`export default defineConfig({ tasks: [3] });`, "tasks[0]: found 3, expected what defineTask() gives."],
    [
      `export default defineConfig({ tasks: [defineTask({ name: "a b", data: z.object({}), command: () => ["a"] })] });`,
      'tasks[0].name: found "a b", expected a name of 1 to 80 letters, digits or . _ + -.',
    ],
    [
      `export default defineConfig({ tasks: [defineTask({ name: "a", data: z.object({}) })] });`,
      "tasks[0]: found a, expected exactly one of command() and run().",
    ],
    [
      `const task = defineTask({ name: "a", data: z.object({}), command: () => ["a"] });
       export default defineConfig({ tasks: [task, task] });`,
      'two tasks are called "a"',
    ],
  ])("that is wrong is refused with the reason: %s", async (body, reason) => {
    const refused = await host(body).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AppError);
    expect(refused).toMatchObject({ code: "invalid-configuration", details: { reason } });
  });

  it("is loaded again when it, or a file that it imports, changes; one that is wrong is not used", async () => {
    const { host: config, config: file, told } = await host(withDynamicData("return {};"));
    const reloaded = () => new Promise<void>((resolve) => config.onReload(resolve));
    const once = reloaded();
    writeFileSync(join(file.directory, "more.ts"), `export const subject: string = "from another file";`);
    file.write(`import { subject } from "./more.ts";${withDynamicData("return { subject };")}`);
    await once;
    expect(await config.dynamicData(call({ n: 1 }))).toMatchObject({ value: { subject: "from another file" } });

    const twice = reloaded();
    writeFileSync(join(file.directory, "more.ts"), `export const subject: string = "changed";`);
    await twice;
    expect(await config.dynamicData(call({ n: 1 }))).toMatchObject({ value: { subject: "changed" } });

    const thrice = reloaded();
    file.write("export default {");
    await expect.poll(() => told).toEqual(["the changed configuration is not used, it cannot be loaded"]);
    expect(await config.dynamicData(call({ n: 1 }))).toMatchObject({ value: { subject: "changed" } });
    file.write(withDynamicData(`return { subject: "mended" };`));
    await thrice;
    expect(await config.dynamicData(call({ n: 1 }))).toMatchObject({ value: { subject: "mended" } });
  });

  it("says which of its tasks this machine can run, and why not", async () => {
    const task = (name: string, available: string) =>
      `defineTask({ name: "${name}", data: z.object({}), command: () => ["a"], ${available} })`;
    const { host: config } = await host(`export default defineConfig({ tasks: [
      ${task("always", "")}, ${task("no", "available: () => false")},
      ${task("without", `available: async () => "there is no sbuild"`)},
      ${task("broken", `available: () => { throw new Error("oh"); }`)}] });`);
    const answers = await Promise.all(config.tasks.map(({ task_name }) => config.available(task_name)));
    expect(answers).toEqual([true, false, "there is no sbuild", "oh"]);
  });
});

describe("what a task's code throws", () => {
  it.each([
    [`throw new Error("no");`, { kind: "failed", reason: "no", at: "almanac.config.ts:11" }],
    [`throw "text";`, { kind: "failed", reason: "text" }],
    [`throw new TaskDataError("no such suite", ["n"]);`, { kind: "failed", path: "task_data.n" }],
    [`throw new TransientError("the mirror is down");`, { kind: "unavailable", reason: "the mirror is down" }],
    [
      `throw new Error("fetch failed", { cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }) });`,
      { kind: "unavailable", reason: "fetch failed" },
    ],
    [`z.object({ n: z.string() }).parse(data);`, { kind: "invalid", errors: [{ path: "task_data.n" }] }],
    [`return { subject: "x".repeat(501) };`, { kind: "failed" }],
    [`return { memory: 3 };`, { kind: "failed", reason: "dynamicData().memory is not known here." }],
    [`return { requirements: { memory: "lots" } };`, { kind: "failed" }],
  ])("is an answer: %s", async (body, fault) => {
    const { host: config } = await host(withDynamicData(body));
    expect(await config.dynamicData(call({ n: 1 }))).toMatchObject({ ok: false, fault });
  });

  it("is answered when it hangs, with or without keeping the thread, and the others are answered as well", async () => {
    const body = `if (data.n === 1) for (;;); if (data.n === 2) await new Promise(() => {}); return { subject: "s" };`;
    const { host: config } = await host(withDynamicData(body), 300);
    const answers = await Promise.all([0, 1, 2, 3].map((n) => config.dynamicData(call({ n }))));
    const overdue = { ok: false, fault: { kind: "failed", reason: "it took longer than 0.3 s" } };
    const well = { ok: true, value: { subject: "s" } };
    expect(answers).toMatchObject([well, overdue, overdue, well]);
  });

  it("is answered when it ends the thread, and the others are answered as well", async () => {
    const body = `if (data.n === 1) process.exit(3); await null; return { subject: "s" };`;
    const { host: config } = await host(withDynamicData(body));
    const answers = await Promise.all([0, 1].map((n) => config.dynamicData(call({ n }))));
    expect(answers).toMatchObject([
      { ok: true },
      { ok: false, fault: { kind: "failed", reason: "its code ended the thread (code 3)" } },
    ]);
  });
});
