import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import { ENGINES, useDatabases } from "../store/engines.ts";
import { writeConfig, type ConfigFile } from "../task/config/config-file.ts";
import { ended, startHarness, type Harness, type PlayedWorker } from "./harness.ts";

const CONFIG = `
const work = (subject, more = {}) => ({ task_name: "work", subject, task_data: { command: ["true"] }, ...more });
export default defineConfig({
  tasks: [defineTask({ name: "strict", data: z.strictObject({}), fail_on: "any", command: () => ["true"] })],
  workflows: [
    defineWorkflow({
      name: "counting",
      data: z.strictObject({}),
      plan: (_, workflow) => {
        workflow.ensure("own", work("own", { fail_on: "any" }));
        workflow.ensure("task", { task_name: "strict", task_data: {} });
        workflow.ensure("none", work("none"));
      },
    }),
    defineWorkflow({
      name: "diamond",
      data: z.strictObject({ n: z.int().default(2), fail_on: z.enum(["any", "regression", "never"]).optional() }),
      dynamicData: (data) => ({
        subject: "d" + data.n,
        parameter_summary: data.n + " wide",
        ...(data.n === 0 && { skip: "nothing is wide" }),
      }),
      plan: (data, workflow) => {
        const first = workflow.ensure("first", work("first", { priority: 3 }));
        for (let i = 1; i <= data.n; i += 1) {
          workflow.ensure("side " + i, work("side", { depends_on: [first], group: "sides", requirements: { memory: "64M" }, fail_on: "any" }));
        }
        workflow.ensure("last", { task_type: "internal", task_name: "synchronise", depends_on: workflow.group("sides") });
      },
    }),
    defineWorkflow({
      name: "looking",
      data: z.strictObject({}),
      plan: (_, workflow) => {
        const names = ["a", "b"].map((name) => workflow.ensure(name, work(name, { fail_on: "any" })));
        workflow.callback("look", {
          after: names,
          run: (results) => {
            const failed = results.filter((one) => one.is_failed).map((one) => one.name);
            workflow.ensure("report", work("report", { task_data: { command: ["report", ...failed] } }));
            workflow.callback("again", { after: ["report"], run: ([report]) => {
              workflow.ensure("final", work("final", { task_data: { command: ["final", String(report.result)] } }));
            } });
          },
        });
      },
    }),
    defineWorkflow({
      name: "bad",
      data: z.strictObject({ how: z.string() }),
      plan: async ({ how }, workflow) => {
        if (how === "throw") throw new Error("no such list");
        if (how === "data") throw new TaskDataError("is not a list", ["how"]);
        if (how === "pass") throw new TransientError("the mirror is down");
        if (how === "task") workflow.ensure("x", { task_type: "wait", task_name: "delay", task_data: { for: -1 } });
        if (how === "name") workflow.ensure("x", work("x", { depends_on: ["nobody"] }));
        if (how === "field") workflow.ensure("x", work("x", { memory: "2G" }));
        if (how === "circle") { workflow.ensure("x", work("x", { depends_on: ["y"] })); workflow.ensure("y", work("y", { depends_on: ["x"] })); }
        if (how === "twice") { workflow.ensure("x", work("x")); workflow.ensure("x", work("y")); }
        if (how === "deep") workflow.ensure("x", { task_type: "workflow", task_name: "bad", task_data: { how } });
        if (how === "callback") { workflow.callback("look", { after: [], run: () => { throw new Error("in the callback"); } }); }
      },
    }),
    defineWorkflow({
      name: "knowing",
      data: z.strictObject({}),
      plan: async (_, workflow) => {
        const estimate = await workflow.estimate({ task_name: "work", subject: "first" });
        const [last] = await workflow.history({ task_name: "work", subject: "broken", limit: 1 });
        workflow.ensure("x", work("x", {
          requirements: { memory: 2 * (estimate.memory?.p95 ?? 0) },
          allow_failure: last?.result === "failure",
        }));
      },
    }),
    defineWorkflow({
      name: "outer",
      data: z.strictObject({}),
      plan: (_, workflow) => {
        const inner = workflow.ensure("inner", { task_type: "workflow", task_name: "diamond", task_data: { n: 1 } });
        workflow.ensure("after", { task_type: "internal", task_name: "synchronise", depends_on: [inner] });
      },
    }),
    defineWorkflow({
      name: "files",
      data: z.strictObject({}),
      plan: (_, workflow) => {
        workflow.ensure("make", work("make"));
        workflow.ensure("use", work("use", { inputs: [{ from: "make", match: "*.txt", optional: true }] }));
        workflow.callback("look", {
          after: ["make"],
          run: () => void workflow.ensure("late", work("late", { inputs: [{ from: "make", optional: true }] })),
        });
      },
    }),
    defineWorkflow({
      name: "wide",
      data: z.strictObject({ n: z.int() }),
      plan: ({ n }, workflow) => {
        const last = [];
        for (let i = 0; i < n; i += 1) last.push(workflow.ensure("w" + i, { ...work("w" + (i % 50)), depends_on: i >= 100 ? ["w" + (i - 100)] : [] }));
        workflow.callback("look", { after: last.slice(-100), run: () => {} });
      },
    }),
  ],
});`;

