import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SyncRequest } from "../../../src/contract/worker-protocol.ts";
import { startWorker, type RunningWorker } from "../../../src/worker/worker.ts";
import { eventually, isAlive } from "./farm.ts";
import { endedIn, scriptRun, ScriptedServer, type Reply } from "./scripted-server.ts";

const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };

let directory: string;
let server: ScriptedServer;
let worker: RunningWorker;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "almanac-talk-"));
});
afterEach(async () => {
  await worker.close();
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

async function converse(reply: (sync: SyncRequest, count: number) => Reply | undefined, graceMs = 5000): Promise<void> {
  server = new ScriptedServer(reply);
  await server.listen();
  worker = await startWorker({
    home: directory,
    url: server.url,
    name: "w1",
    token: "a token",
    log: QUIET,
    graceMs,
    closeMs: 500,
    random: () => 0,
  });
}

const shared = (name: string) => join(directory, name);
const starts = () => (existsSync(shared("starts")) ? readFileSync(shared("starts"), "utf8").trim().split("\n") : []);
const NOTE_START = () => `echo $$ >>${shared("starts")}`;
const runs = () => join(directory, "workers/w1/runs");

describe("the conversation of a worker with its server", () => {
  it("is one call at a time, long while it is idle and short while something runs", async () => {
    const wait = `${NOTE_START()}; while [ ! -e ${shared("go")} ]; do sleep 0.05; done`;
    await converse((sync, count) => {
      if (count === 1) return { assignments: [scriptRun(1, wait)] };
      return endedIn(sync).length > 0 ? { acknowledged: endedIn(sync) } : undefined;
    });
    await eventually(() => server.lastReport("1.1")?.state, "running");
    await eventually(() => server.syncs.length > 6, true);
    writeFileSync(shared("go"), "");
    await eventually(() => server.syncs.at(-1)?.runs, []);
    expect(server.mostAtOnce).toBe(1);
    expect(server.syncs[0]).toMatchObject({ wait_ms: 20_000, wants_work: true, runs: [] });
    const whileRunning = server.syncs.filter((sync) => sync.runs[0]?.state === "running");
    expect(whileRunning.map((sync) => sync.wait_ms)).toEqual(whileRunning.map(() => 200));
    expect(server.syncs.at(-1)?.wait_ms).toBe(20_000);
  });

  it("tells the end of a run without a process at once, and writes nothing of it", async () => {
    const onDisk: string[][] = [];
    await converse((sync, count) => {
      onDisk.push(readdirSync(runs()));
      if (count === 1) return { assignments: [{ ...scriptRun(1, ""), task_name: "noop", task_data: {} }] };
      return endedIn(sync).length > 0 ? { acknowledged: endedIn(sync) } : undefined;
    });
    await eventually(() => server.lastReport("1.1")?.state, "ended");
    await eventually(() => server.syncs.at(-1)?.runs, []);
    expect(server.lastReport("1.1")).toMatchObject({ outcome: { kind: "exited", code: 0 } });
    expect(onDisk.flat()).toEqual([]);
  });

  it("brings the figures of a run that goes on", async () => {
    await converse((_, count) => (count === 1 ? { assignments: [scriptRun(1, "sleep 600")] } : undefined));
    await eventually(() => {
      const report = server.lastReport("1.1");
      return report?.state === "running" && (report.measurement?.memory_bytes ?? 0) > 0;
    }, true);
    const report = server.lastReport("1.1");
    expect(report?.state === "running" && report.runtime_statistics.cpu_count).toBeGreaterThan(0);
  });

  it("runs an assignment once, however often it comes", async () => {
    const assignment = scriptRun(1, NOTE_START());
    await converse((sync, count) => {
      if (count > 12) return undefined;
      return { assignments: [assignment], acknowledged: count > 8 ? endedIn(sync) : [] };
    });
    await eventually(() => server.syncs.length > 12, true);
    expect(starts()).toHaveLength(1);
  });

  it("repeats an end until that is acknowledged, then forgets the run", async () => {
    let unheard = 3;
    await converse((sync, count) => {
      if (count === 1) return { assignments: [scriptRun(1, "echo out")] };
      if (endedIn(sync).length === 0) return undefined;
      unheard -= 1;
      return unheard >= 0 ? {} : { acknowledged: endedIn(sync) };
    });
    await eventually(() => unheard, -1);
    await eventually(() => existsSync(join(runs(), "1.1")), false);
    await eventually(() => server.syncs.at(-1)?.runs, []);
    expect(server.lastReport("1.1")).toMatchObject({
      state: "ended",
      lease_token: "lease-1-1",
      outcome: { kind: "exited", code: 0 },
    });
  });

  it("survives answers that never arrive", async () => {
    const assignment = scriptRun(1, NOTE_START());
    await converse((sync, count) => {
      if (count % 2 === 1) return "closes the connection";
      if (sync.runs.length === 0 && count < 4) return { assignments: [assignment] };
      return endedIn(sync).length > 0 ? { acknowledged: endedIn(sync) } : undefined;
    });
    await eventually(() => server.lastReport("1.1")?.state, "ended");
    await eventually(() => existsSync(join(runs(), "1.1")), false);
    expect(starts()).toHaveLength(1);
  });

  it("ends a run that is lost and tells nothing more of it", async () => {
    let isLost = false;
    await converse((sync, count) => {
      if (count === 1) return { assignments: [scriptRun(1, `${NOTE_START()}; sleep 600`)] };
      isLost ||= sync.runs[0]?.state === "running" && starts().length === 1;
      return isLost && sync.runs.length > 0 ? { lost: ["1.1" as never] } : undefined; // the run's own id
    });
    await eventually(() => isLost, true);
    await eventually(() => isAlive(Number(starts()[0])), false);
    await eventually(() => existsSync(join(runs(), "1.1")), false);
    expect(server.lastReport("1.1")?.state).toBe("running");
  });

  it("ends its runs before their leases are over when the server is silent, and tells of it later", async () => {
    let answeredMs = 0;
    let isBack = false;
    await converse((sync, count) => {
      // deaf to the signal: it has to be killed within the lease as well
      const script = `trap '' TERM; ${NOTE_START()}; while :; do sleep 0.01; done`;
      if (count === 1) return { assignments: [scriptRun(1, script)], lease_ms: 2000 };
      if (starts().length === 0) answeredMs = performance.now();
      if (starts().length === 0) return { lease_ms: 2000 };
      if (!isBack) return "closes the connection";
      return endedIn(sync).length > 0 ? { acknowledged: endedIn(sync) } : undefined;
    });
    await eventually(() => starts().length, 1);
    await eventually(() => isAlive(Number(starts()[0])), false);
    expect(performance.now() - answeredMs).toBeGreaterThan(1000);
    isBack = true;
    await eventually(() => server.lastReport("1.1")?.state, "ended");
    expect(server.lastReport("1.1")).toMatchObject({ outcome: { kind: "worker_lost" } });
    expect(starts()).toHaveLength(1);
  });

  it("keeps what had ended before the server fell silent, and hands it in later", async () => {
    let isBack = false;
    await converse((sync, count) => {
      if (count === 1) return { assignments: [scriptRun(1, "echo out")], lease_ms: 500 };
      if (!isBack) return "closes the connection";
      return endedIn(sync).length > 0 ? { acknowledged: endedIn(sync) } : { lease_ms: 500 };
    });
    await eventually(() => existsSync(join(runs(), "1.1")) && server.syncs.length > 4, true);
    isBack = true;
    await eventually(() => server.lastReport("1.1")?.state, "ended");
    expect(server.lastReport("1.1")).toMatchObject({ outcome: { kind: "exited", code: 0 } });
  });

  it("lets its runs go on without the server when that has said so", async () => {
    await converse((_, count) => {
      if (count === 1) return { assignments: [scriptRun(1, `${NOTE_START()}; sleep 600`)], lease_ms: null };
      return count < 12 ? "closes the connection" : undefined;
    });
    await eventually(() => server.syncs.length >= 12, true);
    expect(isAlive(Number(starts()[0]))).toBe(true);
  });

  it("numbers its calls", async () => {
    await converse((_, count) => (count < 6 ? { draining: count % 2 === 0 } : undefined));
    await eventually(() => server.syncs.length >= 6, true);
    const numbers = server.syncs.map(({ sequence }) => sequence);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it("lets the next attempt wait until nothing of the one before is alive", async () => {
    // It does not end by itself; the next one looks whether it is there.
    const first = `trap '' TERM; ${NOTE_START()}; while :; do sleep 0.01; done`;
    const second = `kill -0 $(cat ${shared("starts")}) && echo both >${shared("seen")} || echo one >${shared("seen")}`;
    await converse((sync, count) => {
      if (count === 1) return { assignments: [scriptRun(1, first)] };
      if (starts().length === 1 && sync.runs[0]?.run_id === "1.1") {
        return { lost: ["1.1" as never], assignments: [scriptRun(1, second, 2)] }; // the first run's own id
      }
      return endedIn(sync).length > 0 ? { acknowledged: endedIn(sync) } : undefined;
    }, 200);
    await eventually(() => server.lastReport("1.2")?.state, "ended");
    expect(readFileSync(shared("seen"), "utf8")).toBe("one\n");
  });

  it("hears of an abort as often as the server likes, and does it once", async () => {
    const script = `trap 'echo told >>${shared("told")}' TERM; ${NOTE_START()}; while [ ! -e ${shared("go")} ]; do sleep 0.01; done`;
    let told = 0;
    await converse((sync, count) => {
      if (count === 1) return { assignments: [scriptRun(1, script)] };
      if (endedIn(sync).length > 0) return { acknowledged: endedIn(sync) };
      if (starts().length === 0) return undefined;
      told += 1;
      if (told === 4) writeFileSync(shared("go"), "");
      return { aborts: [{ run_id: "1.1" as never, by: "ann" }] }; // its own id
    });
    await eventually(() => server.lastReport("1.1")?.state, "ended");
    expect(server.lastReport("1.1")).toMatchObject({ outcome: { kind: "aborted", by: "ann" } });
    expect(readFileSync(shared("told"), "utf8")).toBe("told\n");
  });

  it("says when it wants no work any more, and gives back what it had not begun", async () => {
    await converse((sync, count) => {
      if (count === 1) return { assignments: [scriptRun(1, `${NOTE_START()}; sleep 600`)] };
      if (!sync.wants_work && sync.runs.length === 1) return { assignments: [scriptRun(2, NOTE_START())] };
      return endedIn(sync).length > 1 ? { acknowledged: endedIn(sync) } : undefined;
    });
    await eventually(() => starts().length, 1);
    await worker.close();
    expect(server.syncs.at(-1)?.wants_work).toBe(false);
    expect(server.lastReport("1.1")).toMatchObject({ outcome: { kind: "worker_lost" } });
    expect(server.lastReport("2.1")).toMatchObject({ outcome: { kind: "worker_lost" } });
    expect(starts()).toHaveLength(1);
  });
});

describe("a worker without a server", () => {
  it("counts how long it has had neither work nor server", async () => {
    let monotonicMs = 0;
    server = new ScriptedServer(() => undefined);
    await server.listen();
    worker = await startWorker({
      home: directory,
      url: "http://127.0.0.1:1",
      name: "w1",
      token: "a token",
      log: QUIET,
      closeMs: 100,
      clock: { nowMs: () => Date.now(), monotonicMs: () => monotonicMs },
    });
    expect(worker.idleWithoutServerMs()).toBe(0);
    monotonicMs = 600_000;
    expect(worker.idleWithoutServerMs()).toBe(600_000);
  });
});
