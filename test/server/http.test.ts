import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { routes } from "../../src/contract/routes.ts";
import { ended, running, startHarness, type Harness, type PlayedWorker } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ settings: { heartbeatMs: 50 } });
});
afterAll(() => harness.close());

/** One raw call, as any client could make it. */
async function call(
  path: string,
  init: Omit<RequestInit, "headers"> & { headers?: Record<string, string>; token?: string } = {},
) {
  const { token = harness.server.adminToken, headers, ...rest } = init;
  const authorization = token === "" ? undefined : { authorization: `Bearer ${token}` };
  const response = await fetch(harness.server.url + path, {
    redirect: "manual",
    ...rest,
    headers: { ...authorization, ...headers },
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function sha256Of(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

function problem(answer: { text: string; headers: Headers }): Record<string, unknown> {
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  return JSON.parse(answer.text) as Record<string, unknown>; // the content type says so
}

const json = { "content-type": "application/json" };

describe("every route", () => {
  it.each(Object.entries(routes))("needs a token: %s", async (_name, route) => {
    const path = route.path.replaceAll(":run_id", "1.1").replaceAll(/:\w+/g, "1");
    const answer = await call(path, { method: route.method, token: "", headers: json });
    expect(answer.status).toBe(401);
    expect(problem(answer)).toMatchObject({
      code: "unauthenticated",
      detail: "This needs a token, and the call has none.",
    });
  });

  it("is described in the OpenAPI document, with every schema resolved", async () => {
    const document = JSON.parse((await call("/api/v1/openapi.json")).text) as {
      openapi: string;
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    expect(document.openapi).toBe("3.1.0");
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(routes).sort());
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to);
    expect(new Set(references)).toEqual(new Set(["#/components/schemas/Problem"]));
  });
});

describe("a token", () => {
  it("does what its scope allows and no more", async () => {
    const { secret, token } = await harness.client.call("createToken", { body: { name: "reader", scope: "read" } });
    expect((await call("/api/v1/work-requests", { token: secret })).status).toBe(200);
    const refused = await call("/api/v1/work-requests", { token: secret, method: "POST", headers: json, body: "{}" });
    expect(refused.status).toBe(403);
    expect(problem(refused)).toMatchObject({
      code: "forbidden",
      detail: "The token reader may not do this: it has the scope read, and submit is needed.",
    });
    await harness.client.call("revokeToken", { params: { id: token.id } });
    expect((await call("/api/v1/work-requests", { token: secret })).status).toBe(401);
  });

  it("to join with works once", async () => {
    const secret = await harness.server.createJoinToken();
    const self = {
      capacity: { memory: 1, disk_space: 1, cpu_count: 1 },
      available_memory: null,
      available_disk_space: null,
      tags: [],
      tasks: { allow: [], deny: [] },
      cpu_model: "",
      version: "",
      measure_method: "",
    };
    const join = (name: string) =>
      call("/api/v1/worker/join", {
        token: secret,
        method: "POST",
        headers: json,
        body: JSON.stringify({ worker_name: name, self }),
      });
    expect((await join("once")).status).toBe(201);
    expect((await join("twice")).status).toBe(401);
    await harness.client.call("removeWorker", { params: { worker_name: "once" } });
  });

  it("lets a worker join again that was killed before it could keep its own", async () => {
    const name = "unlucky" as never; // a worker's name
    await harness.join(name);
    const again = await harness.join(name);
    await again.sync();
    await expect(harness.join(name)).rejects.toMatchObject({ code: "worker-name-taken" });
  });

  it("that has ended is refused", async () => {
    const body = { name: "brief", scope: "read" as const, expires_in: 0.001 };
    const { secret } = await harness.client.call("createToken", { body });
    await expect.poll(async () => (await call("/api/v1/status", { token: secret })).status).toBe(401);
  });
});

describe("bad input", () => {
  it.each([
    ["not JSON", "{", 400, "malformed-body"],
    ["nothing", "", 400, "malformed-body"],
    ["binary junk", Buffer.from([0xff, 0xfe, 0x00, 0x01, 0x80]), 400, "malformed-body"],
    ["a poisoned prototype", '{"__proto__": {"x": 1}}', 400, "malformed-body"],
    ["a list", "[]", 422, "invalid-submission"],
    ["no requests", '{"work_requests": []}', 422, "invalid-submission"],
  ])("%s is refused", async (_what, body, status, code) => {
    const answer = await call("/api/v1/work-requests", { method: "POST", headers: json, body });
    expect(answer.status).toBe(status);
    expect(problem(answer)).toMatchObject({ code, status });
  });

  it("of another content type is refused", async () => {
    const headers = { "content-type": "text/yaml" };
    const answer = await call("/api/v1/work-requests", { method: "POST", headers, body: "a: b" });
    expect(problem(answer)).toMatchObject({ status: 415, code: "unsupported-media-type" });
  });

  it("of 100 MB is refused before it is read", async () => {
    expect(await postLarge(100 * 1024 ** 2)).toMatchObject({ status: 413, code: "body-too-large" });
  });

  it.each([
    ["/api/v1/nothing-here", 404, "route-not-found"],
    ["/api/v1/work-requests/999999999", 404, "not-found"],
    ["/api/v1/work-requests/abc", 400, "invalid-request"],
    ["/api/v1/work-requests?cursor=junk", 400, "invalid-request"],
    ["/api/v1/work-requests?statsu=pending", 400, "invalid-request"],
    ["/api/v1/work-requests?limit=100000", 400, "invalid-request"],
    ["/api/v1/runs/5", 400, "invalid-request"],
    ["/api/v1/lookup/last-sucess:worker:a:b:c", 400, "invalid-request"],
    ["/api/v1/lookup/last-success:worker:never:b:c", 404, "not-found"],
  ])("in the path %s answers %i", async (path, status, code) => {
    const answer = await call(path);
    expect(problem(answer)).toMatchObject({ status, code });
  });
});

/** Sends only the head and a little of a body that claims to be so large; gives the problem answered. */
function postLarge(bytes: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const exchange = httpRequest(
      `${harness.server.url}/api/v1/work-requests`,
      {
        method: "POST",
        headers: { ...json, "content-length": bytes, authorization: `Bearer ${harness.server.adminToken}` },
      },
      (response) => {
        response.toArray().then((chunks) => resolve(JSON.parse(Buffer.concat(chunks as Buffer[]).toString())), reject);
      },
    );
    exchange.on("error", reject);
    exchange.write("[".repeat(1000));
  });
}

describe("lists", () => {
  it("are given page by page, each item once", async () => {
    const submitted = await harness.submit(...Array.from({ length: 25 }, () => ({ task_name: "paged" })));
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const query = { task_name: "paged", limit: 10, ...(cursor !== undefined && { cursor }) };
      const page = await harness.client.call("listWorkRequests", { query });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(submitted.map(({ id }) => id).toReversed());
  });
});

describe("the log of a run", () => {
  it("is kept as it comes, followed live, and read in parts", async () => {
    const { worker, assignment } = await startRun("logged");
    const { run_id, lease_token } = assignment;
    await worker.sync([running(assignment)]);
    const append = (offset: number, text: string) =>
      worker.client.upload("appendLog", {
        params: { run_id },
        query: { offset, lease_token },
        body: Buffer.from(text),
      });
    expect(await append(0, "0 o one\n")).toEqual({ size: 8 });

    const follower = await harness.client.download("getRunLog", { params: { run_id }, query: { follow: "true" } });
    const followed = follower.body.toArray();
    expect(await append(8, "5 e two\n")).toEqual({ size: 16 });
    await expect(append(8, "again")).rejects.toMatchObject({ code: "log-offset", details: { expected: 16 } });
    await worker.sync([ended(assignment, { log: { size: 16, cut_bytes: 0 } })]);
    expect(Buffer.concat((await followed) as Buffer[]).toString()).toBe("0 o one\n5 e two\n");

    const path = `/api/v1/runs/${run_id}/log`;
    expect((await call(`${path}?tail=1`)).text).toBe("5 e two\n");
    expect((await call(`${path}?from=8`)).text).toBe("5 e two\n");
    expect((await call(`${path}?tail=0`)).text).toBe("");
  });

  it("must be there whole before its run is acknowledged", async () => {
    const { worker, assignment } = await startRun("unlogged");
    const answer = await worker.sync([ended(assignment, { log: { size: 10, cut_bytes: 0 } })]);
    expect(answer).toMatchObject({ acknowledged: [], lost: [] });
    expect((await harness.request(assignment.work_request_id)).status).toBe("running");
  });

  it("is nobody else's to write", async () => {
    const { worker, assignment } = await startRun("guarded");
    const query = { offset: 0, lease_token: "guessed" };
    const forged = worker.client.upload("appendLog", {
      params: { run_id: assignment.run_id },
      query,
      body: Buffer.from("x"),
    });
    await expect(forged).rejects.toMatchObject({ code: "lease-lost" });
  });
});

describe("the outputs of a run", () => {
  it("are kept by content and given back byte for byte", async () => {
    const { worker, assignment } = await startRun("outputs");
    const { run_id, lease_token } = assignment;
    const content = Buffer.from([0, 1, 2, 255, 254]);
    const output = await worker.client.upload("putOutput", {
      params: { run_id },
      query: { path: "dist/a file.bin", size: content.length, sha256: sha256Of(content), lease_token },
      body: content,
    });
    expect(output).toMatchObject({ path: "dist/a file.bin", size: 5 });
    await worker.sync([ended(assignment, { outputs: [output] })]);
    const { body } = await harness.client.download("getRunOutput", {
      params: { run_id },
      query: { path: output.path },
    });
    expect(Buffer.concat((await body.toArray()) as Buffer[])).toEqual(content);
    expect((await call(`/api/v1/runs/${run_id}/output?path=..%2Fsecret`)).status).toBe(404);
  });
});

describe("events", () => {
  it("go on after a restart of the server from the last one seen, without loss", async () => {
    const own = await startHarness();
    const seen: number[] = [];
    const stop = new AbortController();
    const [first] = await own.submit({ task_name: "a" });
    const reading = (async () => {
      for await (const message of own.client.events({ topics: ["requests"], after: 0, signal: stop.signal })) {
        if (message.type !== "event" || message.event.kind !== "created") continue;
        seen.push(message.event.work_request_id!);
        if (seen.length === 3) stop.abort();
      }
    })().catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    await own.event(first!.id, "created");
    await own.submit({ task_name: "b" });
    await own.restart();
    await own.submit({ task_name: "c" });
    await reading;
    expect(seen).toEqual([1, 2, 3]);
    await own.close();
  });
});

describe("the page", () => {
  it("asks for a token, takes it once, and then shows requests and workers", async () => {
    const asked = await call("/", { token: "" });
    expect(asked.status).toBe(401);
    expect(asked.text).toContain("<h1>Sign in</h1>");
    const signIn = (token: string) =>
      call("/sign-in", {
        token: "",
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ token }),
      });
    expect((await signIn("wrong")).status).toBe(401);
    const signedIn = await signIn(harness.server.adminToken);
    expect(signedIn.status).toBe(303);
    const cookie = signedIn.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax/);
    const session = { cookie: cookie.split(";", 1)[0]! };
    const [hostile] = await harness.submit({ task_name: "<script>alert(1)</script>" });
    const page = await call("/", { token: "", headers: session });
    expect(page.status).toBe(200);
    const list = await call("/r", { token: "", headers: session });
    expect(list.text).toContain("&lt;script>alert(1)&lt;/script>");
    expect(list.text).not.toContain("<script>");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const own = await call(`/r/${hostile!.id}`, { token: "", headers: session });
    expect(own.text).toContain(`<h1>#${hostile!.id} &lt;script>alert(1)&lt;/script></h1>`);
    expect((await call(`/r/${hostile!.id}`, { token: "" })).status).toBe(401);
    // the cookie travels by itself: without what only a page of ours knows, it changes nothing
    const form = { ...session, "content-type": "application/x-www-form-urlencoded" };
    const abort = (form_token: string) =>
      call(`/r/${hostile!.id}/abort`, {
        token: "",
        method: "POST",
        headers: form,
        body: new URLSearchParams({ form_token }),
      });
    expect((await abort("wrong")).status).toBe(401);
    expect((await harness.request(hostile!.id)).status).toBe("pending");
    const formToken = /name="form_token" value="([^"]+)"/.exec(own.text)![1]!; // each page has it
    expect((await abort(formToken)).headers.get("location")).toBe(`../../r/${hostile!.id}`);
    expect(await harness.request(hostile!.id)).toMatchObject({ status: "aborted", aborted: { by: "local" } });
    // calls of the API may only read with it
    const write = await call("/api/v1/work-requests", {
      token: "",
      method: "POST",
      headers: { ...session, ...json },
      body: "{}",
    });
    expect(write.status).toBe(401);
    const away = await call("/sign-out", {
      token: "",
      method: "POST",
      headers: form,
      body: new URLSearchParams({ form_token: formToken }),
    });
    expect(away.status).toBe(303);
    expect((await call("/", { token: "", headers: session })).status).toBe(401);
  });

  it("goes on to where one wanted to be, and never to another host", async () => {
    const next = async (place: string) => {
      const body = new URLSearchParams({ token: harness.server.adminToken, next: place });
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      return (await call("/sign-in", { token: "", method: "POST", headers, body })).headers.get("location");
    };
    expect(await next("r?status=running")).toBe("./r?status=running");
    for (const place of [
      "//evil.example/",
      "https://evil.example/",
      "/r",
      "../../x",
      "\\\\evil.example",
      "javascript:alert(1)",
    ]) {
      expect(await next(place)).toMatch(/^\.\/(?![/\\])[^:]*$/);
    }
  });
});

/** A run that has been handed to a worker of its own. */
async function startRun(task_name: string) {
  const worker: PlayedWorker = await harness.join(`worker-of-${task_name}`, {
    tasks: { allow: [task_name], deny: [] },
  });
  const [request] = await harness.submit({ task_name });
  await harness.event(request!.id, "placed");
  const [assignment] = (await worker.sync()).assignments;
  return { worker, assignment: assignment! };
}
