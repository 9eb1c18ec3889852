import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { workerDirectory } from "../../../src/client/home.ts";
import { LogReader } from "../../../src/domain/log-record.ts";
import { LockedError } from "../../../src/worker/lease/lock.ts";
import { lockHolder } from "../../../src/worker/worker.ts";
import { eventually, Farm, isAlive } from "./farm.ts";

let farm: Farm;
beforeEach(async () => {
  farm = new Farm();
  await farm.startServer();
});
afterEach(async () => {
  await farm.close();
});

describe("a worker", () => {
  it("runs a command and hands in its figures, its log and its outputs", async () => {
    await farm.startWorker();
    const script = "echo hello; echo oops >&2; printf '%s' data >out.bin; mkdir sub; echo x >sub/y.txt; printf end";
    const id = await farm.submit({ task_data: { script, outputs: ["*.bin", "sub/*"] } });
    const { request, runs } = await farm.completed(id);
    expect(request.result).toBe("success");
    expect(request.output_data?.runtime_statistics).toMatchObject({ duration: 0, cpu_count: expect.any(Number) });
    const [run] = runs;
    expect(run?.outcome).toEqual({ kind: "exited", code: 0 });
    expect(run?.measurement?.memory_bytes).toBeGreaterThan(0);
    const sha256 = createHash("sha256").update("data").digest("hex");
    expect(run?.outputs).toEqual([
      { path: "out.bin", size: 4, sha256 },
      { path: "sub/y.txt", size: 2, sha256: expect.any(String) },
    ]);
    const { body } = await farm.client.download("getRunOutput", {
      params: { run_id: run!.id },
      query: { path: "out.bin" },
    });
    expect(Buffer.concat(await body.toArray()).toString()).toBe("data");
    const stored = await farm.log(run!.id);
    expect(stored.replaceAll(/^\d+ /gm, "").split("\n").sort()).toEqual(["", "O end", "e oops", "o hello"]);
    expect(run?.log).toEqual({ size: stored.length, cut_bytes: 0 });
    await eventually(() => existsSync(farm.runDirectory(run!.id)), false);
  });

  it("gives runs a clean environment with their facts, and no token", async () => {
    process.env["SECRET_OF_THE_WORKER"] = "secret";
    await farm.startWorker();
    const task_data = {
      script: "pwd; env",
      env: { GREETING: "hello", ALMANAC_RUN_ID: "mine" },
      cwd: "sub",
    };
    const id = await farm.submit({
      task_data,
      subject: "s",
      context: "c",
      requirements: { memory: 5e8, cpu_count: 1.5 },
    });
    const { runs } = await farm.completed(id);
    const lines = new LogReader()
      .read(Buffer.from(await farm.log(runs[0]!.id)))
      .map((record) => (record.kind === "output" ? Buffer.from(record.bytes).toString() : ""));
    const scratch = join(farm.runDirectory(runs[0]!.id), "scratch");
    const set = new Map(lines.slice(1).map((line) => line.split("=", 2) as [string, string]));
    expect(lines[0]).toBe(join(scratch, "work/sub"));
    expect(Object.fromEntries(set)).toMatchObject({
      GREETING: "hello",
      HOME: join(scratch, "work"),
      TMPDIR: join(scratch, "tmp"),
      ALMANAC_RUN_ID: runs[0]!.id,
      ALMANAC_WORK_REQUEST_ID: String(id),
      ALMANAC_SUBJECT: "s",
      ALMANAC_CONTEXT: "c",
      ALMANAC_WORK_DIR: join(scratch, "work"),
      ALMANAC_CPUS: "1",
      ALMANAC_MEMORY_BYTES: "500000000",
    });
    expect(set.has("SECRET_OF_THE_WORKER")).toBe(false);
    expect(lines.join("\n")).not.toMatch(/almanac_\w{10}|TOKEN/);
    delete process.env["SECRET_OF_THE_WORKER"];
  });

  it("writes the input files, and says which one cannot be", async () => {
    await farm.startWorker();
    const good = await farm.submit({
      task_data: {
        command: ["./tool"],
        files: { tool: { content: "#!/bin/sh\ncat data\n", mode: 0o755 }, data: "42\n" },
      },
    });
    const bad = await farm.submit({ task_data: { command: ["true"], files: { a: "", "a/b": "" } } });
    const { runs } = await farm.completed(good);
    expect(await farm.log(runs[0]!.id)).toMatch(/^\d+ o 42\n$/);
    const { request } = await farm.completed(bad);
    expect(request).toMatchObject({
      result: "error",
      output_data: {
        errors: [
          {
            code: "configure-failed",
            reason: 'the file "a/b" is there already, or goes through a file that is',
          },
        ],
      },
    });
  });

  it("does nothing for a noop, successfully", async () => {
    await farm.startWorker();
    const { work_requests } = await farm.client.call("submit", {
      body: { work_requests: Array.from({ length: 50 }, () => ({ task_name: "noop" })) },
    });
    for (const { id } of work_requests) expect((await farm.completed(id)).request.result).toBe("success");
  });

  it("says that a command is not there", async () => {
    await farm.startWorker();
    const { request } = await farm.completed(await farm.submit({ task_data: { command: ["no-such-program"] } }));
    expect(request).toMatchObject({ result: "error", output_data: { errors: [{ code: "command-not-found" }] } });
  });

  it("ends a run at its time limit and keeps what it had written", async () => {
    await farm.startWorker();
    const id = await farm.submit({
      task_data: { script: "echo begun; echo half >f; sleep 600", outputs: ["f"] },
      requirements: { duration: 0.5 },
    });
    const { request, runs } = await farm.completed(id);
    expect(request.result).toBe("failure");
    expect(runs[0]).toMatchObject({ outcome: { kind: "timed_out", limit: 0.5 }, outputs: [{ path: "f" }] });
    expect(await farm.log(runs[0]!.id)).toMatch(/o begun\n/);
  });

  it("shows a run's log while it goes on", async () => {
    await farm.startWorker();
    const id = await farm.submit({
      task_data: { script: `echo first; while [ ! -e ${farm.shared("go")} ]; do sleep 0.05; done; echo last` },
    });
    const { runs } = await farm.running(id);
    await eventually(async () => (await farm.log(runs[0]!.id)).replace(/^\d+/, ""), " o first\n");
    await touch("go");
    await farm.completed(id);
    expect(await farm.log(runs[0]!.id)).toMatch(/o last\n$/);
  });

  it("ends the whole process tree of an aborted run, also what has left it", async () => {
    await farm.startWorker({ graceMs: 200 });
    const note = (name: string) => `echo $$ >>${farm.shared(name)}`;
    const script = [
      `setsid sh -c '${note("pids")}; sleep 600' &`,
      `(trap "" TERM; setsid sh -c '${note("pids")}; (sh -c "${note("pids")}; sleep 600" &)' &)`,
      `${note("pids")}; wait; sleep 600`,
    ].join("\n");
    const id = await farm.submit({ task_data: { script } });
    await eventually(() => farm.read("pids").trim().split("\n").length, 4);
    await farm.client.call("abortWorkRequest", { params: { id }, body: { reason: "enough" } });
    await farm.until(id, ({ runs }) => runs[0]?.state === "ended");
    const pids = farm.read("pids").trim().split("\n").map(Number);
    expect(pids.filter((pid) => isAlive(pid))).toEqual([]);
    const { request, runs } = await farm.look(id);
    expect(request.status).toBe("aborted");
    expect(runs[0]?.outcome?.kind).toBe("aborted");
  });

  it("is alone in its directory, and leaves the lock when it ends", async () => {
    const worker = await farm.startWorker();
    await expect(farm.startWorker()).rejects.toThrow(LockedError);
    expect(lockHolder(farm.workerHome, "w1")).toBe(process.pid);
    await worker.close();
    await worker.stopped;
    expect(lockHolder(farm.workerHome, "w1")).toBeUndefined();
  });

  it("keeps its token to itself and uses it when it comes again", async () => {
    const first = await farm.startWorker();
    const file = join(workerDirectory(farm.workerHome, "w1"), "token");
    await eventually(() => existsSync(file), true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await first.close();
    await farm.startWorker();
    const { request } = await farm.completed(await farm.submit({ task_data: { command: ["true"] } }));
    expect(request.result).toBe("success");
  });

  it("ends with the reason when its join token is not taken", async () => {
    const worker = await farm.startWorker({ join: "almanac_nonsense", log: QUIET });
    await expect(worker.stopped).rejects.toThrow("The join token is not valid: it is unknown, used up or too old.");
  });

  it("joins again when its own token is refused, or ends where it cannot", async () => {
    const first = await farm.startWorker();
    await eventually(async () => (await farm.client.call("listWorkers")).workers.length, 1);
    await first.close();
    await farm.client.call("removeWorker", { params: { worker_name: first.name } });
    const stranded = await farm.startWorker({ log: QUIET });
    await expect(stranded.stopped).rejects.toThrow(/the worker's own was refused/);
    await farm.startWorker({ join: await farm.server.createJoinToken(), log: QUIET });
    const { request } = await farm.completed(await farm.submit({ task_data: { command: ["true"] } }));
    expect(request.result).toBe("success");
  });

  it("tells what it has and may run", async () => {
    await farm.startWorker({ memory: 3e9, disk: 4e9, cpus: 2, tags: ["kvm"], allow: ["build-*"], deny: ["build-x"] });
    await eventually(async () => (await farm.client.call("listWorkers")).workers.length, 1);
    const [worker] = (await farm.client.call("listWorkers")).workers;
    expect(worker).toMatchObject({
      capacity: { memory: 3e9, disk_space: 4e9, cpu_count: 2 },
      tags: [`os:${process.platform}`, `arch:${process.arch}`, "kvm"],
      tasks: { allow: ["build-*"], deny: ["build-x"] },
      version: "0.1.0",
    });
    expect(worker?.available_memory).toBeGreaterThan(0);
  });

  it("leaves nothing behind in its directory when all is handed in", async () => {
    const worker = await farm.startWorker();
    const id = await farm.submit({ task_data: { script: "mkdir d; echo x >d/f", outputs: ["d/*"] } });
    await farm.completed(id);
    await worker.close();
    const directory = workerDirectory(farm.workerHome, "w1");
    expect(readdirSync(directory).sort()).toEqual(["artifacts", "runs", "token", "trash"]);
    expect(readdirSync(join(directory, "runs"))).toEqual([]);
    expect(readdirSync(join(directory, "trash"))).toEqual([]);
  });
});

const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function touch(name: string): Promise<void> {
  const { writeFile } = await import("node:fs/promises");
  await writeFile(farm.shared(name), "");
}
