import { createHash } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Assignment } from "../../src/contract/worker-protocol.ts";
import { ended, startHarness, type Harness, type PlayedWorker } from "./harness.ts";

/** A clock that the test puts on. */
let nowMs: number;
let harness: Harness;
let worker: PlayedWorker;
beforeEach(async () => {
  nowMs = Date.now();
  harness = await startHarness({ clock: { nowMs: () => nowMs, monotonicMs: () => performance.now() } });
  worker = await harness.join("w-1");
});
afterEach(() => harness.close());

/** For what a server does by itself. */
const PATIENT = { timeout: 20_000 };

const HELLO = Buffer.from("hello");
const hello = { path: "a.txt", size: 5, sha256: createHash("sha256").update(HELLO).digest("hex") };

async function assigned(task_name: string, more = {}): Promise<Assignment> {
  const [request] = await harness.submit({ task_name, ...more });
  await harness.event(request!.id, "placed");
  const { assignments } = await worker.sync();
  return assignments.find(({ work_request_id }) => work_request_id === request!.id)!; // it was placed there
}

const put = ({ run_id, lease_token }: Assignment, query = hello, body = HELLO) =>
  worker.client.upload("putOutput", { params: { run_id }, query: { ...query, lease_token }, body, attempts: 1 });
const knows = ({ run_id, lease_token }: Assignment) =>
  worker.client.call("knowsOutput", { params: { run_id }, body: { size: 5, sha256: hello.sha256, lease_token } });
const files = () => {
  const names = readdirSync(join(harness.home, "files/artifacts"), { recursive: true }).map(String);
  return names.filter((name) => /[0-9a-f]{64}/.test(name));
};

/** Waits until the server has deleted what is over. */
async function expired({ work_request_id }: Assignment): Promise<void> {
  const look = () =>
    harness.request(work_request_id).then(
      () => "there",
      (error: { code: string }) => error.code,
    );
  await expect.poll(look, PATIENT).toBe("not-found");
}

/** A request that has left `a.txt`. */
async function left(task_name = "make", more = {}): Promise<Assignment> {
  const assignment = await assigned(task_name, more);
  await put(assignment);
  expect((await worker.sync([ended(assignment, { outputs: [hello] })])).acknowledged).toEqual([assignment.run_id]);
  return assignment;
}

describe("a content", () => {
  it("is kept once, whoever leaves it, and need not be sent again", async () => {
    await left("one");
    const second = await assigned("two");
    expect(await knows(second)).toEqual({ is_known: true });
    expect((await worker.sync([ended(second, { outputs: [hello] })])).acknowledged).toEqual([second.run_id]);
    expect(files()).toHaveLength(1);
  });

  it("is refused when it is not what was said", async () => {
    const assignment = await assigned("make");
    const wrong = put(assignment, hello, Buffer.from("hullo"));
    await expect(wrong).rejects.toMatchObject({ code: "content-mismatch" });
    const long = put(assignment, hello, Buffer.from("hello and more"));
    await expect(long).rejects.toMatchObject({ code: "content-mismatch" });
    expect(await knows(assignment)).toEqual({ is_known: false });
    expect(files()).toEqual([]);
  });

  it.each(["../a", "/etc/passwd", "a/../../b"])("is refused under the path %s", async (path) => {
    const assignment = await assigned("make");
    await expect(put(assignment, { ...hello, path })).rejects.toMatchObject({ code: "invalid-request" });
    const report = ended(assignment, { outputs: [{ ...hello, path }] });
    await expect(worker.sync([report])).rejects.toMatchObject({ code: "invalid-request" });
  });

  it("that is named and not there keeps the end of its run from being taken in", async () => {
    const assignment = await assigned("make");
    const report = ended(assignment, { outputs: [hello] });
    expect(await worker.sync([report])).toMatchObject({ acknowledged: [], lost: [] });
    await put(assignment);
    expect((await worker.sync([report])).acknowledged).toEqual([assignment.run_id]);
  });

  it("goes with the last request that left it or was given it", async () => {
    const maker = await left("make", { expire_after: 60 });
    const user = await assigned("use", { inputs: [{ from: maker.work_request_id }], expire_after: 3600 });
    expect(user.inputs).toEqual([{ ...hello, from: maker.work_request_id }]);
    await worker.sync([ended(user, {})]);
    await passes(120);
    await expired(maker);
    expect(files()).toHaveLength(1);
    await passes(7200);
    await expect.poll(files, PATIENT).toEqual([]);
  });

  it("is removed when its run never ends, after a week", async () => {
    await put(await assigned("make"));
    const other = await assigned("other", { expire_after: 60 });
    await worker.sync([ended(other, {})]);
    await passes(6 * 86_400);
    await expired(other);
    expect(files()).toHaveLength(1);
    await passes(2 * 86_400);
    await expect.poll(files, PATIENT).toEqual([]);
  });
});

