import { afterEach, beforeEach, expect, it } from "vitest";
import type { SyncAnswer } from "../../src/contract/worker-protocol.ts";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import { ended, startHarness, type Harness, type PlayedWorker } from "./harness.ts";

/* What pages show of the last that ended: by when it ended, not by when it was submitted. */

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

/** The requests that a part of a page links to, in their order. */
async function shown(path: string, heading: string): Promise<number[]> {
  const post = await fetch(`${harness.server.url}/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ token: harness.server.adminToken }),
  });
  const cookie = (post.headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "";
  const page = await (await fetch(`${harness.server.url}${path}`, { headers: { cookie } })).text();
  const part = page.slice(page.indexOf(`>${heading}</h2>`)).split("<h2")[0] ?? "";
  return [...new Set([...part.matchAll(/r\/(\d+)"/g)].map(([, id]) => Number(id)))];
}

async function submit(count: number): Promise<WorkRequestId[]> {
  const parts = Array.from({ length: count }, () => ({
    task_name: "build",
    requirements: { cpu_count: 0.1, memory: 1, disk_space: 1 },
  }));
  const ids = (await harness.submit(...parts)).map(({ id }) => id);
  for (const id of ids) await harness.event(id, "placed");
  return ids;
}

it("an old request that ended just now stands before the many that were submitted after it", async () => {
  const worker: PlayedWorker = await harness.join("w-1");
  const [old, ...young] = await submit(52);
  const assignments: SyncAnswer["assignments"] = [];
  // ends: when the worker has been told of all that were placed on it
  while (assignments.length < 52) assignments.push(...(await worker.sync()).assignments);
  const end = async (ids: readonly WorkRequestId[]) => {
    const reports = assignments.filter(({ work_request_id: id }) => ids.includes(id)).map((one) => ended(one, {}));
    await worker.sync(reports);
    for (const id of ids) await harness.event(id, "completed");
  };
  await end(young.slice(0, 50));
  await end([old!]); // so many were submitted
  expect((await shown("/", "Ended last")).slice(0, 1)).toEqual([old]);
  const onWorker = await shown("/workers/w-1", "Requests that ran on it last");
  expect(onWorker.slice(0, 2)).toEqual([young.at(-1), old]);
  expect(onWorker).toHaveLength(20);
});
