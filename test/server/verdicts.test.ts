import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createClient } from "../../src/client/client.ts";
import type { ImportedEntry } from "../../src/contract/history-entries.ts";
import { formatLogRecord } from "../../src/domain/log-record.ts";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import type { VerdictKind } from "../../src/domain/verdict.ts";
import { ENGINES, useDatabases } from "../store/engines.ts";
import { COMMAND, ended, startHarness, type Harness, type PlayedWorker } from "./harness.ts";

const KEY = { task_name: "build", subject: "hello", context: "x" };
const FAILED = { kind: "exited", code: 2 } as const;

/** So many runs of the key that passed. */
function passes(count: number, more: Partial<ImportedEntry> = {}): ImportedEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    ...KEY,
    task_type: "worker" as const,
    completed_at: new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString(),
    result: "success" as const,
    outcome: { kind: "exited" as const, code: 0 },
    runtime_statistics: { duration: 1 },
    lower_bounds: [],
    trusted: true,
    ...more,
  }));
}

describe.each(ENGINES)("a verdict, kept in $name,", (engine) => {
  const databases = useDatabases(engine);
  let harness: Harness;
  let first: PlayedWorker;
  let second: PlayedWorker;
  beforeEach(async () => {
    const settings = { leaseMs: 60_000, heartbeatMs: 50, drainSuspects: true };
    harness = await startHarness({ database: await databases.fresh(), settings, random: () => 0 });
    first = await harness.join("w-1");
    second = await harness.join("w-2");
  });
  afterEach(() => harness.close());

  const give = (entries: ImportedEntry[]) => harness.client.call("importHistory", { body: { entries } });

  /** Ends the next run of a request as given, wherever it was placed; gives the worker's name. */
  async function endRun(id: WorkRequestId, attempt: number, line?: string): Promise<string> {
    await harness.event(id, "placed", attempt);
    const { runs } = await harness.client.call("getWorkRequest", { params: { id } });
    const { worker_name } = runs.at(-1)!; // it was just placed
    const worker = worker_name === "w-1" ? first : second;
    const assignment = (await worker.sync()).assignments.find(({ work_request_id }) => work_request_id === id)!; // on it
    if (line === undefined) await worker.sync([ended(assignment, {})]);
    else {
      const { run_id, lease_token } = assignment;
      const bytes = formatLogRecord({
        kind: "output",
        at_ms: 1,
        stream: "stderr",
        bytes: new TextEncoder().encode(line),
        ends_line: true,
      });
      await worker.client.upload("appendLog", { params: { run_id }, query: { offset: 0, lease_token }, body: bytes });
      await worker.sync([ended(assignment, { outcome: FAILED, log: { size: bytes.length, cut_bytes: 0 } })]);
    }
    return worker_name;
  }

  const findings = async () => (await harness.client.call("listFindings", { query: {} })).items;

  it("is a flake when the work passes on another worker, and its dependents waited for that", async () => {
    await give(passes(30));
    const [request, dependent] = await harness.submit({ ...KEY, name: "a" }, { task_name: "after", depends_on: ["a"] });
    const failedOn = await endRun(request!.id, 1, "src/a.c:7: error: gone");
    expect(await harness.request(request!.id)).toMatchObject({ status: "pending", avoid_workers: [failedOn] });
    expect((await harness.request(dependent!.id)).status).toBe("blocked");
    const passedOn = await endRun(request!.id, 2);
    expect(passedOn).not.toBe(failedOn);
    const { verdict, result } = await harness.request(request!.id);
    expect(result).toBe("success");
    expect(verdict).toMatchObject({
      kind: "flaky",
      fatal: false,
      because: `it failed on ${failedOn}, then it passed on ${passedOn} with the same input`,
      evidence: expect.arrayContaining([`${request!.id}.1`, `${request!.id}.2`]) as unknown,
      spent: { flaky: 1 },
    });
    await harness.event(dependent!.id, "unblocked");
  });

  it("is a regression when it fails again, then known, then fixed; the finding follows", async () => {
    await give(passes(150));
    const [request] = await harness.submit(KEY);
    await endRun(request!.id, 1, "/tmp/1/a.c:7: error: gone");
    await endRun(request!.id, 2, "/tmp/2/a.c:9: error: gone");
    const judged = await harness.request(request!.id);
    expect(judged.verdict).toMatchObject({ kind: "regression", fatal: true, first_error: "/tmp/2/a.c:9: error: gone" });
    expect(judged.verdict!.confidence).toBeGreaterThan(0.99); // it has one, as just seen
    expect(await findings()).toMatchObject([
      { kind: "regression", state: "new", ...KEY, first_run_id: `${request!.id}.1`, run_count: 2 },
    ]);

    const [again] = await harness.submit(KEY);
    await endRun(again!.id, 1, "/tmp/3/a.c:9: error: gone");
    expect((await harness.request(again!.id)).verdict).toMatchObject({
      kind: "known_failure",
      fatal: false,
      spent: {},
    });
    expect(await findings()).toMatchObject([{ state: "confirmed", run_count: 3, request_count: 2 }]);
    const why = await harness.client.call("whyWorkRequest", { params: { id: again!.id } });
    expect(why.failure!.finding).toEqual({ id: 1, state: "confirmed", owner: null }); // it failed

    const [fixed] = await harness.submit(KEY);
    await endRun(fixed!.id, 1);
    expect((await harness.request(fixed!.id)).verdict).toMatchObject({ kind: "fixed", fatal: false });
    expect(await findings()).toMatchObject([{ state: "fixed" }]);
  });

  it("opens a finding that says whom it hits, who sent what it began in, and what was otherwise there", async () => {
    await give(passes(150));
    const [passing] = await harness.submit({ ...KEY, task_data: { command: ["make", "-j2"] } });
    await endRun(passing!.id, 1);
    const { secret } = await harness.client.call("createToken", { body: { name: "ada", scope: "submit" } });
    const ada = createClient({ url: harness.server.url, token: secret });
    const broken = { ...KEY, task_data: { command: ["make", "-j3"] }, name: "a" };
    const after = { task_name: "after", task_data: COMMAND };
    const { work_requests } = await ada.call("submit", {
      body: {
        work_requests: [
          broken,
          { ...after, name: "b", depends_on: ["a"] },
          { ...after, name: "c", depends_on: ["b"] },
          { ...after, name: "d", depends_on: ["a"], allow_failure: true },
        ],
      },
    });
    const { id } = work_requests[0]!; // four were submitted
    await endRun(id, 1, "error: gone");
    await endRun(id, 2, "error: gone");
    const [opened] = (await harness.client.call("listFindings", { query: {} })).items;
    expect(opened).toMatchObject({
      run_count: 2,
      request_count: 1,
      stopped_count: 3,
      first_request_by: "ada",
      last_pass: { run_id: `${passing!.id}.1` },
    });
    expect(opened!.last_pass!.changes).toContainEqual({
      what: "task data command",
      before: '["make","-j2"]',
      after: '["make","-j3"]',
    });

    const [again] = await harness.submit(broken);
    await endRun(again!.id, 1, "error: gone");
    const { finding } = await harness.client.call("getFinding", { params: { id: opened!.id } });
    expect(finding).toEqual({
      ...opened,
      state: "confirmed",
      run_count: 3,
      request_count: 2,
      last_run_id: `${again!.id}.1`,
      last_seen_at: finding.last_seen_at,
      state_at: finding.state_at,
    });
    await expect(harness.client.call("getFinding", { params: { id: 999 } })).rejects.toThrow("no finding 999");
  });

  it("comes with who failed alike, and what has changed since the last run that passed", async () => {
    const passing = await harness.submit({ ...KEY, task_data: { command: ["make", "-j2"] } });
    await endRun(passing[0]!.id, 1);
    const [other] = await harness.submit({ ...KEY, subject: "other" });
    await endRun(other!.id, 1, "src/b.c:3: error: gone");
    const [request] = await harness.submit({ ...KEY, task_data: { command: ["make", "-j3"] } });
    await endRun(request!.id, 1, "src/b.c:9: error: gone");
    const { failure } = await harness.client.call("whyWorkRequest", { params: { id: request!.id } });
    expect(failure).toMatchObject({
      first_error: "src/b.c:9: error: gone",
      alike: [{ run_id: `${other!.id}.1`, task_name: "build", subject: "other" }],
      last_pass: { run_id: `${passing[0]!.id}.1` },
      finding: null,
    });
    expect(failure!.last_pass!.changes).toContainEqual({
      what: "task data command",
      before: '["make","-j2"]',
      after: '["make","-j3"]',
    });
    const passed = await harness.client.call("whyWorkRequest", { params: { id: passing[0]!.id } });
    expect(passed.failure).toBeNull();
  });

  it("may be overruled, is kept then, and later ones go by what was said", async () => {
    await give(passes(150));
    const [request] = await harness.submit(KEY);
    const params = { id: request!.id };
    const body = { kind: "known_failure" as const, note: "see issue 7" };
    await expect(harness.client.call("overruleVerdict", { params, body })).rejects.toThrow("has no verdict yet");
    await endRun(request!.id, 1, "error: gone");
    await endRun(request!.id, 2, "error: gone");
    const { work_request } = await harness.client.call("overruleVerdict", { params, body });
    expect(work_request.verdict).toMatchObject({
      kind: "known_failure",
      fatal: false,
      by: "local",
      note: "see issue 7",
    });
    expect(work_request.verdict!.overruled).toMatchObject([{ kind: "regression", fatal: true, by: null }]); // it has one
    const { items } = await harness.client.call("listFindings", { query: {} });
    expect(items).toMatchObject([{ state: "known", state_by: "local" }]);
    await harness.client.call("overruleVerdict", { params, body: { ...body, note: "the same again" } });
    const { tasks } = await harness.client.call("accuracy", { query: { task_name: KEY.task_name } });
    expect(tasks[0]?.accuracy.overruled).toEqual([{ from: "regression", to: "known_failure", count: 1 }]);

    const [passed] = await harness.submit(KEY);
    await endRun(passed!.id, 1);
    const [again] = await harness.submit(KEY);
    await endRun(again!.id, 1, "error: gone");
    expect((await harness.request(again!.id)).verdict).toMatchObject({ kind: "known_failure", fatal: false });
  });

  it("of a person who says that it is a regression opens a finding, or the one again that was closed", async () => {
    const [request] = await harness.submit(KEY);
    await endRun(request!.id, 1, "error: gone");
    const say = (kind: VerdictKind) =>
      harness.client.call("overruleVerdict", { params: { id: request!.id }, body: { kind, note: `it is ${kind}` } });
    expect(await findings()).toEqual([]);
    await say("regression");
    const said = { state: "confirmed", state_by: "local", note: "it is regression" };
    const opened = {
      ...said,
      kind: "regression",
      ...KEY,
      first_run_id: `${request!.id}.1`,
      first_error: "error: gone",
    };
    expect(await findings()).toMatchObject([{ ...opened, request_count: 1 }]);
    await say("flaky");
    expect(await findings()).toMatchObject([{ state: "fixed", note: "it is flaky" }]);
    await say("regression");
    expect(await findings()).toMatchObject([{ ...opened, request_count: 1 }]);
  });

  it("tells those who look at findings of what may have changed them, and of nothing else", async () => {
    const seen: string[] = [];
    const stop = new AbortController();
    const reading = (async () => {
      for await (const message of harness.client.events({ topics: ["findings"], after: 0, signal: stop.signal })) {
        if (message.type !== "event") continue;
        seen.push(message.event.kind);
        if (message.event.kind === "judged") stop.abort();
      }
    })().catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    const [passed] = await harness.submit(KEY);
    await endRun(passed!.id, 1);
    const [failed] = await harness.submit({ ...KEY, subject: "other" });
    await endRun(failed!.id, 1, "error: gone");
    const body = { kind: "regression", note: "it passed elsewhere" } as const;
    await harness.client.call("overruleVerdict", { params: { id: failed!.id }, body });
    await reading;
    expect(seen).toEqual(["completed", "finding", "judged"]);
  });

  it("is not fatal on the first run of a key, so that dependents go on, unless any failure is to be", async () => {
    const [request, dependent] = await harness.submit({ ...KEY, name: "a" }, { task_name: "after", depends_on: ["a"] });
    await endRun(request!.id, 1, "error: gone");
    expect((await harness.request(request!.id)).verdict).toMatchObject({
      kind: "first_run",
      fatal: false,
      level: "none",
    });
    await harness.event(dependent!.id, "unblocked");

    const [strict, victim] = await harness.submit(
      { ...KEY, name: "b", fail_on: "any" },
      { task_name: "after", depends_on: ["b"] },
    );
    await endRun(strict!.id, 1, "error: gone");
    expect((await harness.request(strict!.id)).verdict).toMatchObject({ kind: "never_passed", fatal: true });
    expect(await harness.request(victim!.id)).toMatchObject({ status: "aborted", verdict: { kind: "aborted" } });
  });

  it("stands on other contexts of the subject where the key has no history, and says so", async () => {
    await give(passes(150, { context: "other" }));
    const [request] = await harness.submit(KEY);
    await endRun(request!.id, 1, "error: gone");
    await endRun(request!.id, 2, "error: gone");
    const { verdict } = await harness.request(request!.id);
    expect(verdict).toMatchObject({ kind: "regression", level: "subject", confidence: 0.8 });
    expect(verdict!.because).toContain("judged by the same subject in other contexts"); // it has one
  });

  it("names a worker that fails what passes elsewhere, until it is resumed", async () => {
    for (const subject of ["a", "b", "c", "d", "e", "f"]) {
      await give(passes(30, { subject }));
      const [request] = await harness.submit({ ...KEY, subject });
      await harness.event(request!.id, "placed");
      const { runs } = await harness.client.call("getWorkRequest", { params: { id: request!.id } });
      const isOnFirst = runs[0]!.worker_name === "w-1"; // it was just placed
      await endRun(request!.id, 1, isOnFirst ? `error: of ${subject}` : undefined);
      if (isOnFirst) await endRun(request!.id, 2);
    }
    const note = async () =>
      (await harness.client.call("listWorkers")).workers.find(({ worker_name }) => worker_name === "w-1")?.suspicion;
    expect(await note()).toMatchObject({ because: expect.stringContaining("passed on other workers") as unknown });
    await harness.client.call("resumeWorker", { params: { worker_name: "w-1" }, body: {} });
    expect(await note()).toBeNull();
  });

  it("drains such a worker when the policy says so, until it is resumed with a clean slate", async () => {
    const listed = async () =>
      (await harness.client.call("listWorkers")).workers.find(({ worker_name }) => worker_name === "w-1")!; // it has joined
    const failOnFirst = async (subject: string) => {
      await give(passes(30, { subject }));
      const [request] = await harness.submit({ ...KEY, subject });
      await harness.event(request!.id, "placed"); // one was submitted
      const { runs } = await harness.client.call("getWorkRequest", { params: { id: request!.id } });
      const isOnFirst = runs[0]!.worker_name === "w-1"; // it was just placed
      await endRun(request!.id, 1, isOnFirst ? `error: of ${subject}` : undefined);
      if (isOnFirst) await endRun(request!.id, 2);
    };
    let count = 0;
    // ends: w-1 gets about half of the requests at least
    while ((await listed()).state !== "draining") await failOnFirst("x".repeat((count += 1))); // other numbers would be the same failure
    expect((await listed()).suspicion?.because).toMatch(/^drained: its last 5 runs failed; 5 of their requests passed/);
    await harness.client.call("resumeWorker", { params: { worker_name: "w-1" }, body: {} });
    expect(await listed()).toMatchObject({ state: "online", suspicion: null });
    for (let more = 0; more < 2; more += 1) await failOnFirst("y".repeat(more + 1));
    expect(await listed()).toMatchObject({ state: "online", suspicion: null });
  });

  it("names the farm when many subjects begin to fail alike", async () => {
    const subjects = ["a", "b", "c", "d", "e"];
    for (const subject of subjects) await give(passes(150, { subject }));
    for (const subject of subjects) {
      const [request] = await harness.submit({ ...KEY, subject });
      await endRun(request!.id, 1, "cannot resolve host mirror.example.org");
      if (subject === "e") break; // the fifth is enough to know
      await endRun(request!.id, 2, "cannot resolve host mirror.example.org");
    }
    const { items } = await harness.client.call("listFindings", { query: { kind: "farm" } });
    expect(items).toMatchObject([
      { kind: "farm", subject: "e", first_error: "cannot resolve host mirror.example.org" },
    ]);
    const last = await harness.client.call("listWorkRequests", { query: { verdict_kind: "infrastructure" } });
    expect(last.items).toMatchObject([{ subject: "e", result: "failure", verdict: { fatal: true } }]);
  });
});
