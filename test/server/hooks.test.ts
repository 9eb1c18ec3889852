import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createClient } from "../../src/client/client.ts";
import type { HookInput } from "../../src/contract/hook-routes.ts";
import { COMMAND, startHarness, type Harness } from "./harness.ts";

let nowMs: number;
let harness: Harness;
beforeEach(async () => {
  nowMs = Date.parse("2026-11-22T10:00:00.000Z");
  harness = await startHarness({ clock: { nowMs: () => nowMs, monotonicMs: () => performance.now() } });
});
afterEach(() => harness.close());

const WORK = {
  work_requests: [
    {
      task_name: "build",
      subject: "{{ repository.name }}",
      context: "{{ ref }}",
      task_data: { ...COMMAND, env: { COMMIT: "{{ after }}", TITLE: "{{ commits.0.message }}" } },
    },
  ],
};
const PUSH = {
  ref: "refs/heads/main",
  after: "abc",
  repository: { name: "shop" },
  commits: [{ message: "sell $(reboot) pears" }],
};

async function put(body: Partial<HookInput> = {}, name = "on-push") {
  const answer = await harness.client.call("putHook", { params: { name }, body: { submission: WORK, ...body } });
  return answer;
}

/** Calls a hook with these headers; gives the status and the document. */
async function post(headers: Record<string, string>, body: string, name = "on-push"): Promise<Record<string, unknown>> {
  const response = await fetch(`${harness.server.url}/hooks/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
}

const github = (secret: string, document: unknown) => {
  const body = JSON.stringify(document);
  return post({ "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}` }, body);
};

/** As Standard Webhooks signs. */
const standard = (secret: string, document: unknown, { id = "msg_1", seconds = nowMs / 1000 } = {}) => {
  const body = JSON.stringify(document);
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    "webhook-signature": `v1,AAAA v1,${signature}`,
  };
  return post(headers, body);
};

const requests = async () => (await harness.client.call("listWorkRequests", { query: {} })).items;

