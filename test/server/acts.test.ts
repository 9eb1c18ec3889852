import { describe, expect, it } from "vitest";
import { createClient, type Client } from "../../src/client/client.ts";
import type { Route } from "../../src/contract/route.ts";
import { routes, type RouteName } from "../../src/contract/routes.ts";
import { actText, isAct } from "../../src/domain/act.ts";
import { timestamp } from "../../src/domain/clock.ts";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import { newFinding } from "../../src/server/loop/findings.ts";
import type { Store } from "../../src/server/store/store.ts";
import { ENGINES, useDatabases } from "../store/engines.ts";
import { ALLOCATION, at, KEY, newEntry } from "../store/records.ts";
import { COMMAND, startHarness } from "./harness.ts";

/* Whoever changes something leaves a trace, written with the change itself: what, when, and by whom. */

/** What changes something, and is none of the acts below: why it is not, or where else it stands who did it. */
const ELSEWHERE: Partial<Record<RouteName, string>> = {
  fit: "changes nothing",
  previewLayer: "changes nothing",
  previewSchedule: "changes nothing",
  planWorkflow: "changes nothing",
  tryHook: "changes nothing",
  submit: "created_by of the requests",
  retryWorkRequest: "created_by of the new request; by of the event, of a workflow",
  abortWorkRequest: "aborted.by of the request",
  confirmWorkRequest: "confirmation.by of its output_data",
  overruleVerdict: "by of the event, and of the verdict",
  unblockWorkRequest: "by of the event",
  changeWorkRequest: "by of the event",
  join: "token_id of the event: the making of that token has a by",
  sync: "a worker's own",
  appendLog: "a worker's own",
  putOutput: "a worker's own",
  knowsOutput: "a worker's own",
};

const NIGHTLY = { params: { name: "nightly" } };
const ONE = { params: { id: 1 } };
const WORKER = { params: { worker_name: "w-1" } };
/** It waits, so that the worker can be removed. */
const SUBMISSION = { work_requests: [{ task_name: "build", task_data: COMMAND, requirements: { tags: ["none"] } }] };
const HISTORY = {
  task_type: "worker" as const,
  task_name: "old",
  subject: "",
  context: "",
  completed_at: "2026-11-01T10:00:00.000Z",
  origin: "before",
  result: "success" as const,
  outcome: { kind: "exited" as const, code: 0 },
  runtime_statistics: {},
  lower_bounds: [],
  trusted: true,
};

const schedule = (ada: Client, cron: string) =>
  ada.call("putSchedule", { ...NIGHTLY, body: { cron, submission: SUBMISSION } });
const hook = (ada: Client, only_if: Record<string, string>, secret?: string) =>
  ada.call("putHook", { params: { name: "on-push" }, body: { submission: SUBMISSION, only_if, secret } });

/** Each act with the words that tell it, in the order in which they are done; what changes nothing is not told. */
const ACTS: [RouteName, string | undefined, (ada: Client) => Promise<unknown>][] = [
  [
    "createToken",
    "made the token 5 ci (submit, for 1h00m, at most 0.5 of all workers)",
    (ada) => ada.call("createToken", { body: { name: "ci", scope: "submit", expires_in: 3600, max_share: 0.5 } }),
  ],
  [
    "createToken",
    "made the token 6 eve (admin, without an end)",
    (ada) => ada.call("createToken", { body: { name: "eve", scope: "admin" } }),
  ],
  ["revokeToken", "revoked the token 5 ci (submit)", (ada) => ada.call("revokeToken", { params: { id: 5 } })],
  ["putLayer", "set memory (value 1)", (ada) => ada.call("putLayer", { body: { field: "memory", value: "2G" } })],
  ["removeLayer", "removed the value 1", (ada) => ada.call("removeLayer", { params: { id: 1 } })],
  [
    "takeBackAdvice",
    "took back what was ignored: the advice on memory for task build, context sid",
    (ada) => ada.call("takeBackAdvice", ONE),
  ],
  [
    "ignoreAdvice",
    "ignored the advice on memory for task build",
    (ada) => ada.call("ignoreAdvice", { body: { task_name: KEY.task_name } }),
  ],
  ["putSchedule", "made the schedule nightly", (ada) => schedule(ada, "0 3 1 1 *")],
  ["putSchedule", "changed the schedule nightly (cron)", (ada) => schedule(ada, "0 4 1 1 *")],
  ["putSchedule", undefined, (ada) => schedule(ada, "0 4 1 1 *")],
  ["pauseSchedule", "paused the schedule nightly", (ada) => ada.call("pauseSchedule", { ...NIGHTLY, body: {} })],
  ["runSchedule", "ran the schedule nightly now (#1)", (ada) => ada.call("runSchedule", { ...NIGHTLY, body: {} })],
  ["resumeSchedule", "resumed the schedule nightly", (ada) => ada.call("resumeSchedule", { ...NIGHTLY, body: {} })],
  ["removeSchedule", "removed the schedule nightly", (ada) => ada.call("removeSchedule", NIGHTLY)],
  ["putHook", "made the hook on-push", (ada) => hook(ada, {})],
  ["putHook", "changed the hook on-push (only_if, secret)", (ada) => hook(ada, { ref: "x" }, "0123456789abcdef")],
  ["removeHook", "removed the hook on-push", (ada) => ada.call("removeHook", { params: { name: "on-push" } })],
  [
    "importHistory",
    "imported 1 run into the history",
    (ada) => ada.call("importHistory", { body: { entries: [HISTORY] } }),
  ],
  [
    "changeFinding",
    "said of finding 1: known",
    (ada) => ada.call("changeFinding", { ...ONE, body: { state: "known" } }),
  ],
  ["changeFinding", "took finding 1", (ada) => ada.call("changeFinding", { ...ONE, body: { owner: "ada" } })],
  ["changeFinding", undefined, (ada) => ada.call("changeFinding", { ...ONE, body: { owner: "ada" } })],
  ["changeFinding", "gave finding 1 to eve", (ada) => ada.call("changeFinding", { ...ONE, body: { owner: "eve" } })],
  [
    "changeFinding",
    "left finding 1 to whoever takes it",
    (ada) => ada.call("changeFinding", { ...ONE, body: { owner: null } }),
  ],
  ["sendAgain", "had the delivery 1 tried again", (ada) => ada.call("sendAgain", { ...ONE, body: {} })],
  [
    "tryDelivery",
    "sent a test to https://127.0.0.1: failed",
    (ada) => ada.call("tryDelivery", { body: { action: "https://127.0.0.1/secret" } }),
  ],
  ["drainWorker", "drained w-1", (ada) => ada.call("drainWorker", { ...WORKER, body: {} })],
  ["resumeWorker", "resumed w-1", (ada) => ada.call("resumeWorker", { ...WORKER, body: {} })],
  ["removeWorker", "removed the worker w-1", (ada) => ada.call("removeWorker", WORKER)],
];

/** What is there to be acted on that people do not make. */
function prepare(store: Store): Promise<void> {
  return store.transaction(async (tx) => {
    await tx.insertFinding(newFinding("memory", KEY, at(0)));
    const told = { reaction: "on_drift", action: "https://127.0.0.1/x", payload: {} } as const;
    await tx.insertDeliveries([{ ...told, work_request_id: null, finding_id: 1 }]);
    const advice = { ...KEY, subject: "", context: "sid", resource: "memory", asked: 2, enough: 1 } as const;
    await tx.putIgnoredAdvice({ ...advice, ignored_by: "eve" });
    const memory = { amount: 2 ** 33, source: "request" } as const;
    for (let run = 1; run <= 6; run += 1) {
      const completed_at = timestamp(Date.now() - run * 60_000);
      const allocation = { ...ALLOCATION, memory };
      await tx.insertHistory(newEntry({ completed_at, allocation, work_request_id: run as WorkRequestId })); // as numbered
    }
    await tx.updateDelivery(1, { state: "failed", next_attempt_at: null });
  });
}

describe.each(ENGINES)("what people do to the server on $name", (engine) => {
  const databases = useDatabases(engine);

  it("is told by events, with who did it, and without any secret", async () => {
    const database = await databases.fresh();
    const store = await databases.open(database);
    await prepare(store);
    const harness = await startHarness({ database });
    try {
      const { secret } = await harness.client.call("createToken", { body: { name: "ada", scope: "admin" } });
      await harness.join("w-1");
      const ada = createClient({ url: harness.server.url, token: secret });
      const start = await store.read.lastEventId();
      for (const [, , act] of ACTS) await act(ada);
      ada.close();
      const told = (await store.read.events(start, 1_000)).filter(isAct);
      const acts = told.filter(({ data }) => data.by === "ada");
      expect(acts.map(actText)).toEqual(ACTS.flatMap(([, words]) => words ?? []));
      const all = JSON.stringify(await store.read.events(0, 1_000));
      expect(all).not.toMatch(/almanac_|whsec_|0123456789abcdef|secret_hash/);
      const made = (await store.read.events(0, 1_000)).find(({ kind }) => kind === "token_changed");
      expect(made?.data).toEqual({
        did: "made",
        token_id: 2,
        name: "ada",
        scope: "admin",
        expires_at: null,
        max_share: null,
        by: "local",
        by_token: 1,
      });
      const joined = (await store.read.events(0, 1_000)).find(({ kind }) => kind === "worker_joined");
      expect(joined?.data).toMatchObject({ token_id: 3 });
    } finally {
      await harness.close();
    }
  });
});

it("every call that changes something leaves a trace of who made it", () => {
  const changing = Object.entries<Route>(routes).filter(([, { method }]) => method !== "GET");
  const known = new Set<string>([...ACTS.map(([name]) => name), ...Object.keys(ELSEWHERE)]);
  expect(changing.map(([name]) => name).filter((name) => !known.has(name))).toEqual([]);
});
