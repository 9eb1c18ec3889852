import { describe, expect, it } from "vitest";
import type { RunId, WorkerName, WorkRequestId } from "../../src/domain/ids.ts";
import { OUTCOME_KINDS, resultOf, type Outcome } from "../../src/domain/outcome.ts";
import { loadOf, runLoad } from "../../src/domain/worker-load.ts";
import { ENGINES, useDatabases } from "./engines.ts";
import { ALLOCATION, at, insert, insertRunning, newRequest, newRun, newWorker, WORKER } from "./records.ts";

const OTHER = "builder-2" as WorkerName; // of the form that the brand stands for
const LOST = { kind: "worker_lost" } as const;
const EXITED = { kind: "exited", code: 0 } as const;

describe.each(ENGINES)("runs on $name", (engine) => {
  const databases = useDatabases(engine);

  it("a run comes back as it was placed, with its lease", async () => {
    const store = await databases.open();
    const id = await insertRunning(store);
    const run = await store.read.run(id);
    expect(run).toEqual({
      ...newRun(1 as never),
      state: "assigned",
      assigned_at: expect.stringMatching(/Z$/),
      started_at: null,
      ended_at: null,
      abort_requested_by: null,
      outcome: null,
      runtime_statistics: {},
      measurement: null,
      outputs: [],
      log: { size: 0, cut_bytes: 0 },
      failure: null,
    });
    const { lease_token: _, lease_expires_at: __, ...withoutLease } = run!;
    expect(await store.read.runsOf(run!.work_request_id)).toEqual([withoutLease]);
  });

  it("what active runs hold and use is told in numbers as their records say it, and null of what is not known yet", async () => {
    const store = await databases.open();
    const allocation = { ...ALLOCATION, cpu_count: { ...ALLOCATION.cpu_count, amount: 1.5 } };
    const ids = [await insertRunning(store, { allocation }), await insertRunning(store), await insertRunning(store)];
    const figures = { memory: 2 ** 41 + 1, disk_space: 7, cpu_time: 30, duration: 12 };
    await store.transaction(async (tx) => {
      await tx.updateRun(ids[0]!, "lease-1", { runtime_statistics: figures });
      await tx.updateRun(ids[1]!, "lease-1", { runtime_statistics: { cpu_time: 3, duration: 0 } });
      await tx.updateRun(ids[2]!, "lease-1", { state: "ended", ended_at: at(5), outcome: EXITED });
    });
    const runs = await Promise.all(ids.slice(0, 2).map((id) => store.read.run(id)));
    const loads = runs.map((run) => runLoad(run!)); // just inserted
    const [first, second] = loads;
    expect(first).toMatchObject({ memory: { used: 2 ** 41 + 1 }, cpu_count: { reserved: 1.5, used: 2.5 } });
    expect(second!.cpu_count.used).toBeNull();
    expect(await store.read.runningRequests(2)).toEqual(runs.map((run) => run!.work_request_id));
    expect([await store.read.runLoads(WORKER), await store.read.runLoads(OTHER)]).toEqual([loads, []]);
    const raise = (to: number) => ({ at_ms: to, from: 1, to });
    const measurement = { duration_ms: 9, method: "cgroup2", lower_bounds: [], memory_raises: [raise(5), raise(7)] } as const; // prettier-ignore
    await store.transaction((tx) => tx.updateRun(ids[0]!, "lease-1", { measurement: measurement as never })); // as wanted
    const figuresOf = (await store.read.runFigures()).toSorted((a, b) => a.work_request_id - b.work_request_id);
    expect(figuresOf).toEqual([
      { id: ids[0], work_request_id: runs[0]!.work_request_id, worker_name: WORKER, used_memory: 2 ** 41 + 1, used_disk_space: 7, raised_memory: 7 }, // prettier-ignore
      { id: ids[1], work_request_id: runs[1]!.work_request_id, worker_name: WORKER, used_memory: null, used_disk_space: null, raised_memory: null }, // prettier-ignore
    ]);
    const some = [runs[1]!.work_request_id, 99_999 as WorkRequestId];
    expect([await store.read.runFigures(some), await store.read.runFigures([])]).toEqual([[figuresOf[1]], []]);
    const { assigned_at, estimate } = runs[0]!; // just inserted
    expect((await store.read.goingRuns())[0]).toMatchObject({ assigned_at, estimate, allocation, raised_memory: 7 });
    expect(await store.read.workerLoads()).toEqual(new Map([[WORKER, loadOf(loads)]]));
  });

  it("of a worker it is told how its runs ended, of its newest requests first", async () => {
    const store = await databases.open();
    const ids = [await insertRunning(store), await insertRunning(store)];
    const exited = { kind: "exited", code: 3 } as const;
    await store.transaction((tx) =>
      tx.updateRun(ids[0]!, "lease-1", { state: "ended", ended_at: at(5), outcome: exited }),
    );
    const { worker_name } = (await store.read.run(ids[0]!))!; // just inserted
    expect(await store.read.outcomesOn(worker_name, {}, 10)).toEqual([null, exited]);
    expect(await store.read.outcomesOn(worker_name, {}, 1)).toEqual([null]);
    expect(await store.read.outcomesOn(worker_name, { since: at(6) }, 10)).toEqual([null]);
  });

  it("those are counted of each worker that ended in error since a moment, however they did", async () => {
    const store = await databases.open();
    const outcomes = OUTCOME_KINDS.map(
      (kind) => ({ kind, errors: [], by: "ada", limit: 1, code: 1 }) as unknown as Outcome,
    ); // of each kind
    const inError = outcomes.filter((outcome) => resultOf(outcome) === "error");
    for (const outcome of outcomes) {
      const id = await insertRunning(store);
      await store.transaction((tx) => tx.updateRun(id, "lease-1", { state: "ended", ended_at: at(5), outcome }));
    }
    await insertRunning(store);
    expect(inError.length).toBe(2);
    expect(await store.read.runsInErrorSince(at(5))).toEqual(new Map([[WORKER, 2]]));
    expect(await store.read.runsInErrorSince(at(6))).toEqual(new Map());
  });

  it("only the holder of the lease changes a run, and nobody once it has ended", async () => {
    const store = await databases.open();
    const id = await insertRunning(store);
    const update = (token: string | undefined, patch: object) =>
      store.transaction((tx) => tx.updateRun(id, token, patch));
    const figures = {
      runtime_statistics: { memory: 7 },
      measurement: { method: "proc", duration_ms: 1, lower_bounds: [] },
    };
    expect(await update("lease-0", { state: "running" })).toBe(false);
    expect(await update("lease-1", { state: "running", started_at: at(1), ...figures })).toBe(true);
    expect(await update("lease-1", {})).toBe(true);
    expect(await update("lease-0", {})).toBe(false);
    expect(await update(undefined, { abort_requested_by: "me" })).toBe(true);
    expect(await store.read.run(id)).toMatchObject({
      state: "running",
      started_at: at(1),
      abort_requested_by: "me",
      ...figures,
    });
    expect(await update("lease-1", { state: "ended", ended_at: at(2), outcome: EXITED })).toBe(true);
    expect(await update("lease-1", { state: "running" })).toBe(false);
    expect(await update(undefined, { abort_requested_by: "you" })).toBe(false);
    expect(await store.transaction((tx) => tx.updateRun("77.1" as RunId, "lease-1", {}))).toBe(false);
  });

  it("what was predicted and asked of runs, and their curves, are read for many at once", async () => {
    const store = await databases.open();
    const evidence = { level: "key", runs: 3, method: "ladder" } as const;
    const estimate = { memory: { p50: 1, p95: 2, allocate: 3, ladder: [], evidence } };
    const a = await insertRunning(store, { estimate });
    const b = await insertRunning(store);
    const curve = { at_ms: [0, 9], memory: [1, 2], cpu_millicores: [3, 4], disk_space: [0, 0] };
    const measurement = { method: "proc" as const, duration_ms: 9, lower_bounds: [], curve };
    await store.transaction((tx) => tx.updateRun(b, "lease-1", { measurement }));
    const gone = "999.1" as RunId; // of that form
    const found = await store.read.predictedRuns([a, b, gone]);
    expect(new Map(found.map((run) => [run.id, run]))).toEqual(
      new Map([
        [a, { id: a, estimate, requirements: {} }],
        [b, { id: b, estimate: {}, requirements: {} }],
      ]),
    );
    expect(await store.read.runCurves([a, b, gone])).toEqual([curve]);
    expect(await store.read.predictedRuns([])).toEqual([]);
  });

  it("what runs held is read of the requests that ended last, and of those that run", async () => {
    const store = await databases.open();
    const [first, second, going] = [await insertRunning(store), await insertRunning(store), await insertRunning(store)];
    for (const [index, id] of [first, second].entries()) {
      const request = (await store.read.run(id))!.work_request_id;
      const end = { status: "completed", result: "success", completed_at: at(20 + index) } as const;
      await store.transaction(async (tx) => {
        await tx.updateRun(id, undefined, { state: "ended", ended_at: at(10 + index), outcome: EXITED });
        await tx.updateWorkRequest(request, end);
      });
    }
    const held = { memory: 2 ** 31, disk_space: 2 ** 32, cpu_count: 1, tags: ["debian"], task_name: "build" };
    expect(await store.read.pastReservations(at(0), 10)).toMatchObject([
      { ...held, ended_at: at(11), completed_at: at(21) },
      { ...held, ended_at: at(10), completed_at: at(20) },
    ]);
    expect(await store.read.pastReservations(at(21), 10)).toHaveLength(1);
    expect(await store.read.pastReservations(at(0), 1)).toHaveLength(1);
    const runs = await store.read.presentReservations(10);
    expect(runs).toMatchObject([{ ...held, ended_at: null, completed_at: null }]);
    expect(runs[0]!.assigned_at).toBe((await store.read.run(going))!.assigned_at);
  });

  it("leases are renewed together, and each only for its holder", async () => {
    const store = await databases.open();
    const [a, b, ended] = [await insertRunning(store), await insertRunning(store), await insertRunning(store)];
    await store.transaction((tx) => tx.updateRun(ended, undefined, { state: "ended", outcome: LOST }));
    const held = await store.transaction((tx) =>
      tx.renewLeases(
        [
          { run_id: a, lease_token: "lease-1" },
          { run_id: b, lease_token: "stolen" },
          { run_id: ended, lease_token: "lease-1" },
          { run_id: "99.1" as RunId, lease_token: "lease-1" },
        ],
        at(200),
      ),
    );
    expect(held).toEqual(new Set([a]));
    expect((await store.read.run(a))?.lease_expires_at).toBe(at(200));
    expect((await store.read.run(b))?.lease_expires_at).toBe(at(60));
    expect(await store.transaction((tx) => tx.renewLeases([], at(1)))).toEqual(new Set());
  });

  it("active and expired runs are found, and an extension makes none of them shorter", async () => {
    const store = await databases.open();
    const a = await insertRunning(store, { lease_expires_at: at(10) });
    const b = await insertRunning(store, { lease_expires_at: at(300), worker_name: OTHER });
    const ended = await insertRunning(store, { lease_expires_at: at(1) });
    await store.transaction((tx) => tx.updateRun(ended, undefined, { state: "ended", outcome: LOST }));
    expect((await store.read.activeRuns()).map(({ id }) => id)).toEqual([a, b]);
    expect((await store.read.activeRuns(OTHER)).map(({ id }) => id)).toEqual([b]);
    expect((await store.read.expiredRuns(at(9))).map(({ id }) => id)).toEqual([]);
    expect((await store.read.expiredRuns(at(10))).map(({ id }) => id)).toEqual([a]);
    await store.transaction((tx) => tx.extendAllLeases(at(100)));
    expect((await store.read.run(a))?.lease_expires_at).toBe(at(100));
    expect((await store.read.run(b))?.lease_expires_at).toBe(at(300));
    await store.transaction((tx) => tx.resetAllLeases(at(200)));
    expect((await store.read.run(a))?.lease_expires_at).toBe(at(200));
    expect((await store.read.run(b))?.lease_expires_at).toBe(at(200));
    expect((await store.read.run(ended))?.lease_expires_at).toBe(at(1));
  });

  it("a late result replaces the loss of its run, once, and nothing else", async () => {
    const store = await databases.open();
    const id = await insertRunning(store);
    const revive = (token: string) =>
      store.transaction((tx) => tx.reviveLostRun(id, token, { outcome: EXITED, ended_at: at(5) }));
    expect(await revive("lease-1")).toBe(false); // still active
    await store.transaction((tx) => tx.updateRun(id, undefined, { state: "ended", outcome: LOST, ended_at: at(3) }));
    expect(await revive("lease-0")).toBe(false);
    expect(await revive("lease-1")).toBe(true);
    expect(await store.read.run(id)).toMatchObject({ state: "ended", outcome: EXITED, ended_at: at(5) });
    expect(await revive("lease-1")).toBe(false);
  });

  it("an attempt exists once, whatever its id, and its end always has an outcome", async () => {
    const store = await databases.open();
    const [request] = await insert(store, newRequest());
    await store.transaction((tx) => tx.insertRun(newRun(request!)));
    const again = newRun(request!, { id: "1.9" as RunId });
    await expect(store.transaction((tx) => tx.insertRun(again))).rejects.toThrow(/unique/i);
    await expect(
      store.transaction((tx) => tx.updateRun(newRun(request!).id, undefined, { state: "ended" })),
    ).rejects.toThrow(/constraint/i);
  });
});

