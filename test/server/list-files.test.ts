import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ImportedEntry } from "../../src/contract/history-entries.ts";
import { timestamp } from "../../src/domain/clock.ts";
import type { WorkRequest } from "../../src/domain/work-request.ts";
import { COMMAND, startHarness, type Harness } from "./harness.ts";

/*
 * Lists as files: the same address gives the page, CSV or JSON.
 */

describe("a list of requests as a file", () => {
  let harness: Harness;
  let requests: WorkRequest[];
  beforeAll(async () => {
    harness = await startHarness();
    requests = await harness.submit(
      { task_name: "build", subject: "gcc", task_data: COMMAND, requirements: { memory: 2 ** 30 }, priority: -5 },
      { task_name: "build", subject: '=HYPERLINK("x"), "quoted"', task_data: COMMAND },
      { task_name: "test", task_data: COMMAND, requirements: { tags: ["none"] } },
    );
    await harness.client.call("abortWorkRequest", {
      params: { id: requests[1]!.id },
      body: { reason: "no longer,\nwanted" },
    });
  });
  afterAll(() => harness.close());

  function fetched(path: string, accept: string, token = harness.server.adminToken) {
    const headers = { accept, authorization: `Bearer ${token}` };
    return fetch(harness.server.url + path, { headers });
  }

  it("is CSV with plain values in base units, in which no name is a formula", async () => {
    const answer = await fetched("/r.csv?task_name=build", "*/*");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="almanac-requests.csv"');
    const text = await answer.text();
    const [head, aborted, asked] = text.split(/\n(?=id|\d)/);
    const names = head!.split(",");
    expect(names).toEqual(expect.arrayContaining(["id", "status", "peak_memory_bytes", "duration_s", "created_at"]));
    const cells = asked!.trimEnd().split(",");
    const cell = (name: string) => cells[names.indexOf(name)];
    expect([cell("id"), cell("subject"), cell("status"), cell("priority"), cell("peak_memory_bytes")]).toEqual([
      String(requests[0]!.id),
      "gcc",
      "pending",
      "-5",
      "",
    ]);
    expect(cell("created_at")).toBe(requests[0]!.created_at);
    expect(aborted).toContain(`"'=HYPERLINK(""x""), ""quoted"""`);
    expect(aborted).toContain(`"no longer,\nwanted"`);
  });

  it("is given at the address of the page to whoever asks for it, and JSON by the API", async () => {
    const csv = await fetched("/r?status=aborted&fields=state", "text/csv, application/json;q=0.5");
    expect((await csv.text()).trimEnd().split(/\n(?=\d)/)).toHaveLength(2);
    const json = (await (await fetched("/r?status=aborted", "application/json")).json()) as { items: WorkRequest[] };
    expect(json.items.map(({ id }) => id)).toEqual([requests[1]!.id]);
    const page = await fetched("/r", "text/html, application/json");
    expect(page.headers.get("content-type")).toContain("text/html");
  });

  it("goes on past what is read at once", async () => {
    for (let count = 0; count < 6; count += 1) {
      await harness.submit(...Array.from({ length: 100 }, () => ({ task_name: "many", task_data: COMMAND })));
    }
    const lines = (await (await fetched("/r.csv?task_name=many", "*/*")).text()).trimEnd().split("\n");
    expect(new Set(lines).size).toBe(601);
  });

  it("is refused without a token, and with a filter that is none", async () => {
    expect((await fetched("/r.csv", "*/*", "wrong")).status).toBe(401);
    const answer = await fetched("/r.csv?since=yesterday", "*/*");
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("a time like 2026-11-22T17:16:02.123Z");
  });
});

describe("a history as a file", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
    const imported = (subject: string, seconds: number): ImportedEntry => ({
      task_type: "worker",
      task_name: "build",
      subject,
      context: "sid",
      completed_at: timestamp(Date.parse("2026-11-01T12:00:00.000Z") + seconds * 1000),
      result: "success",
      outcome: { kind: "exited", code: 0 },
      runtime_statistics: { duration: seconds, memory: 2 ** 30 },
      lower_bounds: ["memory"],
      trusted: true,
      origin: "elsewhere",
    });
    const entries = Array.from({ length: 600 }, (_, index) => imported("gcc", index + 1));
    await harness.client.call("importHistory", {
      body: { entries: [...entries, { ...imported("llvm", 9), worker_name: "w-1" }] },
    });
  });
  afterAll(() => harness.close());

  function fetched(path: string, accept: string) {
    return fetch(harness.server.url + path, {
      headers: { accept, authorization: `Bearer ${harness.server.adminToken}` },
    });
  }

  it("has all runs of a key, newest first, in base units with what is a lower bound, also those that the page leaves out", async () => {
    const answer = await fetched("/history.csv?task_name=build&subject=gcc&what_if=2G", "*/*");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="almanac-history.csv"');
    const [head, newest, ...others] = (await answer.text()).trimEnd().split("\n");
    expect(others).toHaveLength(599);
    const names = head!.split(","); // a file has a head
    const cells = newest!.split(","); // there are 600
    const shown = ["completed_at", "subject", "result", "duration_s", "peak_memory_bytes", "lower_bounds", "worker"];
    expect(shown.map((name) => cells[names.indexOf(name)])).toEqual([
      "2026-11-01T12:10:00.000Z",
      "gcc",
      "success",
      "600",
      String(2 ** 30),
      "memory",
      "",
    ]);
  });

  it("is that of one worker only where one is asked for, by file and API alike", async () => {
    const path = "/history?task_name=build&worker=w-1";
    const csv = await (await fetched(path, "text/csv")).text();
    expect(csv.trimEnd().split("\n")).toHaveLength(2);
    const json = (await (await fetched(path, "application/json")).json()) as { items: ImportedEntry[] };
    expect(json.items.map(({ subject, worker_name }) => [subject, worker_name])).toEqual([["llvm", "w-1"]]);
  });

  it("is given at the address of the page, in a span of time, as CSV or by the API as JSON", async () => {
    const path = "/history?task_name=build&since=2026-11-01T12:09:59.000Z";
    const csv = await (await fetched(path, "text/csv")).text();
    expect(csv.trimEnd().split("\n")).toHaveLength(3);
    const json = (await (await fetched(path, "application/json")).json()) as { items: unknown[] };
    expect(json.items).toHaveLength(2);
    expect((await fetched("/history.csv", "*/*")).status).toBe(400);
  });
});
