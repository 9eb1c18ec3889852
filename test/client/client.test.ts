import { spawn } from "node:child_process";
import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createClient, type Client } from "../../src/client/client.ts";
import { AppError } from "../../src/contract/errors.ts";
import { problemOf } from "../../src/contract/problem.ts";
import { answerJson, bodyOf, listen } from "./server.ts";

const STATUS = {
  version: "0.1.0",
  database: "sqlite",
  started_at: "2026-11-22T17:16:02.123Z",
  counts: { blocked: 0, pending: 1, running: 0, completed: 0, aborted: 0 },
  workers: 1,
};
const NO_DELAY = { backoff: { baseMs: 0, maxMs: 0 }, random: () => 0 };

function clientOf(url: string): Client {
  return createClient({ url, token: "secret", ...NO_DELAY });
}

async function faultOf(call: Promise<unknown>): Promise<AppError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) return error;
  throw new Error("an AppError was expected", { cause: error });
}

test("a call sends the token, fills the path and the query, and parses the answer", async () => {
  const seen: (string | undefined)[] = [];
  await using server = await listen((request, response) => {
    seen.push(request.method, request.url, request.headers.authorization);
    answerJson(response, 200, { estimate: {}, levels: [], outlooks: {} });
  });
  const client = clientOf(server.url);
  const answer = await client.call("estimate", { query: { task_name: "a b&c", subject: "x/y" } });
  expect(answer).toEqual({ estimate: {}, levels: [], outlooks: {} });
  expect(seen).toEqual(["GET", "/api/v1/estimate?task_name=a+b%26c&subject=x%2Fy", "Bearer secret"]);
});

test("a path parameter is quoted, so that a name with a slash stays one part", async () => {
  let path: string | undefined;
  await using server = await listen((request, response) => {
    path = request.url;
    answerJson(response, 404, problemOf(new AppError("not-found", { what: "entry", id: "x" })));
  });
  await faultOf(clientOf(server.url).call("lookup", { params: { name: "last-entry:worker:a/b%2F:" } }));
  expect(path).toBe("/api/v1/lookup/last-entry%3Aworker%3Aa%2Fb%252F%3A");
});

test("a problem document becomes its AppError, with the request id and the errors list", async () => {
  await using server = await listen((_, response) => {
    const errors = [{ message: "wrong", code: "invalid-value" }];
    answerJson(response, 422, problemOf(new AppError("invalid-submission", { summary: "wrong", errors }), "q-7"));
  });
  const fault = await faultOf(clientOf(server.url).call("submit", { body: { work_requests: [] } }));
  expect(fault).toMatchObject({
    code: "invalid-submission",
    message: "The submission was refused: wrong",
    details: { request_id: "q-7", errors: [{ message: "wrong", code: "invalid-value" }] },
  });
});

test("a reading call is tried again after a lost connection, at most as often as asked", async () => {
  let calls = 0;
  await using server = await listen((request, response) => {
    calls += 1;
    if (calls < 3) request.socket.destroy();
    else answerJson(response, 200, STATUS);
  });
  expect((await clientOf(server.url).call("status")).counts.pending).toBe(1);
  expect(calls).toBe(3);
  calls = -10;
  await faultOf(clientOf(server.url).call("status", { attempts: 2 }));
  expect(calls).toBe(-8);
});

test("a submission is sent again with the same key, so that it can be recognised", async () => {
  const keys: unknown[] = [];
  await using server = await listen(async (request, response) => {
    keys.push((JSON.parse(await bodyOf(request)) as { submission_key: string }).submission_key);
    if (keys.length === 1) request.socket.destroy();
    else answerJson(response, 201, { work_requests: [] });
  });
  await clientOf(server.url).call("submit", { body: { work_requests: [{ task_name: "a" }] } });
  expect(keys).toHaveLength(2);
  expect(keys[0]).toMatch(/^[\w.:-]{8,100}$/);
  expect(keys[1]).toBe(keys[0]);
});

test("a call that must not be doubled is not sent again when it may have arrived", async () => {
  let calls = 0;
  await using server = await listen((request) => {
    calls += 1;
    request.socket.destroy();
  });
  const fault = await faultOf(clientOf(server.url).call("retryWorkRequest", { params: { id: 5 } }));
  expect(fault.code).toBe("unavailable");
  expect(calls).toBe(1);
});

test("any call is sent again after a 503, which says that nothing was kept", async () => {
  let calls = 0;
  await using server = await listen((_, response) => {
    calls += 1;
    if (calls === 1) answerJson(response, 503, problemOf(new AppError("unavailable", { reason: "it is starting" })));
    else answerJson(response, 201, { work_requests: [] });
  });
  await clientOf(server.url).call("retryWorkRequest", { params: { id: 5 } });
  expect(calls).toBe(2);
});