describe("a hook", () => {
  it("submits what a signed call of GitHub says, as data", async () => {
    const { secret } = await put();
    expect(await github(secret!, PUSH)).toMatchObject({ status: 202, kind: "submitted", is_repeated: false });
    expect(await requests()).toMatchObject([
      {
        subject: "shop",
        context: "refs/heads/main",
        created_by: "local",
        task_data: { env: { COMMIT: "abc", TITLE: "sell $(reboot) pears" } },
      },
    ]);
  });

  it("does once what comes twice", async () => {
    const { secret } = await put();
    const [first] = await Promise.all([github(secret!, PUSH), github(secret!, PUSH)]);
    const again = await github(secret!, PUSH);
    expect(again).toMatchObject({ status: 200, is_repeated: true, work_request_ids: first["work_request_ids"] });
    await standard(secret!, PUSH);
    expect(await standard(secret!, PUSH)).toMatchObject({ is_repeated: true });
    await standard(secret!, PUSH, { id: "msg_2" });
    expect(await requests()).toHaveLength(3);
  });

  it("takes calls of now only, where they say when they were made", async () => {
    const { secret } = await put();
    const late = await standard(secret!, PUSH, { seconds: nowMs / 1000 - 301 });
    expect(late).toMatchObject({ status: 401, code: "hook-refused" });
    expect((await standard(secret!, PUSH, { seconds: nowMs / 1000 - 299 })).status).toBe(202);
  });

  it("tells nobody without its secret anything", async () => {
    const { secret } = await put();
    const wrong = { status: 401, code: "hook-refused" };
    expect(await github(`${secret}x`, PUSH)).toMatchObject(wrong);
    expect(await standard(`whsec_${Buffer.from("another").toString("base64")}`, PUSH)).toMatchObject(wrong);
    expect(await post({}, "{}")).toMatchObject(wrong);
    const unknown = await post({ "x-hub-signature-256": "sha256=00" }, "{}", "none");
    expect(unknown).toMatchObject(wrong);
    expect(await requests()).toEqual([]);
    const shown = await harness.client.call("getHook", { params: { name: "on-push" } });
    expect(JSON.stringify([shown, await harness.client.call("listHooks")])).not.toContain(secret!.slice(6));
  });

  it("keeps its secret when it is changed, unless another is given", async () => {
    const { secret } = await put();
    expect((await put({ only_if: { ref: "refs/tags/*" } })).secret).toBeNull();
    expect(await github(secret!, PUSH)).toMatchObject({ status: 202, kind: "ignored" });
    await put({ secret: "a-secret-of-my-own" });
    expect(await github(secret!, { ...PUSH, after: "other" })).toMatchObject({ status: 401 });
    expect(await github("a-secret-of-my-own", { ...PUSH, after: "other" })).toMatchObject({ kind: "submitted" });
  });

  it("says what it is missing, and remembers what became of calls", async () => {
    const { secret } = await put();
    const refused = await github(secret!, { ...PUSH, commits: [] });
    expect(refused).toMatchObject({ status: 422, kind: "refused", errors: [{ path: "commits.0.message" }] });
    const long = await github(secret!, { ...PUSH, ref: "x".repeat(600) });
    expect(long).toMatchObject({ status: 422, errors: [{ path: "work_requests[0].context" }] });
    await github(secret!, PUSH);
    const { hook, calls } = await harness.client.call("getHook", { params: { name: "on-push" } });
    expect(calls.map(({ kind }) => kind)).toEqual(["submitted", "refused", "refused"]);
    expect(hook.last_call).toEqual(calls[0]);
  });

  it("is tried by the rules of calls, and nothing is made of it", async () => {
    await put({ only_if: { ref: "refs/heads/*" } });
    const tried = async (sent: unknown) =>
      (await harness.client.call("tryHook", { params: { name: "on-push" }, body: { sent } })).trial;
    expect(await tried(PUSH)).toMatchObject({
      kind: "submitted",
      submission: { work_requests: [{ subject: "shop", context: "refs/heads/main" }] },
    });
    expect(await tried({ ...PUSH, ref: "refs/tags/v1" })).toEqual({
      kind: "ignored",
      unmet: [{ path: "ref", pattern: "refs/heads/*", found: '"refs/tags/v1"' }],
      submission: null,
      errors: [],
    });
    expect(await tried({ ...PUSH, commits: [] })).toMatchObject({
      kind: "refused",
      errors: [{ path: "commits.0.message" }],
    });
    expect(await tried({ ...PUSH, ref: `refs/heads/${"x".repeat(600)}` })).toMatchObject({
      kind: "refused",
      errors: [{ path: "work_requests[0].context" }],
    });
    expect(await requests()).toEqual([]);
    expect((await harness.client.call("getHook", { params: { name: "on-push" } })).calls).toEqual([]);
    const none = harness.client.call("tryHook", { params: { name: "none" }, body: { sent: PUSH } });
    await expect(none).rejects.toMatchObject({ code: "not-found" });
  });

  it("puts what strangers send into no program", async () => {
    const hook = (task_data: Record<string, unknown>) =>
      put({ submission: { work_requests: [{ task_name: "x", task_data }] } });
    await expect(hook({ script: "git checkout {{ ref }}" })).rejects.toThrow("no {{ }} in a program");
    await expect(hook({ command: ["sh", "-ec", "git checkout {{ref}}"] })).rejects.toThrow("no {{ }} in a program");
    await hook({ command: ["git", "checkout", "{{ ref }}"] });
  });

  it("takes no large bodies, and nothing that is not JSON", async () => {
    const { secret } = await put();
    expect(await post({}, "x".repeat(2 ** 20 + 1))).toMatchObject({ status: 413, code: "body-too-large" });
    const body = "payload=1";
    const signature = `sha256=${createHmac("sha256", secret!).update(body).digest("hex")}`;
    expect(await post({ "x-hub-signature-256": signature }, body)).toMatchObject({ code: "malformed-body" });
  });

  it("is made by administrators, and takes so many calls a minute", async () => {
    const { secret } = await harness.client.call("createToken", { body: { name: "ci", scope: "submit" } });
    const client = createClient({ url: harness.server.url, token: secret });
    const refused = client.call("putHook", { params: { name: "x" }, body: { submission: WORK } });
    await expect(refused).rejects.toMatchObject({ code: "forbidden" });
    client.close();
    const statuses = await Promise.all(Array.from({ length: 601 }, () => post({}, "{}")));
    expect(statuses.filter(({ status }) => status === 429)).toHaveLength(1);
  });

  it("is gone when it is removed; what it submitted stays", async () => {
    const { secret } = await put();
    await github(secret!, PUSH);
    await harness.client.call("removeHook", { params: { name: "on-push" } });
    expect(await github(secret!, { ...PUSH, after: "x" })).toMatchObject({ status: 401 });
    expect(await requests()).toHaveLength(1);
  });
});
