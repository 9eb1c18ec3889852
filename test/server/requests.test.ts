import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "../../src/contract/errors.ts";
import { COMMAND, ended, startHarness, type Harness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

/** The fault that a call is refused with. */
async function fault(call: Promise<unknown>): Promise<{ code: string; message: string; errors: unknown }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AppError) {
      return { code: error.code, message: error.message, errors: error.details["errors"] };
    }
    throw error;
  }
  throw new Error("the call was not refused");
}

describe("a submission", () => {
  it("is refused whole when one of its requests is wrong, and nothing of it stays", async () => {
    const before = (await harness.client.call("status", {})).counts;
    const refused = await fault(
      harness.submit(
        { task_name: "build", name: "a" },
        { task_name: "build", name: "a" },
        { task_name: "no-such-task", task_data: {} },
        { task_name: "build", task_data: { command: "make" }, depends_on: ["b", 999_999 as never] },
      ),
    );
    expect(refused.code).toBe("invalid-submission");
    expect(refused.errors).toMatchObject([
      { code: "unknown-task", path: "work_requests[2].task_name" },
      { code: "invalid-task-data", path: "work_requests[3].task_data.command", found: '"make"' },
      { code: "duplicate-name", path: "work_requests[1].name", first: "work_requests[0].name" },
      { code: "unknown-dependency", path: "work_requests[3].depends_on[0]", found: '"b"' },
    ]);
    expect((await harness.client.call("status", {})).counts).toEqual(before);
  });

  it("is refused for a circle of dependencies, which is named", async () => {
    const refused = await fault(
      harness.submit(
        { task_name: "build", name: "a", depends_on: ["c"] },
        { task_name: "build", name: "b", depends_on: ["a"] },
        { task_name: "build", name: "c", depends_on: ["b"] },
      ),
    );
    expect(refused.message).toBe(
      "The submission was refused: work_requests[0].depends_on: the dependencies go round in a circle: a → c → b → a.",
    );
  });

  it("is refused for a number that names no request", async () => {
    const refused = await fault(harness.submit({ task_name: "build", depends_on: [999_999 as never] }));
    expect(refused.errors).toMatchObject([{ code: "unknown-dependency", path: "work_requests[0].depends_on[0]" }]);
  });

  it("with a key that was used gives the same requests, or is refused when it is another", async () => {
    const body = { submission_key: "key-0001", work_requests: [{ task_name: "build", task_data: COMMAND }] };
    const first = await harness.client.call("submit", { body });
    const again = await harness.client.call("submit", { body });
    expect(again.work_requests.map(({ id }) => id)).toEqual(first.work_requests.map(({ id }) => id));
    const other = { ...body, work_requests: [{ task_name: "other", task_data: COMMAND }] };
    expect((await fault(harness.client.call("submit", { body: other }))).errors).toMatchObject([
      { path: "submission_key" },
    ]);
  });
});

describe("dependencies", () => {
  it("hold a request back until all of them have succeeded", async () => {
    const worker = await harness.join("deps", { tasks: { allow: ["deps"], deny: [] } });
    const [first, second, point, last] = await harness.submit(
      { task_name: "deps", name: "first" },
      { task_name: "deps", name: "second" },
      {
        task_type: "internal",
        task_name: "synchronise",
        task_data: {},
        name: "point",
        depends_on: ["first", "second"],
      },
      { task_name: "deps", depends_on: ["point"] },
    );
    for (const request of [first!, second!]) {
      await harness.event(request.id, "placed");
      expect((await harness.request(last!.id)).status).toBe("blocked");
      const { assignments } = await worker.sync();
      const own = assignments.find(({ work_request_id }) => work_request_id === request.id);
      await worker.sync([ended(own!, {})]);
    }
    await harness.event(last!.id, "unblocked");
    expect(await harness.request(point!.id)).toMatchObject({ status: "completed", result: "success" });
  });

  it("that failed abort what depends on them, near and far; allow_failure lets it go on", async () => {
    const worker = await harness.join("fails", { tasks: { allow: ["fails"], deny: [] } });
    const [bad, near, far, allowed, free] = await harness.submit(
      { task_name: "fails", name: "bad", fail_on: "any" },
      { task_name: "fails", name: "near", depends_on: ["bad"] },
      { task_name: "fails", depends_on: ["near"] },
      { task_name: "fails", name: "allowed", fail_on: "any", allow_failure: true },
      { task_name: "fails", depends_on: ["allowed"] },
    );
    await harness.event(bad!.id, "placed");
    await harness.event(allowed!.id, "placed");
    const failing = (await worker.sync()).assignments.map((assignment) =>
      ended(assignment, { outcome: { kind: "exited", code: 2 } }),
    );
    await worker.sync(failing);
    expect(await harness.request(near!.id)).toMatchObject({
      status: "aborted",
      aborted: { by: "dependency", reason: `its dependency #${bad!.id} ended with failure (first run)` },
    });
    expect(await harness.request(far!.id)).toMatchObject({
      aborted: { by: "dependency", reason: `its dependency #${near!.id} was aborted` },
    });
    await harness.event(free!.id, "unblocked");

    // made again by hand, the failed one takes those that it took down with it
    const { work_requests } = await harness.client.call("retryWorkRequest", { params: { id: bad!.id }, body: {} });
    expect(work_requests.map(({ supersedes, status }) => [supersedes, status])).toEqual([
      [bad!.id, "pending"],
      [near!.id, "blocked"],
      [far!.id, "blocked"],
    ]);
    const [again, nearAgain, farAgain] = work_requests;
    expect(nearAgain!.dependencies).toEqual([again!.id]);
    expect(farAgain!.dependencies).toEqual([nearAgain!.id]);
    expect((await harness.request(bad!.id)).superseded_by).toBe(again!.id);
    const twice = await fault(harness.client.call("retryWorkRequest", { params: { id: bad!.id }, body: {} }));
    expect(twice).toMatchObject({
      code: "already-superseded",
      message: `#${bad!.id} was already made again, as #${again!.id}.`,
    });
  });

  it("on a request that has failed already abort at once", async () => {
    const [old] = await harness.submit({ task_name: "build" });
    await harness.client.call("abortWorkRequest", { params: { id: old!.id }, body: { reason: "not wanted" } });
    const [late] = await harness.submit({ task_name: "build", depends_on: [old!.id] });
    expect(late).toMatchObject({ status: "aborted", aborted: { by: "dependency" } });
  });
});