test("no server at all is unavailable, with the system's reason", async () => {
  const url = await listen(() => {}).then(async (server) => {
    await server[Symbol.asyncDispose]();
    return server.url;
  });
  const fault = await faultOf(clientOf(url).call("status"));
  expect(fault.message).toBe(`The server cannot answer now: ${url} refuses connections.`);
  expect(fault.details["network"]).toBe("ECONNREFUSED");
  expect(fault.cause).toBeInstanceOf(Error);
});

test("an answer that is not Almanac's is reported as such", async () => {
  await using server = await listen((_, response) => void response.writeHead(404).end("<html>"));
  expect((await faultOf(clientOf(server.url).call("status"))).message).toBe(
    `The server cannot answer now: ${server.url} answered 404 without saying why (is it an Almanac server?).`,
  );
});

test("a silent server is given up after the idle timeout", async () => {
  await using server = await listen(() => {});
  const fault = await faultOf(clientOf(server.url).call("status", { idleTimeoutMs: 20, attempts: 1 }));
  expect(fault.message).toBe(`The server cannot answer now: ${server.url} does not answer.`);
});

test("a signal ends a call with its own reason", async () => {
  const controller = new AbortController();
  await using server = await listen(() => controller.abort(new Error("enough")));
  await expect(clientOf(server.url).call("status", { signal: controller.signal })).rejects.toThrow("enough");
});

test("bytes go up from a source that is opened anew for each attempt, and down as a stream", async () => {
  const bodies: string[] = [];
  await using server = await listen(async (request, response) => {
    if (request.method === "GET") {
      response.writeHead(200, { "content-type": "application/octet-stream" });
      response.write("one ");
      response.end("two");
      return;
    }
    bodies.push(await bodyOf(request));
    if (bodies.length === 1) request.socket.destroy();
    else answerJson(response, 200, { size: 11 });
  });
  const client = clientOf(server.url);
  const sent = await client.upload("appendLog", {
    params: { run_id: "5.1" },
    query: { offset: 0, lease_token: "t" },
    body: async function* () {
      yield Buffer.from("hello ");
      yield Buffer.from("world");
    },
  });
  expect(sent).toEqual({ size: 11 });
  expect(bodies).toEqual(["hello world", "hello world"]);
  const { body } = await client.download("getRunLog", { params: { run_id: "5.1" } });
  expect(await body.toArray().then((chunks) => Buffer.concat(chunks as Buffer[]).toString())).toBe("one two");
});

function event(id: number): string {
  const data = { id, at: "2026-11-22T17:16:02.123Z", kind: "created", work_request_id: 5, data: {} };
  return `id: ${id}\nevent: created\ndata: ${JSON.stringify(data)}\n\n`;
}

test("events go on after a lost connection from the last one seen", async () => {
  const lastIds: (string | undefined)[] = [];
  await using server = await listen((request, response) => {
    lastIds.push(request.headers["last-event-id"] as string | undefined);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": hello\n\n");
    if (lastIds.length === 1) response.write(event(1) + event(2), () => request.socket.destroy());
    else response.write("event: reset\ndata: {}\n\n" + event(3));
  });
  const lost: string[] = [];
  const seen: unknown[] = [];
  for await (const message of clientOf(server.url).events({ onLost: (fault) => lost.push(fault.code) })) {
    seen.push(message.type === "event" ? message.event.id : message);
    if (message.type === "event" && message.event.id === 3) break;
  }
  expect(seen).toEqual([{ type: "open", resumed: false }, 1, 2, { type: "open", resumed: true }, { type: "reset" }, 3]);
  expect(lastIds).toEqual([undefined, "2"]);
  expect(lost).toEqual(["unavailable"]);
});

test("a refusal ends the stream of events, a signal too", async () => {
  await using refusing = await listen((_, response) => {
    answerJson(response, 401, problemOf(new AppError("unauthenticated", { reason: "none was given" })));
  });
  const stream = clientOf(refusing.url).events();
  expect((await faultOf(stream.next())).code).toBe("unauthenticated");

  const controller = new AbortController();
  await using open = await listen((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
  });
  const following = clientOf(open.url).events({ signal: controller.signal });
  await following.next();
  const next = following.next();
  await turn();
  controller.abort(new Error("stopped"));
  await expect(next).rejects.toThrow("stopped");
});

test("an idle kept-alive connection does not keep the process alive", async () => {
  await using server = await listen((_, response) => answerJson(response, 200, STATUS));
  const program = `import { createClient } from ${JSON.stringify(new URL("../../src/client/client.ts", import.meta.url).href)};
    await createClient({ url: ${JSON.stringify(server.url)} }).call("status");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(0);
});
