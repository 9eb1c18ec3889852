import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Client } from "../../src/client/client.ts";
import type { WorkRequest } from "../../src/domain/work-request.ts";
import { waitForEvent } from "../server/harness.ts";
import { freePort, isAlive, makePlace, type Place, type Program } from "./processes.ts";

let place: Place;
let scratch: string;
beforeEach(() => {
  place = makePlace();
  scratch = mkdtempSync(join(tmpdir(), "almanac-e2e-scratch-"));
});
afterEach(async () => {
  await place.close();
  rmSync(scratch, { recursive: true, force: true });
});

async function startServer(port: number): Promise<Program> {
  const server = place.start("server", "--port", String(port));
  await server.printed(/^http:\/\/\S+$/m);
  return server;
}

async function startWorker(client: Client, name: string, ...more: string[]): Promise<Program> {
  const { secret } = await client.call("createToken", { body: { name: "join", scope: "join" } });
  const worker = place.start("worker", "--url", client.url, "--join", secret, "--name", name, ...more);
  await expect
    .poll(async () => (await client.call("listWorkers")).workers.map((each) => each.worker_name), {
      timeout: 20_000,
    })
    .toContain(name);
  return worker;
}

async function submit(client: Client, script: string, more: object = {}): Promise<WorkRequest> {
  const request = { task_name: "e2e", task_data: { script }, ...more };
  const { work_requests } = await client.call("submit", { body: { work_requests: [request] } });
  return work_requests[0]!;
}

async function pidIn(file: string): Promise<number> {
  await expect
    .poll(() => (existsSync(file) ? readFileSync(file, "utf8").trim() : ""), { timeout: 20_000 })
    .toMatch(/^\d+$/);
  return Number(readFileSync(file, "utf8"));
}