describe("a request", () => {
  it("that waits for a person goes on when it is released, and only then", async () => {
    const [request] = await harness.submit({ task_name: "build", unblock_strategy: "manual" });
    expect(request!.status).toBe("blocked");
    const why = await harness.client.call("whyWorkRequest", { params: { id: request!.id } });
    expect(why.sentence).toMatch(/^waits for a person since .*: almanac unblock \d+$/);
    const { work_request } = await harness.client.call("unblockWorkRequest", { params: { id: request!.id }, body: {} });
    expect(work_request.status).toBe("pending");
    const again = await fault(harness.client.call("unblockWorkRequest", { params: { id: request!.id }, body: {} }));
    expect(again.code).toBe("not-blocked");
  });

  it("that has ended can not be aborted, and one that has not can not be made again", async () => {
    const [request] = await harness.submit({ task_name: "build" });
    const early = await fault(harness.client.call("retryWorkRequest", { params: { id: request!.id }, body: {} }));
    expect(early.code).toBe("not-ended");
    await harness.client.call("abortWorkRequest", { params: { id: request!.id }, body: {} });
    const late = await fault(harness.client.call("abortWorkRequest", { params: { id: request!.id }, body: {} }));
    expect(late.message).toBe(`#${request!.id} has already ended: it is aborted.`);
  });

  it("of higher priority goes first", async () => {
    const worker = await harness.join("prio", {
      capacity: { memory: 2 ** 31, disk_space: 2 ** 40, cpu_count: 1 },
      tasks: { allow: ["prio"], deny: [] },
    });
    const filler = await harness.submit({ task_name: "prio" });
    await harness.event(filler[0]!.id, "placed");
    const [low, high] = await harness.submit({ task_name: "prio", priority: 1 }, { task_name: "prio", priority: 5 });
    await harness.client.call("changeWorkRequest", { params: { id: low!.id }, body: { priority_adjustment: 10 } });
    const [first] = (await worker.sync()).assignments;
    await worker.sync([ended(first!, {})]);
    await harness.event(low!.id, "placed");
    expect((await harness.request(high!.id)).status).toBe("pending");
  });

  it("is deleted when its time has come, and its history stays", async () => {
    const expiring = await startHarness();
    const worker = await expiring.join("w-1");
    const [request] = await expiring.submit({ task_name: "short", expire_after: 0.001 });
    await expiring.event(request!.id, "placed");
    const [assignment] = (await worker.sync()).assignments;
    await worker.sync([ended(assignment!, {})]);
    await expiring.restart(); // housekeeping comes first after a start
    await expect
      .poll(() => fault(expiring.request(request!.id)).catch(() => ({ code: "there" })))
      .toMatchObject({
        code: "not-found",
        message: `There is no work request #${request!.id}.`,
      });
    const history = await expiring.client.call("listHistory", { query: { task_name: "short" } });
    expect(history.items).toHaveLength(1);
    await expiring.close();
  });
});
