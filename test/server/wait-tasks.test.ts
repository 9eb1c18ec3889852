import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Clock } from "../../src/domain/clock.ts";
import { startHarness, type Harness } from "./harness.ts";

let aheadMs = 0;
/** The real clock, that a test may set forward. */
const clock: Clock = { nowMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() };

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ clock });
});
afterAll(() => harness.close());

const wait = async (task_name: string, task_data: Record<string, unknown>, ...after: string[]) => {
  const [request, dependent] = await harness.submit(
    { task_type: "wait", task_name, name: "first", task_data },
    ...after.map((name) => ({ task_type: "internal" as const, task_name: name, task_data: {}, depends_on: ["first"] })),
  );
  return { id: request!.id, dependent: dependent?.id };
};

describe("the task delay", () => {
  it("succeeds when its time has come, also after a restart, and lets its dependents go", async () => {
    const { id, dependent } = await wait("delay", { for: "1h" }, "synchronise");
    const told = await harness.event(id, "waiting");
    expect(told.data).toMatchObject({ code: "delay" });
    expect(await harness.request(id)).toMatchObject({ status: "pending", parameter_summary: "3600 s" });
    await harness.restart();
    aheadMs += 3_601_000;
    await harness.event(dependent!, "completed");
    expect(await harness.request(id)).toMatchObject({ status: "completed", result: "success", run_count: 0 });
  });

  it("succeeds at once when its time is past, and says one of two things about its time", async () => {
    const { id } = await wait("delay", { until: "2020-01-01T00:00:00Z" });
    await harness.event(id, "completed");
    await expect(wait("delay", { for: 3, until: "2020-01-01T00:00:00Z" })).rejects.toThrow(
      "exactly one of `for` and `until`",
    );
  });

  it("can be aborted", async () => {
    const { id } = await wait("delay", { for: "1h" });
    await harness.client.call("abortWorkRequest", { params: { id }, body: {} });
    expect(await harness.request(id)).toMatchObject({ status: "aborted" });
  });
});

describe("the task confirm", () => {
  const answer = (id: number, accepted: boolean, reason?: string) =>
    harness.client.call("confirmWorkRequest", {
      params: { id },
      body: { accepted, ...(reason !== undefined && { reason }) },
    });

  it("waits for a person, and succeeds when they accept, with who and why", async () => {
    const { id, dependent } = await wait("confirm", { question: "Release it?" }, "synchronise");
    const told = await harness.event(id, "waiting");
    expect(told.data["message"]).toBe(`it waits for a person (almanac confirm ${id}): Release it?`);
    const { work_request } = await answer(id, true, "all is green");
    expect(work_request).toMatchObject({
      status: "completed",
      result: "success",
      output_data: { confirmation: { accepted: true, by: "local", reason: "all is green" } },
    });
    await harness.event(dependent!, "completed");
    await expect(answer(id, true)).rejects.toMatchObject({ code: "not-to-confirm" });
  });

  it("fails when they refuse, and takes its dependents down", async () => {
    const { id, dependent } = await wait("confirm", {}, "synchronise");
    await answer(id, false);
    expect(await harness.request(id)).toMatchObject({ status: "completed", result: "failure" });
    expect(await harness.request(dependent!)).toMatchObject({ status: "aborted" });
  });

  it("is the only one that is confirmed", async () => {
    const [other] = await harness.submit({ task_name: "other" });
    await expect(answer(other!.id, true)).rejects.toThrow(
      `#${other!.id} does not wait for a person's answer: it is pending, of the task other.`,
    );
    await expect(answer(999_999, true)).rejects.toMatchObject({ code: "not-found" });
  });
});
