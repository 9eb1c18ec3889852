import { afterAll, beforeAll, expect, it } from "vitest";
import { routes } from "../../src/contract/routes.ts";
import type { Route } from "../../src/contract/route.ts";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import { writeConfig, type ConfigFile } from "../task/config/config-file.ts";
import { COMMAND, ended, startHarness, type Harness } from "./harness.ts";

/* The path and the query of a webhook are often its only secret: whoever may only read or submit sees its host. */

const SECRET = "T024-s3cr3t";
const ADDRESS = `https://hooks.example.org/${SECRET}?key=${SECRET}`;
const SHOWN = "https://hooks.example.org";
const WORK = { task_name: "build", subject: "hello", task_data: COMMAND, reactions: { on_failure: [ADDRESS] } };

let config: ConfigFile;
let harness: Harness;
let id: WorkRequestId;
/** The token of each scope that is not a worker's. */
let tokens: Record<"read" | "submit" | "admin", string>;
beforeAll(async () => {
  config = writeConfig(`export default defineConfig({
    tasks: [defineTask({
      name: "told", data: z.object({}), command: () => ["true"], reactions: { on_success: [${JSON.stringify(ADDRESS)}] },
    })],
    workflows: [defineWorkflow({
      name: "release", data: z.object({}), plan: (_, workflow) => { workflow.ensure("build", ${JSON.stringify(WORK)}); },
    })],
  });`);
  harness = await startHarness({ config: config.file });
  const { client } = harness;
  const made = async (scope: "read" | "submit" | "admin") =>
    (await client.call("createToken", { body: { name: scope, scope } })).secret;
  tokens = { read: await made("read"), submit: await made("submit"), admin: await made("admin") };
  const submission = { work_requests: [WORK] };
  await client.call("putLayer", { body: { task_name: "told", field: "on_failure", value: [ADDRESS] } });
  await client.call("putSchedule", { params: { name: "mine" }, body: { cron: "0 3 1 1 *", submission } });
  await client.call("putHook", { params: { name: "mine" }, body: { submission } });
  const [workflow] = await harness.submit({ task_type: "workflow", task_name: "release", task_data: {} });
  await harness.event(workflow!.id, "started");
  const worker = await harness.join("w-1");
  const [assignment] = (await worker.sync([], { wait_ms: 20_000 })).assignments;
  id = assignment!.work_request_id; // that of the workflow
  await worker.sync([ended(assignment!, { outcome: { kind: "exited", code: 1 } })]);
  await harness.event(id, "completed");
});
afterAll(async () => {
  await harness.close();
  config[Symbol.dispose]();
});

const answerTo = async (path: string, token: string, body?: object) => {
  const answer = await fetch(harness.server.url + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
};

/** What stands for the parts of addresses that vary, and what must be asked. */
const PARTS: Record<string, () => string> = {
  ":id": () => String(id),
  ":run_id": () => `${id}.1`,
  ":worker_name": () => "w-1",
  ":name": () => "mine",
};
const QUERIES: Record<string, string> = {
  explain: "?task_name=told",
  listHistory: "?task_name=build",
  estimate: "?task_name=build",
  getRunOutput: "?path=x",
  report: `?page=${encodeURIComponent("settings?task_name=told")}`,
};

const reading = (Object.entries(routes) as [string, Route][]).filter(
  ([, { method, scope, response }]) => method === "GET" && scope === "read" && response !== "events",
);

it.each(reading)("%s shows of webhooks no more than the host to who may not administer", async (name, route) => {
  const path = route.path.replaceAll(/:\w+/g, (part) => PARTS[part]!()) + (QUERIES[name] ?? "");
  for (const scope of ["read", "submit"] as const) {
    const { status, text } = await answerTo(path, tokens[scope]);
    expect(status).toBeLessThan(500);
    expect(text).not.toContain(SECRET);
  }
});

it("says where they go all the same, and administrators see the address, to look after it", async () => {
  const paths = {
    request: `/api/v1/work-requests/${String(id)}`,
    requests: "/api/v1/work-requests",
    layers: "/api/v1/layers",
    "what explains them": "/api/v1/explain?task_name=told",
    schedule: "/api/v1/schedules/mine",
    hooks: "/api/v1/hooks",
  };
  for (const [name, path] of Object.entries(paths)) {
    const [seen, whole] = [await answerTo(path, tokens.read), await answerTo(path, tokens.admin)];
    expect({ name, text: seen.text }).toEqual({ name, text: whole.text.replaceAll(ADDRESS, SHOWN) });
    expect(whole.text).toContain(ADDRESS);
  }
});

it("what is answered to a change shows no more either, and the change keeps all of it", async () => {
  const body = { work_requests: [{ ...WORK, requirements: { tags: ["nowhere"] } }] };
  const { status, text } = await answerTo("/api/v1/work-requests", tokens.submit, body);
  expect(status).toBe(201);
  expect(text).not.toContain(SECRET);
  const { work_requests } = JSON.parse(text) as { work_requests: { id: number; reactions: object }[] }; // as the contract says
  expect(work_requests[0]!.reactions).toEqual({ on_failure: [SHOWN] }); // one was submitted
  const kept = await harness.request(work_requests[0]!.id as never); // as it was told
  expect(kept.reactions).toEqual({ on_failure: [ADDRESS] });
});

it.each(["/settings?task_name=told", "/schedules/mine", "/hooks/mine", "/api/v1/report?page=schedules/mine"])(
  "a page shows no more to a reader: %s",
  async (path) => {
    const page = async (scope: keyof typeof tokens) => {
      const signedIn = await fetch(`${harness.server.url}/sign-in`, {
        method: "POST",
        redirect: "manual",
        body: new URLSearchParams({ token: tokens[scope] }),
      });
      const cookie = signedIn.headers.getSetCookie()[0]?.split(";", 1)[0] ?? "";
      return (await fetch(harness.server.url + path, { headers: { cookie } })).text();
    };
    const [reader, admin] = [await page("read"), await page("admin")];
    expect(reader).not.toContain(SECRET);
    expect(reader).toContain(SHOWN);
    expect(admin.includes(SECRET)).toBe(!path.startsWith("/api/")); // a report is for anybody
  },
);
