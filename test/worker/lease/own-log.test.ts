import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { workerDirectory } from "../../../src/client/home.ts";
import { workerName } from "../../../src/contract/names.ts";
import type { WorkerLine } from "../../../src/domain/worker-line.ts";
import { eventually, Farm } from "./farm.ts";

let farm: Farm;
beforeEach(async () => {
  farm = new Farm();
  await farm.startServer();
});
afterEach(async () => {
  await farm.close();
});

const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };
const params = { worker_name: workerName.parse("w1") };

/** What the server has, oldest first; nothing of a worker that has not joined. */
async function told(): Promise<WorkerLine[]> {
  const { workers } = await farm.client.call("listWorkers");
  if (workers.length === 0) return [];
  return (await farm.client.call("listWorkerLines", { params })).items.toReversed();
}

/** Waits until the server has a line that begins so. */
const hears = (start: string, count = 1) =>
  eventually(async () => (await told()).filter(({ text }) => text.startsWith(start)).length, count);

/** The lines by what they begin with, of those that are named. */
async function order(...starts: string[]): Promise<string[]> {
  return (await told()).flatMap(({ text }) => starts.filter((start) => text.startsWith(start)));
}

describe("the log of a worker", () => {
  it("says at the server that it started, how it measures, and that it joined", async () => {
    await farm.startWorker({ log: QUIET });
    await hears("joined");
    expect(await order("started", "measures by", "joined")).toEqual(["started", "measures by", "joined"]);
    const [started] = await told();
    expect(started).toMatchObject({ level: "info", text: expect.stringContaining(`process=${process.pid}`) });
  });

  it("says that the server did not answer and answers again, once it does", async () => {
    let hasNoticed = false;
    await farm.startWorker({ log: { ...QUIET, warn: () => (hasNoticed = true) } });
    await hears("joined");
    await farm.stopServer();
    await eventually(() => hasNoticed, true);
    await farm.startServer();
    await hears("the server answers again, after");
    const lines = (await told()).filter(({ text }) => text.startsWith("the server"));
    expect(lines.map(({ level }) => level)).toEqual(["warning", "info"]);
    expect(lines[0]!.text).toMatch(/^the server does not answer; runs go on: /);
    expect(lines[0]!.at <= lines[1]!.at).toBe(true);
  });

  it("says when it ends, before it does", async () => {
    const worker = await farm.startWorker({ log: QUIET });
    await hears("joined");
    await worker.close();
    expect((await told()).at(-1)!.text).toBe("ends: takes nothing new, and hands in what it has");
    expect(existsSync(join(workerDirectory(farm.workerHome, "w1"), "unsent-lines.json"))).toBe(false);
  });

  it("is told by the next of its name, where the server was away at the end", async () => {
    const worker = await farm.startWorker({ log: QUIET });
    await hears("joined");
    await farm.stopServer();
    await worker.close();
    await farm.startServer();
    await farm.startWorker({ log: QUIET });
    await hears("started", 2);
    expect(await order("started", "joined", "ends")).toEqual(["started", "joined", "ends", "started"]);
  });

  it("says why a worker of the name could not start, once one can", async () => {
    const config = join(farm.directory, "almanac.config.ts");
    writeFileSync(config, "throw new Error('no such tool');");
    await expect(farm.startWorker({ log: QUIET, config })).rejects.toThrow("no such tool");
    await farm.startWorker({ log: QUIET });
    await hears("started", 2);
    expect(await order("started", "could not start", "joined")).toEqual([
      "started",
      "could not start",
      "started",
      "joined",
    ]);
    const line = (await told()).find(({ text }) => text.startsWith("could not start"));
    expect(line).toMatchObject({ level: "error", text: expect.stringContaining("no such tool") });
  });

  it("goes on in a new session after a worker that was killed", async () => {
    const worker = await farm.spawnWorker();
    await hears("joined");
    worker.kill("SIGKILL");
    await once(worker, "exit");
    await farm.startWorker({ log: QUIET });
    await hears("started", 2);
    expect(await order("started", "joined")).toEqual(["started", "joined", "started"]);
  });

  it("says that a run was refused more memory than there is", async () => {
    await farm.startWorker({ log: QUIET, memory: 300 * 1024 ** 2 });
    // past what it is allotted, and not so far that the kernel ends it before the worker has looked
    const script = `node -e 'const kept = Buffer.alloc(310 * 2 ** 20, 1); setInterval(() => kept, 1000)'`;
    const requirements = { memory: 300 * 1024 ** 2 };
    const id = await farm.submit({ task_data: { script }, requirements });
    const { runs } = await farm.until(id, (seen) => seen.runs[0]?.state === "ended");
    expect(runs[0]?.outcome?.kind).toBe("out_of_memory");
    await hears("refused a run more memory: it needs up to");
    const line = (await told()).find(({ text }) => text.startsWith("refused"));
    expect(line).toMatchObject({ level: "warning", text: expect.stringContaining(`run_id="${id}.1"`) });
  });
});