/** So much time goes by; a server that starts anew does its housekeeping at once. */
async function passes(seconds: number): Promise<void> {
  nowMs += seconds * 1000;
  await harness.restart();
  await worker.sync();
}

describe("the files that a run is given", () => {
  it("are waited for, and stay those of the request that was named when all is made again", async () => {
    const [maker, user] = await harness.submit(
      { name: "make", task_name: "make", fail_on: "any" },
      { name: "use", task_name: "use", inputs: [{ from: "make" }] as never },
    );
    expect(user).toMatchObject({
      status: "blocked",
      dependencies: [maker!.id],
      inputs: [{ from: maker!.id, match: ["*"] }],
    });
    await harness.event(maker!.id, "placed");
    const [assignment] = (await worker.sync()).assignments;
    await worker.sync([ended(assignment!, { outcome: { kind: "exited", code: 1 } })]); // not tried again: it never passed
    await harness.event(user!.id, "aborted");
    const { work_requests } = await harness.client.call("retryWorkRequest", { params: { id: maker!.id }, body: {} });
    const [again, userAgain] = work_requests;
    expect(userAgain).toMatchObject({ dependencies: [again!.id], inputs: [{ from: again!.id }] });
  });

  it("are given to its own worker only, and only those", async () => {
    const maker = await left();
    const user = await assigned("use", { inputs: [{ from: maker.work_request_id, match: ["*.txt"] }] });
    const get = (lease_token: string, sha256 = hello.sha256) =>
      worker.client.download("getInput", { params: { run_id: user.run_id, sha256 }, query: { lease_token } });
    const { body } = await get(user.lease_token);
    expect(Buffer.concat((await body.toArray()) as Buffer[])).toEqual(HELLO);
    await expect(get("another")).rejects.toMatchObject({ code: "lease-lost" });
    await expect(get(user.lease_token, "0".repeat(64))).rejects.toMatchObject({ code: "not-found" });
  });

  it("that somebody has deleted from the disk are told as missing", async () => {
    const maker = await left();
    rmSync(join(harness.home, "files/artifacts"), { recursive: true });
    const path = hello.path;
    const lost = harness.client.download("getRunOutput", {
      params: { run_id: maker.run_id },
      query: { path },
      attempts: 1,
    });
    await expect(lost).rejects.toMatchObject({ code: "content-missing" });
  });

  it("stay the same for a request that is made again when what left them has expired", async () => {
    const maker = await left("make", { expire_after: 60 });
    const user = await assigned("use", { inputs: [{ from: maker.work_request_id }], fail_on: "any" });
    await harness.client.call("abortWorkRequest", { params: { id: user.work_request_id }, body: {} });
    await worker.sync([ended(user, { outcome: { kind: "aborted", by: "local" } })]);
    await passes(120);
    await expired(maker);
    const { work_requests } = await harness.client.call("retryWorkRequest", {
      params: { id: user.work_request_id },
      body: {},
    });
    await harness.event(work_requests[0]!.id, "placed");
    const [again] = (await worker.sync()).assignments;
    expect(again?.inputs).toEqual(user.inputs);
  });

  it.each([
    ["of a request that does not exist", [{ from: 999 }], "work_requests[0].inputs[0].from: #999 is neither"],
    ["of an unknown name", [{ from: "build" }], 'work_requests[0].inputs[0].from: "build" is neither'],
    ["of itself", [{ from: "me" }], "the dependencies go round in a circle: me → me"],
  ])("cannot be those %s", async (_, inputs, message) => {
    const refused = harness.submit({ task_name: "use", name: "me", inputs: inputs as never });
    await expect(refused).rejects.toThrow(message);
  });

  it("are for tasks that run on workers", async () => {
    const request = { task_type: "wait" as const, task_name: "delay", task_data: { for: 1 } };
    const refused = harness.submit({ ...request, inputs: [{ from: 1 }] as never });
    await expect(refused).rejects.toThrow("only tasks of the type worker are given files");
  });
});