describe.each(ENGINES)("kept in $name", (engine) => {
  const databases = useDatabases(engine);
  let config: ConfigFile;
  let harness: Harness;
  let worker: PlayedWorker;
  beforeAll(async () => {
    if (engine.isMissing) return; // each test is skipped then
    config = writeConfig(CONFIG);
    harness = await startHarness({ config: config.file, database: await databases.fresh(), random: () => 0 });
    worker = await harness.join("w");
  });
  afterAll(async () => {
    if (engine.isMissing) return;
    await harness.close();
    config[Symbol.dispose]();
  });

  const start = async (task_name: string, task_data: Record<string, unknown> = {}, more = {}) => {
    const [request] = await harness.submit({ task_type: "workflow", task_name, task_data, ...more });
    return request!.id;
  };
  const nodes = async (id: WorkRequestId) => (await harness.client.call("listWorkflowNodes", { params: { id } })).nodes;
  const node = async (id: WorkRequestId, name: string) => (await nodes(id)).find((one) => one.name === name)!;
  const state = (id: WorkRequestId) => harness.client.call("getWorkflow", { params: { id } });

  /** Plays the worker until the requests have ended; those of the subjects given fail. */
  async function work(id: WorkRequestId, ...failing: string[]): Promise<void> {
    // ends: with the workflow
    for (;;) {
      const { status } = await harness.request(id);
      if (status === "completed" || status === "aborted") return;
      const { assignments } = await worker.sync([], { wait_ms: 200 });
      for (const assignment of assignments) {
        const request = await harness.request(Number(assignment.run_id.split(".")[0]) as WorkRequestId);
        const outcome = { kind: "exited" as const, code: failing.includes(request.subject) ? 1 : 0 };
        await worker.sync([ended(assignment, { outcome, runtime_statistics: { duration: 4, memory: 1_000_000 } })]);
      }
    }
  }

  describe("a workflow", () => {
    it("asks for its requests, is running while they are not over, and succeeds when they have", async () => {
      const id = await start("diamond", {}, { priority: 10 });
      await harness.event(id, "started");
      const planned = await nodes(id);
      expect(planned.map(({ name, group, dependencies }) => [name, group, dependencies.length])).toEqual([
        ["first", null, 0],
        ["side 1", "sides", 1],
        ["side 2", "sides", 1],
        ["last", null, 2],
      ]);
      expect(await harness.request(planned[0]!.id)).toMatchObject({
        workflow_id: id,
        name: "first",
        priority_base: 13,
      });
      expect(await harness.request(id)).toMatchObject({
        status: "running",
        subject: "d2",
        parameter_summary: "2 wide",
      });
      await work(id);
      expect(await harness.request(id)).toMatchObject({
        status: "completed",
        result: "success",
        verdict: { kind: "passed", because: "all 4 requests ended well" },
      });
      expect(await state(id)).toMatchObject({ total: 4, failed: 0, counts: { completed: 4 } });
      const side = await harness.request(planned[1]!.id);
      expect(side.allocation?.memory).toMatchObject({ amount: 64 * 2 ** 20, source: "workflow" });
    });

    it("is skipped where it says that there is nothing to do, and asks for nothing", async () => {
      const id = await start("diamond", { n: 0 });
      await harness.event(id, "completed");
      expect(await harness.request(id)).toMatchObject({
        result: "skipped",
        subject: "d0",
        parameter_summary: "0 wide",
        output_data: { skip_reason: "nothing is wide" },
      });
      expect(await nodes(id)).toEqual([]);
    });

    it("fails when a failure counts, and goes on with what failed only when it is made again", async () => {
      const id = await start("diamond");
      const [dependent] = await harness.submit({ task_name: "dependent", depends_on: [id] });
      await work(id, "side");
      expect(await harness.request(id)).toMatchObject({ result: "failure", verdict: { fatal: true } });
      expect((await harness.request(id)).verdict?.because).toMatch(
        /^2 of 4 requests did not end well: side 1 \(#\d+, [a-z ]+\), side 2 .*, and 1 that depended on them were not run$/,
      );
      expect(await harness.request(dependent!.id)).toMatchObject({ status: "aborted" });
      const { work_requests } = await harness.client.call("retryWorkRequest", { params: { id } });
      expect(work_requests.map(({ name, status }) => [name, status])).toEqual([
        ["side 1", "pending"],
        ["side 2", "pending"],
        ["last", "blocked"],
        ["", "blocked"],
      ]);
      expect(await harness.request(id)).toMatchObject({ status: "running", result: null, verdict: null });
      await work(id);
      expect(await harness.request(id)).toMatchObject({ result: "success" });
      expect((await nodes(id)).map(({ dependencies }) => dependencies.length)).toEqual([0, 1, 1, 2]);
      await expect(harness.client.call("retryWorkRequest", { params: { id } })).rejects.toMatchObject({
        code: "nothing-failed",
      });
    });

    it("gives its requests the files of each other, also of those that were there before", async () => {
      const id = await start("files");
      await work(id);
      expect(await harness.request(id)).toMatchObject({ result: "success" });
      const from = (await node(id, "make")).id;
      const use = await harness.request((await node(id, "use")).id);
      expect(use).toMatchObject({ dependencies: [from], inputs: [{ from, match: ["*.txt"] }] });
      expect(await harness.request((await node(id, "late")).id)).toMatchObject({ inputs: [{ from, match: ["*"] }] });
    });

    it("looks at results so far in callbacks, and is asked again when they were made again", async () => {
      const id = await start("looking");
      await work(id, "b");
      expect((await nodes(id)).map(({ name }) => name)).toEqual(["a", "b", "look", "report", "again", "final"]);
      const report = await node(id, "report");
      expect(await harness.request(report.id)).toMatchObject({ task_data: { command: ["report", "b"] } });
      expect(await harness.request(id)).toMatchObject({ result: "failure" });

      await harness.client.call("retryWorkRequest", { params: { id } });
      await work(id);
      const second = await node(id, "report");
      expect(second.id).not.toBe(report.id);
      expect(await harness.request(second.id)).toMatchObject({ task_data: { command: ["report"] } });
      expect((await nodes(id)).map(({ name }) => name).sort()).toEqual(["a", "again", "b", "final", "look", "report"]);
      expect(await harness.request(id)).toMatchObject({ result: "success" });
    });

    it("goes on after a restart, without a request twice", async () => {
      const id = await start("looking");
      await harness.event(id, "started");
      await harness.restart();
      await work(id);
      expect(await nodes(id)).toHaveLength(6);
    });

    it("is aborted with all that is left of it, also what runs", async () => {
      const id = await start("diamond");
      await harness.event((await firstOf(id)).id, "allocated");
      const { assignments } = await worker.sync([], { wait_ms: 10_000 });
      await harness.client.call("abortWorkRequest", { params: { id }, body: { reason: "wrong branch" } });
      await harness.event((await firstOf(id)).id, "abort_requested");
      await harness.event((await node(id, "last")).id, "aborted");
      expect(await harness.request(id)).toMatchObject({ status: "running" });
      await worker.sync([ended(assignments[0]!, { outcome: { kind: "aborted", by: "local" } })]);
      await harness.event(id, "aborted");
      expect(await harness.request(id)).toMatchObject({ status: "aborted", aborted: { reason: "wrong branch" } });
    });

    it("hands a change of priority down to what is left of it", async () => {
      const id = await start("diamond");
      const first = await firstOf(id);
      await harness.client.call("changeWorkRequest", { params: { id }, body: { priority_adjustment: 7 } });
      expect(await harness.request(first.id)).toMatchObject({ priority_adjustment: 7 });
      await work(id);
    });

    it.each([
      [undefined, ["any", "any", null]],
      ["regression", ["any", "any", "regression"]],
      ["any", ["any", "any", "any"]],
      ["never", ["any", "never", "never"]],
    ])(
      "with fail_on %s says which failures count where neither a request nor, of the usual, its task does",
      async (fail_on, all) => {
        const id = await start("counting", {}, { ...(fail_on !== undefined && { fail_on }) });
        await harness.event(id, "started");
        const parts = await Promise.all(
          ["own", "task", "none"].map(async (name) => harness.request((await node(id, name)).id)),
        );
        expect(parts.map((part) => part.fail_on)).toEqual(all);
        await harness.client.call("abortWorkRequest", { params: { id }, body: { reason: "looked at" } });
        await work(id); // some of it may run
      },
    );

    it("can be in another", async () => {
      const id = await start("outer");
      await work(id);
      expect(await harness.request(id)).toMatchObject({ result: "success" });
      const inner = await node(id, "inner");
      expect(inner).toMatchObject({ task_type: "workflow", status: "completed" });
      expect(await nodes(inner.id)).toHaveLength(3);
    });

    it("reads estimates and history for what it asks for", async () => {
      const [broken] = await harness.submit({ task_name: "work", subject: "broken", fail_on: "never" });
      await work(broken!.id, "broken");
      const id = await start("knowing");
      await harness.event(id, "started");
      const { requirements, allow_failure } = await harness.request((await node(id, "x")).id);
      expect(allow_failure).toBe(true);
      expect(requirements.memory).toBeGreaterThan(0);
      await work(id);
    });

    async function firstOf(id: WorkRequestId) {
      await harness.event(id, "started");
      return node(id, "first");
    }
  });

  describe("a workflow whose plan is wrong", () => {
    it.each([
      ["throw", "plan-failed", "The workflow bad could not be planned: no such list (almanac.config.ts:"],
      [
        "data",
        "plan-failed",
        "The workflow bad could not be planned: is not a list (task_data.how, almanac.config.ts:",
      ],
      ["task", "invalid-task-data", 'ensure("x").task_data.for: found -1, expected seconds as a positive number'],
      ["name", "unknown-dependency", 'ensure("x").depends_on[0]: "nobody" is neither a name'],
      ["field", "unknown-field", 'ensure("x").memory is not known here'],
      ["circle", "dependency-cycle", 'ensure("x").depends_on: the dependencies go round in a circle: x → y → x'],
      ["twice", "plan-failed", 'the plan asks for two different requests called "x"'],
    ])("ends as an error that says so: %s", async (how, code, message) => {
      const id = await start("bad", { how });
      await harness.event(id, "completed");
      const request = await harness.request(id);
      expect(request).toMatchObject({ result: "error", output_data: { errors: [{ code }] } });
      expect(request.output_data?.errors?.[0]?.message).toContain(message);
      expect(await nodes(id)).toEqual([]);
    });

    it("is planned again when what it threw may pass", async () => {
      const id = await start("bad", { how: "pass" });
      const retried = await harness.event(id, "retried");
      expect(retried.data).toMatchObject({ budget: "infrastructure" });
      await harness.client.call("abortWorkRequest", { params: { id }, body: {} });
      expect(await harness.request(id)).toMatchObject({ status: "aborted" });
    });

    it("ends as an error when a callback throws", async () => {
      const id = await start("bad", { how: "callback" });
      await harness.event(id, "completed");
      expect(await harness.request(id)).toMatchObject({ result: "error" });
      const look = await harness.request((await node(id, "look")).id);
      expect(look.output_data?.errors?.[0]?.message).toContain("in the callback");
    });

    it("cannot ask for itself for ever", async () => {
      const id = await start("bad", { how: "deep" });
      await harness.event(id, "completed");
      expect(await harness.request(id)).toMatchObject({ result: "error" });
    });
  });

  describe("a plan", () => {
    it("can be looked at before anything is submitted", async () => {
      const plan = await harness.client.call("planWorkflow", { body: { task_name: "diamond", task_data: { n: 3 } } });
      expect(plan.nodes.map(({ name }) => name)).toEqual(["first", "side 1", "side 2", "side 3", "last"]);
      expect(plan.critical_path.map(({ name }) => name)).toEqual(["first", "side 1", "last"]);
      const wrong = await harness.client.call("planWorkflow", {
        body: { task_name: "bad", task_data: { how: "name" } },
      });
      expect(wrong.errors).toMatchObject([{ code: "unknown-dependency" }]);
    });

    it("may have 10,000 requests", async () => {
      const id = await start("wide", { n: 10_000 });
      await harness.event(id, "started");
      expect((await state(id)).total).toBe(10_001);
      expect(await nodes(id)).toHaveLength(10_001);
    }, 120_000);
  });
});
