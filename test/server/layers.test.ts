import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ended, startHarness, type Harness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const GIB = 2 ** 30;

/** What `explain` says of one field of the task `build`. */
async function explained(field: string, subject = "", context = "") {
  const query = { task_name: "build", subject, context };
  const { fields } = await harness.client.call("explain", { query });
  return fields.find((one) => one.field === field);
}

const set = async (body: Parameters<typeof harness.client.call<"putLayer">>[1]["body"]) =>
  (await harness.client.call("putLayer", { body })).layer;

describe("layers of configuration", () => {
  it("give what waits other amounts, and explain says where each comes from", async () => {
    expect(await explained("memory")).toMatchObject({ value: 2 * GIB, source: "default", layer: null });
    const [request] = await harness.submit({
      task_name: "build",
      subject: "hello",
      requirements: { cpu_count: 4 },
    });
    await harness.event(request!.id, "allocated");
    const all = await set({ field: "memory", value: "3G" });
    const lock = await set({ field: "max.cpu_count", value: 2, subject: "hello", mode: "lock", note: "small" });
    await harness.event(request!.id, "allocated", 2);
    await expect
      .poll(async () => (await harness.request(request!.id)).allocation)
      .toMatchObject({
        memory: { amount: 3 * GIB, source: "default" },
        cpu_count: { amount: 2, source: "request", note: "lowered to the maximum of the override" },
      });
    expect(await explained("memory")).toMatchObject({ because: "default for all", layer: all });
    expect(await explained("max.cpu_count", "hello")).toMatchObject({
      value: 2,
      source: "override",
      because: "lock for subject hello",
      layer: lock,
    });
    expect((await explained("max.cpu_count", "other"))?.source).toBe("none");
  });

  it("are one for each scope and field, are beaten by more particular ones, and can be removed", async () => {
    const first = await set({ field: "disk_space", value: "1G", task_name: "build" });
    const again = await set({ field: "disk_space", value: "5G", task_name: "build" });
    expect(again).toMatchObject({ id: first.id, value: 5 * GIB });
    const particular = await set({ field: "disk_space", value: "6G", subject: "big", context: "sid" });
    expect(await explained("disk_space", "big", "sid")).toMatchObject({ layer: particular, beaten: [again] });
    await harness.client.call("removeLayer", { params: { id: particular.id } });
    expect(await explained("disk_space", "big", "sid")).toMatchObject({ layer: again, beaten: [] });
    await expect(harness.client.call("removeLayer", { params: { id: particular.id } })).rejects.toMatchObject({
      code: "not-found",
    });
  });

  it("are refused for values that the field does not take", async () => {
    await expect(set({ field: "memory", value: "lots" })).rejects.toThrow("value: found");
    await expect(set({ field: "retries.resource", value: -1 })).rejects.toThrow("a whole number from 0 to 100");
  });

  it("are looked at before they are set: what they would have done to what has run", async () => {
    const worker = await harness.join("past", { tasks: { allow: ["past"], deny: [] } });
    const [request] = await harness.submit({ task_name: "past", subject: "a", requirements: { memory: 4 * GIB } });
    const { assignments } = await worker.sync([], { wait_ms: 10_000 });
    const statistics = { duration: 3600, memory: 3 * GIB };
    await worker.sync([ended(assignments[0]!, { runtime_statistics: statistics })]); // one was submitted
    const look = async (body: { task_name?: string; subject?: string; value: string }) =>
      (await harness.client.call("previewLayer", { body: { field: "memory", mode: "override", ...body } })).preview;
    const before = await harness.client.call("listLayers");
    for (const scope of [{ task_name: "past" }, { subject: "a" }]) {
      expect(await look({ ...scope, value: "2G" })).toMatchObject({
        requests: 1,
        decided: 1,
        given_less: 1,
        too_little: 1,
        reserved: 4 * GIB,
        would_reserve: 6 * GIB,
        examples: [request!.id],
      });
    }
    expect(await look({ task_name: "past", subject: "other", value: "2G" })).toMatchObject({ requests: 0 });
    await expect(look({ value: "lots" })).rejects.toThrow("value: found");
    expect(await harness.client.call("listLayers")).toEqual(before);
  });

  it("say how often a request is run again", async () => {
    await set({ field: "retries.resource", value: 0, task_name: "once" });
    const worker = await harness.join("once", { tasks: { allow: ["once"], deny: [] } });
    const [request] = await harness.submit({ task_name: "once" });
    const { assignments } = await worker.sync([], { wait_ms: 10_000 });
    await worker.sync([ended(assignments[0]!, { outcome: { kind: "out_of_memory", limit: 1 } })]);
    expect(await harness.request(request!.id)).toMatchObject({ status: "completed", result: "failure", run_count: 1 });
  });
});
