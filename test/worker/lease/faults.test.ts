import { once } from "node:events";
import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { workerDirectory } from "../../../src/client/home.ts";
import type { RunId } from "../../../src/domain/ids.ts";
import { lockHolder } from "../../../src/worker/worker.ts";
import { eventually, Farm, isAlive } from "./farm.ts";

let farm: Farm;
beforeEach(() => {
  farm = new Farm();
});
afterEach(async () => {
  await farm.close();
});

/** Notes each of its starts by pid in `starts`, then waits for a file of the name. */
const waitFor = (name: string) =>
  `echo $$ >>${farm.shared("starts")}; while [ ! -e ${farm.shared(name)} ]; do sleep 0.05; done`;
const allow = (name: string) => {
  writeFileSync(farm.shared(name), "");
};
const starts = () => farm.read("starts").trim().split("\n").filter(Boolean).map(Number);
/** How a run stands on the worker's disk. */
const localState = (run: string): string => {
  const file = join(farm.runDirectory(run), "state.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { state: string }).state : "none";
};

describe("when the server goes away", () => {
  it("a run goes on, ends, and is handed in once the server is back, run once", async () => {
    await farm.startServer();
    await farm.startWorker({ log: QUIET });
    const id = await farm.submit({
      task_data: { script: `${waitFor("go")}; echo done; echo x >out`, outputs: ["out"] },
    });
    const { runs } = await farm.running(id);
    await farm.stopServer();
    allow("go");
    await eventually(() => localState(runs[0]!.id), "uploading");
    await eventually(() => isAlive(starts()[0]!), false);
    await farm.startServer();
    const seen = await farm.completed(id);
    expect(seen.request.result).toBe("success");
    expect(seen.runs).toHaveLength(1);
    expect(seen.runs[0]?.outputs).toMatchObject([{ path: "out", size: 2 }]);
    expect(await farm.log(runs[0]!.id)).toMatch(/o done\n$/);
    expect(starts()).toHaveLength(1);
  });

  it("the worker finds it at its new address", async () => {
    await farm.startServer();
    const second = new Farm();
    await second.startServer();
    let url = "http://127.0.0.1:1";
    await farm.startWorker({ url, findUrl: () => url, join: await second.server.createJoinToken(), log: QUIET });
    url = second.server.url;
    const { request } = await second.completed(await second.submit({ task_data: { command: ["true"] } }));
    expect(request.result).toBe("success");
    await second.close();
  });

  it("a worker may be stopped, and the next one hands in what it left", async () => {
    await farm.startServer();
    const worker = await farm.startWorker({ log: QUIET });
    const id = await farm.submit({ task_data: { script: `${waitFor("go")}; echo x >out`, outputs: ["out"] } });
    const { runs } = await farm.running(id);
    await farm.stopServer();
    allow("go");
    await eventually(() => localState(runs[0]!.id), "uploading");
    await worker.close();
    expect(localState(runs[0]!.id)).toBe("uploading");
    await farm.startServer();
    await farm.startWorker();
    const seen = await farm.completed(id);
    expect(seen.request.result).toBe("success");
    expect(seen.runs[0]?.outputs).toMatchObject([{ path: "out" }]);
    expect(starts()).toHaveLength(1);
  });

  it("a log that the server lost meanwhile is sent again", async () => {
    await farm.startServer();
    await farm.startWorker({ log: QUIET });
    const id = await farm.submit({ task_data: { script: `echo kept; ${waitFor("go")}` } });
    const { runs } = await farm.running(id);
    const run = runs[0]!.id;
    await eventually(async () => (await farm.log(run)).replace(/^\d+/, ""), " o kept\n");
    await farm.stopServer();
    allow("go");
    await eventually(() => localState(run), "handed_in");
    truncateSync(farm.serverLog(id), 3);
    await farm.startServer();
    const seen = await farm.completed(id);
    expect(seen.request.result).toBe("success");
    expect(await farm.log(run)).toMatch(/^\d+ o kept\n$/);
    expect(seen.runs[0]?.log.size).toBe((await farm.log(run)).length);
  });
});

describe("when the worker is killed", () => {
  it.each(["cgroup1", "proc"] as const)("its runs die with it, daemons too, measured by %s", async (method) => {
    await farm.startServer();
    const worker = await farm.spawnWorker({ method });
    const daemon = `setsid sh -c 'echo $$ >>${farm.shared("starts")}; trap "" TERM HUP; (sleep 600; sleep 600)' &`;
    const id = await farm.submit({ task_data: { script: `${daemon}\n${waitFor("go")}` } });
    await farm.running(id);
    await eventually(() => starts().length, 2);
    expect(starts().filter((pid) => isAlive(pid))).toHaveLength(2);
    worker.kill("SIGKILL");
    await eventually(() => starts().filter((pid) => isAlive(pid)), []);
  });

  it("its runs die with it although its watchdog was killed before", async () => {
    await farm.startServer();
    const worker = await farm.spawnWorker();
    const id = await farm.submit({ task_data: { script: waitFor("go") } });
    await farm.running(id);
    const [watchdog] = watchdogsOf(worker.pid!);
    process.kill(watchdog!, "SIGKILL");
    await eventually(() => watchdogsOf(worker.pid!).filter((pid) => pid !== watchdog).length, 1);
    expect(isAlive(starts()[0]!)).toBe(true);
    worker.kill("SIGKILL");
    await eventually(() => isAlive(starts()[0]!), false);
  });

  it("its run is lost, with the figures it had, and is run again by the next worker", async () => {
    await farm.startServer();
    const worker = await farm.spawnWorker();
    const id = await farm.submit({ task_data: { script: `echo begun; ${waitFor("go")}; echo done` } });
    const { runs } = await farm.running(id);
    await eventually(() => existsSync(join(farm.runDirectory(runs[0]!.id), "figures.json")), true);
    await eventually(async () => (await farm.log(runs[0]!.id)).includes("begun"), true);
    worker.kill("SIGKILL");
    await once(worker, "exit");
    allow("go");
    await farm.spawnWorker();
    const seen = await farm.completed(id);
    expect(seen.request.result).toBe("success");
    expect(seen.runs.map((run) => run.outcome)).toEqual([{ kind: "worker_lost" }, { kind: "exited", code: 0 }]);
    expect(seen.runs[0]?.measurement?.memory_bytes).toBeGreaterThan(0);
    expect(seen.runs[0]?.measurement?.lower_bounds).toContain("memory");
    expect(seen.runs[0]?.started_at).toBe(runs[0]?.started_at);
    expect(await farm.log(seen.runs[0]!.id)).toMatch(/o begun\n/);
    expect(await farm.log(seen.runs[1]!.id)).toMatch(/o done\n$/);
    expect(starts()).toHaveLength(2);
  });

  it("never runs the old and the new attempt at the same time", async () => {
    await farm.startServer();
    // Takes a lock that only one process can have; a second one at the same time would fail at once.
    const guard = `exec 9>${farm.shared("guard")}; flock -n 9 || exit 66`;
    const id = await farm.submit({ task_data: { script: `${guard}; ${waitFor("go")}` } });
    for (let kills = 1; kills <= 3; kills += 1) {
      const worker = await farm.spawnWorker();
      await eventually(() => starts().length, kills);
      if (kills === 3) break;
      worker.kill("SIGKILL");
      await once(worker, "exit");
    }
    allow("go");
    const { request, runs } = await farm.completed(id);
    expect(request.result).toBe("success");
    expect(runs.map((run) => run.outcome?.kind)).toEqual(["worker_lost", "worker_lost", "exited"]);
  });

  it("with results that the server has not got, these are handed in by the next one", async () => {
    await farm.startServer();
    const worker = await farm.spawnWorker({ log: undefined });
    const id = await farm.submit({ task_data: { script: `${waitFor("go")}; echo x >out`, outputs: ["out"] } });
    const { runs } = await farm.running(id);
    await farm.stopServer();
    allow("go");
    await eventually(() => readState(runs[0]!.id)?.outputs?.length, 1);
    worker.kill("SIGKILL");
    await once(worker, "exit");
    await farm.startServer();
    await farm.spawnWorker();
    const seen = await farm.completed(id);
    expect(seen.request.result).toBe("success");
    expect(seen.runs).toHaveLength(1);
    expect(seen.runs[0]?.outputs).toMatchObject([{ path: "out", size: 2 }]);
    expect(starts()).toHaveLength(1);
  });

  it("its lock is taken over", async () => {
    await farm.startServer();
    const worker = await farm.spawnWorker();
    expect(lockHolder(farm.workerHome, "w1")).toBe(worker.pid);
    worker.kill("SIGKILL");
    await once(worker, "exit");
    await farm.startWorker();
    expect(lockHolder(farm.workerHome, "w1")).toBe(process.pid);
  });
});

describe("when the worker is told to stop", () => {
  it("its run is given back at once and run by the next worker", async () => {
    await farm.startServer();
    const worker = await farm.spawnWorker({ graceMs: 200 });
    const id = await farm.submit({ task_data: { script: waitFor("go") } });
    await farm.running(id);
    worker.kill("SIGTERM");
    const [code] = (await once(worker, "exit")) as [number];
    expect(code).toBe(0);
    expect(starts().filter((pid) => isAlive(pid))).toEqual([]);
    const { runs, request } = await farm.look(id);
    expect(runs[0]?.outcome).toEqual({ kind: "worker_lost", preempted: true });
    expect(request.status).not.toBe("completed");
    allow("go");
    await farm.startWorker();
    const seen = await farm.completed(id);
    expect(seen.request.result).toBe("success");
    expect(seen.runs.map((run) => run.outcome?.kind)).toEqual(["worker_lost", "exited"]);
  });
});

describe("when the lease is lost", () => {
  it("the run is ended and forgotten, and what runs instead is left alone", async () => {
    await farm.close();
    farm = new Farm({ settings: { leaseMs: 2000, heartbeatMs: 100 } });
    await farm.startServer();
    const worker = await farm.spawnWorker({ graceMs: 100 });
    const id = await farm.submit({ task_data: { script: waitFor("go") } });
    const first = (await farm.running(id)).runs[0]!.id;
    worker.kill("SIGSTOP");
    await farm.until(id, ({ runs }) => runs[0]?.state === "ended");
    worker.kill("SIGCONT");
    await farm.until(id, ({ runs }) => runs[1]?.state === "running");
    await eventually(() => existsSync(farm.runDirectory(first)), false);
    expect(isAlive(starts()[0]!)).toBe(false);
    allow("go");
    const { request, runs } = await farm.completed(id);
    expect(request.result).toBe("success");
    expect(runs.map((run) => run.outcome?.kind)).toEqual(["worker_lost", "exited"]);
  });
});

/** The living watchdogs of a worker. */
function watchdogsOf(worker: number): number[] {
  const children = readFileSync(`/proc/${worker}/task/${worker}/children`, "utf8").trim().split(" ").map(Number);
  return children.filter(
    (pid) => isAlive(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("almanac-watchdog"),
  );
}

type State = { state: string; outputs?: unknown[] };
function readState(run: RunId): State | undefined {
  const file = join(workerDirectory(farm.workerHome, "w1"), "runs", run, "state.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as State) : undefined;
}

const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };
