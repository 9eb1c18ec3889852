import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ImportedEntry } from "../../src/contract/history-entries.ts";
import type { ServerSettings } from "../../src/server/loop/context.ts";
import { ENGINES, useDatabases } from "../store/engines.ts";
import { startHarness, type Harness } from "./harness.ts";

/* What a server keeps is chosen at its start, and forgotten as chosen: also of keys of which nothing runs any more. */

const DAY = 86_400;

/** A clock that the test puts on: that of an embedded database as well. */
let nowMs: number;
const clock = { nowMs: () => nowMs, monotonicMs: () => performance.now() };
const PATIENT = { timeout: 20_000 };

const daysAgo = (days: number) => new Date(nowMs - days * DAY * 1000).toISOString();

/** One run of the key, so many days ago. */
const run = (subject: string, days: number, isFailure = false): ImportedEntry => ({
  task_type: "worker",
  task_name: "build",
  subject,
  context: "",
  completed_at: daysAgo(days),
  result: isFailure ? "failure" : "success",
  outcome: { kind: "exited", code: isFailure ? 1 : 0 },
  runtime_statistics: {},
  lower_bounds: [],
  trusted: true,
});

async function agesOf(harness: Harness, subject: string): Promise<number[]> {
  const query = { task_name: "build", subject, limit: 1_000 };
  const { items } = await harness.client.call("listHistory", { query });
  return items.map(({ completed_at }) => Math.round((nowMs - Date.parse(completed_at)) / (DAY * 1000)));
}

describe("a server that is started to keep less", () => {
  let settings: Partial<ServerSettings>;
  let harness: Harness;
  beforeEach(async () => {
    nowMs = Date.parse("2026-11-22T10:00:00.000Z");
    settings = {};
    harness = await startHarness({ clock, settings });
  });
  afterEach(() => harness.close());

  const restartWith = (chosen: Partial<ServerSettings>) => harness.restart(() => Object.assign(settings, chosen));

  it("forgets runs beyond the count and the age, but never the last success and failure", async () => {
    const { client } = harness;
    const many = Array.from({ length: 130 }, (_, index) => run(`key ${index}`, 400)); // more keys than are looked at at once
    const entries = [...many, run("zlib", 500, true), ...[9, 8, 7, 6, 5, 4, 3, 2].map((days) => run("zlib", days))];
    await client.call("importHistory", { body: { entries: [...entries, run("zlib", 401), run("only", 900)] } });
    await restartWith({ historyToKeep: 6 });
    await expect.poll(() => agesOf(harness, "zlib"), PATIENT).toEqual([2, 3, 4, 5, 6, 7, 500]);
    await restartWith({ historyToKeep: 200, historyMaxAge: 5 * DAY });
    await expect.poll(() => agesOf(harness, "zlib"), PATIENT).toEqual([2, 3, 4, 5, 500]);
    expect(await agesOf(harness, "only")).toEqual([900]);
    expect(await agesOf(harness, "key 129")).toEqual([400]);
  });

  it("deletes requests that end after it, and those of before as they were told", async () => {
    const end = async (expire_after?: number) => {
      const [request] = await harness.submit({ task_name: "build", ...(expire_after && { expire_after }) });
      await harness.client.call("abortWorkRequest", { params: { id: request!.id }, body: {} });
      return request!.id;
    };
    const before = await end();
    await restartWith({ expireAfter: 2 * DAY });
    const [usual, own] = [await end(), await end(5 * DAY)];
    const left = async () => (await harness.client.call("listWorkRequests", { query: {} })).items.map(({ id }) => id);
    nowMs += 3 * DAY * 1000;
    await harness.restart();
    await expect.poll(left, PATIENT).toEqual([own, before]);
    expect(usual).not.toBe(own);
    await restartWith({ expireAfter: null });
    const forEver = await end();
    nowMs += 4_000 * DAY * 1000;
    await harness.restart();
    await expect.poll(left, PATIENT).toEqual([forEver]);
  });

  it("says on the settings what was chosen, and how", async () => {
    await restartWith({ historyMaxAge: 365 * DAY, deliveriesMaxAge: null });
    const answer = await fetch(`${harness.server.url}/sign-in`, {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams({ token: harness.server.adminToken }),
    });
    const cookie = (answer.headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "";
    const page = await (await fetch(`${harness.server.url}/settings`, { headers: { cookie } })).text();
    const [, kept = ""] = page.split('aria-label="What is kept"');
    const rows = [...kept.slice(0, kept.indexOf("</table>")).matchAll(/<tr><th scope="row".*?<\/tr>/g)];
    const texts = rows.map(([row]) =>
      row
        .replaceAll(/<[^>]*>/g, " ")
        .replaceAll(/\s+/g, " ")
        .trim(),
    );
    expect(texts).toEqual([
      "requests, their runs, logs and outputs 90 days after their end, unless a request says otherwise default --keep-requests",
      "history of each key the newest 200 runs, at most 365 days old, the last success and the last failure, whatever becomes of requests chosen at its start --keep-history --keep-history-for",
      "events those of requests that are there, and the newest 100,000 others default --keep-events",
      "accuracy of estimates, by task and day 400 days default --keep-accuracy",
      "deliveries for ever after they ended chosen at its start --keep-deliveries",
    ]);
  });
});

describe.each(ENGINES)("on $name", (engine) => {
  const databases = useDatabases(engine);

  it("deliveries, days of accuracy and histories that are too old go, and events that are too many", async () => {
    nowMs = Date.now();
    const database = await databases.fresh();
    const store = await databases.open(database);
    const day = daysAgo(3).slice(0, "2026-11-22".length);
    await store.transaction(async (tx) => {
      const told = { reaction: "on_drift", action: "https://example.org/x", payload: {} } as const;
      await tx.insertDeliveries([{ ...told, work_request_id: null, finding_id: null }]);
      await tx.updateDelivery(1, { state: "failed", next_attempt_at: null, ended_at: daysAgo(3) });
      await tx.changeAccuracyDay({ task_type: "worker", task_name: "build", day }, () => ({}));
      await tx.importHistory([run("zlib", 3), run("zlib", 1)]);
      await tx.appendEvents(["a", "b", "c"].map((name) => ({ kind: "share_changed", data: { name } })));
    });
    const settings = { deliveriesMaxAge: 2 * DAY, accuracyMaxAge: 2 * DAY, historyMaxAge: 2 * DAY, eventsToKeep: 2 };
    const harness = await startHarness({ database, settings });
    try {
      const left = async () => [
        (await store.read.deliveries({}, { limit: 10 })).items.length,
        (await store.read.accuracyDays({ since: "2020-01-01" }, 10)).length,
        (await agesOf(harness, "zlib")).length,
        (await store.read.events(0, 1_000))
          .filter(({ work_request_id }) => work_request_id === undefined)
          .map(({ data }) => data["name"])
          .join(),
      ];
      await expect.poll(left, PATIENT).toEqual([0, 0, 1, "b,c"]);
    } finally {
      await harness.close();
    }
  });
});
