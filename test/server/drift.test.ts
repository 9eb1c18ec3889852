import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ImportedEntry } from "../../src/contract/history-entries.ts";
import type { Finding } from "../../src/domain/finding.ts";
import { parseRunId } from "../../src/domain/ids.ts";
import { ENGINES, useDatabases } from "../store/engines.ts";
import { ended, startHarness, type Harness, type PlayedWorker } from "./harness.ts";

const KEY = { task_name: "build", subject: "hello", context: "x" };
const MIB = 1024 ** 2;

/** 0 to 4, each value unlike the one before. */
const jitter = (index: number): number => ((index + 1) * 7) % 5;

describe.each(ENGINES)("drift of a key, kept in $name,", (engine) => {
  const databases = useDatabases(engine);
  let harness: Harness;
  let worker: PlayedWorker;
  let minute: number;
  beforeEach(async () => {
    minute = 0;
    const settings = { leaseMs: 60_000, heartbeatMs: 50 };
    harness = await startHarness({ database: await databases.fresh(), settings, random: () => 0 });
    worker = await harness.join("w-1");
  });
  afterEach(() => harness.close());

  /** So many earlier runs with about so much memory and time. */
  async function give(count: number, memoryMib: number, seconds: number): Promise<void> {
    const entries: ImportedEntry[] = Array.from({ length: count }, (_, index) => ({
      ...KEY,
      task_type: "worker",
      completed_at: new Date(Date.UTC(2026, 0, 1, 0, (minute += 1))).toISOString(),
      result: "success",
      outcome: { kind: "exited", code: 0 },
      runtime_statistics: { duration: seconds, memory: (memoryMib + jitter(index)) * MIB },
      duration_ms: seconds * 1000 + jitter(index) * 10,
      lower_bounds: [],
      cpu_model: "test",
      trusted: true,
    }));
    await harness.client.call("importHistory", { body: { entries } });
  }

  /** One more run; what the server finds then is an event. */
  async function run(memoryMib: number, seconds: number): Promise<number> {
    const [request] = await harness.submit(KEY);
    await harness.event(request!.id, "placed"); // one was submitted
    const [assignment] = (await worker.sync()).assignments;
    const runtime_statistics = { memory: memoryMib * MIB, duration: seconds };
    await worker.sync([ended(assignment!, { runtime_statistics })]); // it was placed on the one worker
    return request!.id;
  }

  /** Waits until so many events have told of findings; gives the findings. */
  async function found(count: number): Promise<Finding[]> {
    const stop = new AbortController();
    let seen = 0;
    for await (const message of harness.client.events({ after: 0, signal: stop.signal })) {
      if (message.type !== "event" || message.event.kind !== "finding") continue;
      seen += 1;
      if (seen < count) continue;
      stop.abort();
      break;
    }
    return (await harness.client.call("listFindings", { query: {} })).items;
  }

  it("is found after a run, confirmed by later ones, and over when they need as little as before", async () => {
    await give(40, 100, 60);
    await give(14, 150, 60);
    const first = await run(150, 60);
    const [opened] = await found(1);
    expect(opened).toMatchObject({ kind: "memory", state: "new", ...KEY, last_run_id: `${first}.1`, run_count: 15 });
    expect(opened).toMatchObject({ request_count: 1, stopped_count: 0, first_request_by: null, last_pass: null });
    expect(opened).toMatchObject({ first_run_id: null, level_since: "2026-01-01T00:41:00.000Z" }); // an imported one
    expect(opened!.before_amount! / MIB).toBeCloseTo(102, -1); // it has amounts
    expect(opened!.after_amount! / MIB).toBeCloseTo(152, -1); // as before
    expect(opened!.because).toMatch(/^memory rose by \d+ %: 102M at the median of 40 runs, 152M in the 15 since/);

    await give(10, 150, 60);
    const second = await run(150, 60);
    expect(await found(2)).toMatchObject([
      { state: "confirmed", run_count: 26, request_count: 2, last_run_id: `${second}.1` },
    ]);

    await give(20, 101, 60);
    await run(100, 60);
    expect(await found(3)).toMatchObject([{ state: "fixed", state_by: null }]);
  });

  it("says what the first run on the new level had otherwise than the last one before", async () => {
    for (let index = 0; index < 25; index += 1) await run(100, 60);
    for (let index = 0; index < 15; index += 1) await run(150, 60);
    const [opened] = await found(1);
    expect(opened).toMatchObject({ kind: "memory", first_request_by: "local" });
    expect(opened!.request_count).toBe(opened!.run_count); // just found
    const began = parseRunId(opened!.first_run_id!)!.work_request_id; // of a run of this test
    expect(opened!.last_pass).toMatchObject({ run_id: `${began - 1}.1` });
    expect(opened!.last_pass!.changes!.map(({ what }) => what)).not.toContain("worker"); // there is one
  });

  it("that a person has accepted is new again when it goes on", async () => {
    await give(40, 100, 60);
    await give(20, 100, 90);
    await run(100, 90);
    const [slower] = await found(1);
    expect(slower).toMatchObject({ kind: "duration", state: "new" });
    const params = { id: slower!.id }; // just found
    await harness.client.call("changeFinding", { params, body: { state: "known", note: "more tests" } });
    await give(20, 100, 180);
    await run(100, 180);
    const findings = await found(3); // the person's word is the second
    expect(findings).toMatchObject([{ id: slower!.id, state: "new", note: "more tests" }]);
    expect(findings[0]!.before_amount).toBeCloseTo(60, -1); // the whole way
    expect(findings[0]!.after_amount).toBeCloseTo(180, -1);
  });
});
