import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { workerName } from "../../src/contract/names.ts";
import type { SentLines } from "../../src/contract/worker-protocol.ts";
import { epochMs } from "../../src/domain/clock.ts";
import { LONGEST_LINE } from "../../src/domain/worker-line.ts";
import { createClient } from "../../src/client/client.ts";
import { startHarness, type Harness } from "./harness.ts";

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(async () => {
  await harness.close();
});

const params = { worker_name: workerName.parse("w-01") };
const said = (texts: readonly string[], from = 1, more: Partial<SentLines["lines"][number]> = {}): SentLines => ({
  session: "one",
  lines: texts.map((text, index) => ({ number: from + index, age_ms: 0, level: "info", text, ...more })),
});
const heard = async () =>
  (await harness.client.call("listWorkerLines", { params })).items.map(({ text }) => text).toReversed();

describe("the log of a worker at the server", () => {
  it("has each line once, however often it comes", async () => {
    const worker = await harness.join("w-01");
    await worker.sync([], { log: said(["a", "b"]) });
    await worker.sync([], { log: said(["a", "b", "c"]) });
    expect(await heard()).toEqual(["a", "b", "c"]);
  });

  it("takes nothing from a call that tells of the past", async () => {
    const worker = await harness.join("w-01");
    await worker.sync([], { log: said(["a"]), sequence: 7 });
    await expect(worker.sync([], { log: said(["b"], 2), sequence: 7 })).rejects.toMatchObject({
      code: "call-out-of-order",
    });
    expect(await heard()).toEqual(["a"]);
  });

  it("has the server's time, whatever the worker's clock says", async () => {
    const worker = await harness.join("w-01");
    const beforeMs = Date.now();
    await worker.sync([], { log: said(["a"], 1, { age_ms: 3_600_000, level: "warning" }) });
    const [line] = (await harness.client.call("listWorkerLines", { params })).items;
    expect(line).toMatchObject({ level: "warning", text: "a" });
    expect(epochMs(line!.at) + 3_600_000).toBeGreaterThanOrEqual(beforeMs);
    expect(epochMs(line!.at) + 3_600_000).toBeLessThanOrEqual(Date.now());
  });

  it("shows what a hostile worker hides in a line, and refuses what is more than a line", async () => {
    const worker = await harness.join("w-01");
    await worker.sync([], { log: said(["\u001b[2J<script>\n\u0000\u202e", "\u0000".repeat(LONGEST_LINE)]) });
    const [hidden, long] = await heard();
    expect(hidden).toBe("\\x1b[2J<script>\\n\\x00\\u202e");
    expect(long).toHaveLength(LONGEST_LINE);
    for (const log of [said(["x".repeat(LONGEST_LINE + 1)], 3), said(Array.from({ length: 21 }, String), 3)])
      await expect(worker.sync([], { log })).rejects.toMatchObject({ code: "invalid-request" });
  });

  it("is read by whoever may read, page by page, and is not found without its worker", async () => {
    const worker = await harness.join("w-01");
    await expect(harness.client.call("listWorkerLines", { params: { worker_name: workerName.parse("w-02") } }))
      .rejects //
      .toMatchObject({ code: "not-found" });
    await worker.sync([], { log: said(["a", "b", "c"]) });
    const { secret } = await harness.client.call("createToken", { body: { name: "reader", scope: "read" } });
    const reader = createClient({ url: harness.server.url, token: secret });
    const first = await reader.call("listWorkerLines", { params, query: { limit: 2 } });
    expect(first.items.map(({ text }) => text)).toEqual(["c", "b"]);
    const rest = await reader.call("listWorkerLines", { params, query: { limit: 2, cursor: first.next_cursor! } });
    expect(rest).toMatchObject({ items: [{ text: "a" }], next_cursor: null });
    reader.close();
    await expect(worker.client.call("listWorkerLines", { params })).rejects.toMatchObject({ code: "forbidden" });
  });

  it("stays when the machine joins anew, and goes when the worker is removed", async () => {
    const worker = await harness.join("w-01");
    await worker.sync([], { log: said(["a"]) });
    await harness.client.call("removeWorker", { params });
    const again = await harness.join("w-01");
    expect(await heard()).toEqual([]);
    await again.sync([], { log: said(["a"]) });
    expect(await heard()).toEqual(["a"]);
  });

  it("tells who listens to it that it has grown", async () => {
    const worker = await harness.join("w-01");
    const stop = new AbortController();
    const { body } = await fetch(`${harness.server.url}/api/v1/events?topics=log:w-01`, {
      headers: { authorization: `Bearer ${harness.server.adminToken}` },
      signal: stop.signal,
    });
    let seen = "";
    for await (const piece of body!.pipeThrough(new TextDecoderStream())) {
      if (seen === "") await worker.sync([], { log: said(["a"]) }); // the stream is open
      seen += piece;
      if (seen.includes('event: log\ndata: {"worker_name":"w-01"}\n\n')) break;
    }
    stop.abort();
    expect(seen).toContain("event: log");
  });
});
