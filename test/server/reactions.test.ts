import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ImportedEntry } from "../../src/contract/history-entries.ts";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import { ENGINES, useDatabases } from "../store/engines.ts";
import { ended, startHarness, type Harness, type PlayedWorker } from "./harness.ts";
import { startReceiver } from "./react/receivers.ts";

const KEY = { task_name: "build", subject: "hello", context: "x" };
type Receiver = Awaited<ReturnType<typeof startReceiver>>;

describe.each(ENGINES)("reactions, kept in $name,", (engine) => {
  const databases = useDatabases(engine);
  let harness: Harness;
  let worker: PlayedWorker;
  let receiver: Receiver;
  let status: number;
  beforeEach(async () => {
    status = 204;
    receiver = await startReceiver(() => status);
    harness = await startHarness({
      database: await databases.fresh(),
      settings: {
        leaseMs: 60_000,
        heartbeatMs: 50,
        retryLimits: { infrastructure: 0, preemption: 0, resource: 0, flaky: 1 },
      },
      random: () => 0,
      reactions: { webhookHosts: ["127.0.0.1"] },
    });
    worker = await harness.join("w-1");
  });
  afterEach(async () => {
    await harness.close();
    await receiver.close();
  });

  const hook = (name: string) => receiver.url.replace("/hook", `/${name}`);
  const told = () => receiver.calls.map(({ path, body }) => [path, (JSON.parse(body) as { type: string }).type]);
  const deliveries = async (query: { work_request_id?: number } = {}) =>
    (await harness.client.call("listDeliveries", { query })).items;
  const explained = async (field: string) =>
    (await harness.client.call("explain", { query: KEY })).fields.find((one) => one.field === field);

  /** Ends the request's runs so: the last as long as there are more. */
  async function end(id: WorkRequestId, ...codes: number[]): Promise<void> {
    for (const [index, code] of codes.entries()) {
      await harness.event(id, "placed", index + 1);
      const [assignment] = (await worker.sync()).assignments;
      await worker.sync([ended(assignment!, { outcome: { kind: "exited", code } })]); // it was placed on the one worker
    }
    await harness.event(id, "completed");
  }

  async function passedBefore(count: number): Promise<void> {
    const entries: ImportedEntry[] = Array.from({ length: count }, (_, index) => ({
      ...KEY,
      task_type: "worker",
      completed_at: new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString(),
      result: "success",
      outcome: { kind: "exited", code: 0 },
      runtime_statistics: {},
      lower_bounds: [],
      trusted: true,
    }));
    await harness.client.call("importHistory", { body: { entries } });
  }

  it("tell of a success, a failure, a regression and its mending, each receiver once", async () => {
    await passedBefore(150);
    const reactions = {
      on_success: [hook("success")],
      on_failure: [hook("failure"), hook("both")],
      on_regression: [hook("both")],
      on_fixed: [hook("fixed")],
    };
    const [broken] = await harness.submit({ ...KEY, reactions });
    await end(broken!.id, 2, 2); // one was submitted
    await receiver.called(2);
    expect(told().sort()).toEqual([
      ["/both", "on_regression"],
      ["/failure", "on_failure"],
    ]);
    const [mended] = await harness.submit({ ...KEY, reactions });
    await end(mended!.id, 0);
    await receiver.called(4);
    expect(told().slice(2).sort()).toEqual([
      ["/fixed", "on_fixed"],
      ["/success", "on_success"],
    ]);
    const body = JSON.parse(receiver.calls[0]!.body) as { data: unknown };
    expect(body.data).toMatchObject({ work_request: { id: broken!.id, ...KEY, verdict: { kind: "regression" } } });
    await harness.event(mended!.id, "delivery", 2);
    const shown = new RegExp(String.raw`^http://127\.0\.0\.1:${receiver.port} \([\da-f]{4}\)$`);
    expect(await deliveries({ work_request_id: mended!.id })).toMatchObject([
      { state: "delivered", attempts: 1, target: expect.stringMatching(shown), error: null },
      { state: "delivered", attempts: 1, target: expect.stringMatching(shown) },
    ]);
    const targets = (await deliveries({})).map(({ target }) => target);
    // two that are told of a request are told apart, and one is known again
    expect(new Set(targets).size).toBe(new Set(receiver.calls.map(({ path }) => path)).size);
  });

  it("are tried again, show why they failed, and are given up when the receiver is gone", async () => {
    status = 500;
    const [request] = await harness.submit({ ...KEY, reactions: { on_success: [hook("flaky")] } });
    await end(request!.id, 0);
    await receiver.called(1);
    const waiting = await until(deliveries, ([one]) => one?.error !== null);
    expect(waiting).toMatchObject([
      {
        state: "waiting",
        attempts: 1,
        work_request_id: request!.id,
        error: { code: "delivery-failed", reason: "it answered with the status 500" },
      },
    ]);
    status = 410;
    const again = () => harness.client.call("sendAgain", { params: { id: waiting[0]!.id }, body: {} });
    await again();
    await harness.event(request!.id, "delivery");
    expect(await deliveries()).toMatchObject([{ state: "failed", next_attempt_at: null }]);
    status = 200;
    await again();
    await harness.event(request!.id, "delivery", 2);
    expect(await deliveries()).toMatchObject([{ state: "delivered", error: null }]);
  });

  it("survive a server that ends before they are sent", async () => {
    status = 503;
    const [request] = await harness.submit({ ...KEY, reactions: { on_success: [hook("late")] } });
    await end(request!.id, 0);
    await receiver.called(1);
    status = 204;
    await harness.restart();
    await receiver.called(2); // the pause before it is a few seconds
    await harness.event(request!.id, "delivery");
    expect(await deliveries()).toMatchObject([{ state: "delivered", attempts: 2 }]);
  });

  it("come from layers where nobody says otherwise, and an override from layers whoever does", async () => {
    const put = (field: "on_success" | "fail_on", value: string[] | string, mode: "default" | "override") =>
      harness.client.call("putLayer", { body: { field, value, mode } });
    await put("on_success", [hook("layer")], "default");
    expect(await explained("on_success")).toMatchObject({ value: [hook("layer")], source: "default" });
    const [plain] = await harness.submit(KEY);
    const [silent] = await harness.submit({ ...KEY, reactions: { on_success: [] } });
    await end(plain!.id, 0);
    await end(silent!.id, 0);
    await put("on_success", [hook("over")], "override");
    const [own] = await harness.submit({ ...KEY, reactions: { on_success: [hook("own")] } });
    await end(own!.id, 0);
    await receiver.called(2);
    expect(told().map(([path]) => path)).toEqual(["/layer", "/over"]);
  });

  it("and which failures count, too", async () => {
    expect(await explained("fail_on")).toMatchObject({ value: "regression", source: "settings" });
    const put = (value: string, mode: "default" | "override") =>
      harness.client.call("putLayer", { body: { field: "fail_on", value, mode } });
    await put("any", "default");
    expect(await explained("fail_on")).toMatchObject({ value: "any", source: "default" });
    const [first] = await harness.submit(KEY);
    await end(first!.id, 1);
    expect((await harness.request(first!.id)).verdict).toMatchObject({
      kind: "first_run",
      fatal: true,
      fail_on: "any",
    });
    const [lenient] = await harness.submit({ ...KEY, fail_on: "never" });
    await end(lenient!.id, 1);
    expect((await harness.request(lenient!.id)).verdict).toMatchObject({ fatal: false, fail_on: "never" });
    await put("any", "override");
    const [overridden] = await harness.submit({ ...KEY, fail_on: "never" });
    await end(overridden!.id, 1);
    expect((await harness.request(overridden!.id)).verdict).toMatchObject({ fatal: true, fail_on: "any" });
  });

  it("that this server does not carry out are refused at once", async () => {
    await expect(harness.submit({ ...KEY, reactions: { on_failure: ["command:/bin/true"] } })).rejects.toThrow(
      "work_requests[0].reactions.on_failure[0]: this server does not carry out command:/bin/true",
    );
    await expect(harness.submit({ ...KEY, reactions: { on_failure: ["mailto:a@b"] } })).rejects.toThrow(
      "no mail server",
    );
    const body = { field: "on_failure" as const, value: ["command:/bin/true"] };
    await expect(harness.client.call("putLayer", { body })).rejects.toThrow("commands are not allowed");
  });

  it("tell of drift, and of its end", async () => {
    await harness.client.call("putLayer", {
      body: { field: "on_drift", value: [hook("drift")] },
    });
    const entries = Array.from({ length: 60 }, (_, index) => ({
      ...KEY,
      task_type: "worker" as const,
      completed_at: new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString(),
      result: "success" as const,
      outcome: { kind: "exited" as const, code: 0 },
      runtime_statistics: { memory: ((index < 40 ? 100 : 150) + ((index * 7) % 5)) * 1024 ** 2 },
      lower_bounds: [],
      trusted: true,
    }));
    await harness.client.call("importHistory", { body: { entries } });
    const [request] = await harness.submit(KEY);
    await end(request!.id, 0);
    await receiver.called(1);
    expect(told()).toEqual([["/drift", "on_drift"]]);
    expect(JSON.parse(receiver.calls[0]!.body)).toMatchObject({ data: { finding: { kind: "memory", ...KEY } } });
  });
});

/** Reads again until it is so: the receiver has the call before the server knows its answer. */
async function until<Value>(read: () => Promise<Value>, isSo: (value: Value) => boolean): Promise<Value> {
  // ends: when it is so; the test's own limit ends it otherwise
  for (;;) {
    const value = await read();
    if (isSo(value)) return value;
  }
}