describe.each(ENGINES)("workers and tokens on $name", (engine) => {
  const databases = useDatabases(engine);

  it("a worker is kept, changed and removed; joining again changes neither its age nor that it is drained", async () => {
    const store = await databases.open();
    await store.transaction((tx) => tx.upsertWorker(newWorker()));
    expect(await store.read.worker(WORKER)).toEqual(newWorker());
    expect(await store.transaction((tx) => tx.setDrain(WORKER, true))).toBe(true);
    const changed = newWorker({ joined_at: at(9), last_seen_at: at(9), available_disk_space: 5, tags: [] });
    await store.transaction((tx) => tx.upsertWorker(changed));
    expect(await store.read.workers()).toEqual([{ ...changed, joined_at: at(0), drain: true }]);
    expect(await store.transaction((tx) => tx.setDrain(OTHER, true))).toBe(false);
    expect(await store.transaction((tx) => tx.deleteWorker(WORKER))).toBe(true);
    expect(await store.transaction((tx) => tx.deleteWorker(WORKER))).toBe(false);
    expect(await store.read.worker(WORKER)).toBeUndefined();
  });

  it("a worker can be removed while its runs stay", async () => {
    const store = await databases.open();
    await store.transaction((tx) => tx.upsertWorker(newWorker()));
    const id = await insertRunning(store, { allocation: ALLOCATION });
    await store.transaction((tx) => tx.deleteWorker(WORKER));
    expect((await store.read.run(id))?.worker_name).toBe(WORKER);
  });

  it("a token is found by its hash and never shows it", async () => {
    const store = await databases.open();
    const token = { name: "me", scope: "admin", worker_name: null, expires_at: at(60), max_share: 0.25 } as const;
    const record = await store.transaction((tx) => tx.insertToken({ ...token, secret_hash: "abc" }));
    expect(record).toEqual({
      ...token,
      id: 1,
      created_at: expect.stringMatching(/Z$/),
      last_used_at: null,
      opened_with: null,
    });
    expect(await store.read.tokenByHash("abc")).toEqual(record);
    expect(await store.read.tokenByHash("abd")).toBeUndefined();
    expect(await store.read.tokens()).toEqual([record]);
    await expect(store.transaction((tx) => tx.insertToken({ ...token, secret_hash: "abc" }))).rejects.toThrow(
      /unique/i,
    );
  });

  it("the last use of a token is kept to the minute", async () => {
    const store = await databases.open();
    const { id } = await store.transaction((tx) =>
      tx.insertToken({ name: "w", scope: "worker", worker_name: WORKER, expires_at: null, secret_hash: "h" }),
    );
    await store.transaction((tx) => tx.touchToken(id));
    const used = (await store.read.tokens())[0]?.last_used_at;
    expect(used).toMatch(/Z$/);
    await store.transaction((tx) => tx.touchToken(id));
    expect((await store.read.tokens())[0]?.last_used_at).toBe(used);
  });

  it("tokens are deleted by number, or all of a worker", async () => {
    const store = await databases.open();
    const insertToken = (name: string, worker_name: WorkerName | null) =>
      store.transaction((tx) =>
        tx.insertToken({ name, scope: "worker", worker_name, expires_at: null, secret_hash: name }),
      );
    const kept = await insertToken("a", null);
    await insertToken("b", WORKER);
    await insertToken("c", OTHER);
    await store.transaction((tx) => tx.deleteTokensOfWorker(WORKER));
    expect((await store.read.tokens()).map(({ name }) => name)).toEqual(["a", "c"]);
    expect(await store.transaction((tx) => tx.deleteToken(kept.id))).toBe(true);
    expect(await store.transaction((tx) => tx.deleteToken(kept.id))).toBe(false);
  });
});