describe("a worker", () => {
  it("runs a request and hands in its result, log and outputs, with true figures", async () => {
    await startServer(0);
    const client = place.client();
    await startWorker(client, "w-1");
    const script = `echo out; echo err >&2; mkdir dist; head -c 3000000 /dev/zero > dist/big; i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done`;
    const request = await submit(client, script, { task_data: { script, outputs: ["dist/*"] } });
    await waitForEvent(client, request.id, "completed");
    const { work_request, runs } = await client.call("getWorkRequest", { params: { id: request.id } });
    expect(work_request).toMatchObject({ status: "completed", result: "success" });
    const statistics = work_request.output_data!.runtime_statistics;
    expect(Object.keys(statistics).sort()).toEqual([
      "available_disk_space",
      "available_memory",
      "cpu_count",
      "cpu_time",
      "disk_space",
      "duration",
      "memory",
    ]);
    expect(statistics.disk_space).toBeGreaterThanOrEqual(3_000_000);
    expect(statistics.memory).toBeGreaterThan(100_000);
    expect(runs[0]).toMatchObject({ worker_name: "w-1", outcome: { kind: "exited", code: 0 } });
    expect(runs[0]!.outputs).toMatchObject([{ path: "dist/big", size: 3_000_000 }]);
    const log = await place.run("log", String(request.id));
    expect(log.output).toContain("out\n");
    expect(log.output).toContain("err\n");
  });

  it("goes on while the server is away, and hands in what ended meanwhile; nothing runs twice", async () => {
    const port = await freePort();
    const server = await startServer(port);
    const client = place.client();
    await startWorker(client, "w-1");
    const marks = join(scratch, "marks");
    const go = join(scratch, "go");
    const request = await submit(
      client,
      `echo started >> ${marks}; while [ ! -e ${go} ]; do sleep 0.05; done; echo ended >> ${marks}`,
    );
    await waitForEvent(client, request.id, "started");
    await server.kill("SIGKILL");
    writeFileSync(go, "");
    await expect.poll(() => readFileSync(marks, "utf8"), { timeout: 20_000 }).toBe("started\nended\n");
    await startServer(port);
    await waitForEvent(place.client(), request.id, "completed");
    const { work_request, runs } = await place.client().call("getWorkRequest", { params: { id: request.id } });
    expect(work_request).toMatchObject({ result: "success", run_count: 1 });
    expect(runs).toHaveLength(1);
    expect(readFileSync(marks, "utf8")).toBe("started\nended\n");
  });

  it("that is killed loses its run and the run's processes; the request runs again", async () => {
    await startServer(0);
    const client = place.client();
    const worker = await startWorker(client, "w-1");
    const pidFile = join(scratch, "pid");
    const go = join(scratch, "go");
    const request = await submit(
      client,
      `[ -e ${go} ] && exit 0; sleep 1000 & echo $! > ${pidFile}; setsid sleep 1000 & wait`,
    );
    const child = await pidIn(pidFile);
    await waitForEvent(client, request.id, "started");
    await worker.kill("SIGKILL");
    await expect.poll(() => isAlive(child), { timeout: 20_000 }).toBe(false);
    writeFileSync(go, "");
    place.start("worker", "--name", "w-1");
    await waitForEvent(client, request.id, "completed");
    const { work_request, runs } = await client.call("getWorkRequest", { params: { id: request.id } });
    expect(work_request).toMatchObject({ result: "success", run_count: 2 });
    expect(runs.map((run) => run.outcome)).toEqual([{ kind: "worker_lost" }, { kind: "exited", code: 0 }]);
    expect(runs[0]!.measurement!.lower_bounds).toContain("memory");
  });

  it("ends the whole process tree of a request that is aborted", async () => {
    await startServer(0);
    const client = place.client();
    await startWorker(client, "w-1");
    const pidFile = join(scratch, "pid");
    const request = await submit(client, `trap '' TERM; setsid sleep 1000 & echo $! > ${pidFile}; sleep 1000`);
    const child = await pidIn(pidFile);
    expect((await place.run("abort", String(request.id), "--reason", "not needed")).code).toBe(0);
    await waitForEvent(client, request.id, "aborted");
    expect(isAlive(child)).toBe(false);
    expect((await place.run("wait", String(request.id))).code).toBe(6);
  });

  it("lets a run have memory that nobody reserved, and kills the one that outgrows it all", async () => {
    await startServer(0);
    const client = place.client();
    await startWorker(client, "w-1", "--memory", "600M");
    const fill = (mib: number) => `exec ${process.execPath} -e "Buffer.alloc(${mib} * 2 ** 20, 1)"`;
    const elastic = await submit(client, fill(300), { requirements: { memory: "150M" } });
    await waitForEvent(client, elastic.id, "completed");
    const { work_request, runs } = await client.call("getWorkRequest", { params: { id: elastic.id } });
    expect(work_request.result).toBe("success");
    expect(runs[0]!.measurement!.memory_raises!.length).toBeGreaterThan(0);

    const bounded = await submit(client, fill(300), { requirements: { memory: "150M", max: { memory: "200M" } } });
    await waitForEvent(client, bounded.id, "completed");
    expect((await client.call("getWorkRequest", { params: { id: bounded.id } })).runs[0]!.outcome).toEqual({
      kind: "out_of_memory",
      limit: 200 * 2 ** 20,
    });

    const greedy = await submit(client, fill(900), { requirements: { memory: "150M" } });
    await waitForEvent(client, greedy.id, "completed");
    const [died] = (await client.call("getWorkRequest", { params: { id: greedy.id } })).runs;
    expect(died?.outcome?.kind).toBe("out_of_memory");
    // it was given more while there was more; what is left at last may be less than it has taken already
    const limits = died?.measurement?.memory_raises?.map(({ to }) => to) ?? [];
    expect(died?.outcome).toMatchObject({ limit: limits.at(-1) });
    expect(Math.max(...limits)).toBeLessThanOrEqual(600 * 2 ** 20);
  });

  it("that is stopped gives its run back at once", async () => {
    await startServer(0);
    const client = place.client();
    const first = await startWorker(client, "w-1");
    const go = join(scratch, "go");
    const request = await submit(client, `while [ ! -e ${go} ]; do sleep 0.05; done`);
    await waitForEvent(client, request.id, "started");
    await first.kill("SIGTERM");
    expect((await waitForEvent(client, request.id, "run_ended")).data).toMatchObject({
      outcome: { kind: "worker_lost" },
    });
    writeFileSync(go, "");
    await startWorker(client, "w-2");
    await waitForEvent(client, request.id, "completed");
    expect((await client.call("getWorkRequest", { params: { id: request.id } })).work_request.result).toBe("success");
  });
});
