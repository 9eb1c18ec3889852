import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { createClient, type Client } from "../../../src/client/client.ts";
import { workerDirectory } from "../../../src/client/home.ts";
import type { RequestSubmission } from "../../../src/contract/submission.ts";
import type { RunId, WorkRequestId } from "../../../src/domain/ids.ts";
import type { MeasureMethod } from "../../../src/domain/runtime-statistics.ts";
import type { Run } from "../../../src/domain/run.ts";
import type { WorkRequest } from "../../../src/domain/work-request.ts";
import { startServer, type Server, type ServerOptions } from "../../../src/server/serve.ts";
import { startWorker, type RunningWorker, type WorkerOptions } from "../../../src/worker/worker.ts";

type Part = Partial<RequestSubmission> & { task_data: Record<string, unknown> };
type Seen = { request: WorkRequest; runs: Run[] };

const PATIENCE_MS = 40_000;
const WORKER_PROGRAM = fileURLToPath(new URL("../../fixtures/worker-process.ts", import.meta.url));

/** A real server that can go away and come back, and real workers, in directories of their own. */
export class Farm {
  /** For whatever the runs leave, beside the homes. */
  readonly directory = mkdtempSync(join(tmpdir(), "almanac-farm-"));
  readonly #serverHome = join(this.directory, "server");
  readonly workerHome = join(this.directory, "worker");
  readonly #options: Partial<ServerOptions>;
  readonly #workers: RunningWorker[] = [];
  readonly #children: ChildProcess[] = [];
  #server: Server | undefined;
  #port = 0;
  #client: Client | undefined;

  constructor(options: Partial<ServerOptions> = {}) {
    this.#options = options;
  }

  get server(): Server {
    return this.#server!; // the tests know when there is one
  }

  get client(): Client {
    return this.#client!; // as above
  }

  async startServer(): Promise<void> {
    this.#server = await startServer({
      logLevel: "silent",
      ...this.#options,
      home: this.#serverHome,
      port: this.#port,
    });
    this.#port = Number(new URL(this.#server.url).port);
    this.#client ??= createClient({ url: this.#server.url, token: this.#server.adminToken });
  }

  async stopServer(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  /** Starts a worker here; a new one joins. */
  async startWorker(options: Partial<WorkerOptions> = {}): Promise<RunningWorker> {
    const worker = await startWorker(await this.workerOptions(options));
    this.#workers.push(worker);
    return worker;
  }

  /** Starts a worker in a process of its own. */
  async spawnWorker(options: Partial<WorkerOptions> & { method?: MeasureMethod } = {}): Promise<ChildProcess> {
    const { method, ...own } = options;
    const argument = JSON.stringify({ ...(await this.workerOptions(own)), method });
    const child = spawn(process.execPath, [WORKER_PROGRAM, argument], { stdio: ["ignore", "pipe", "inherit"] });
    this.#children.push(child);
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    if (line !== "started") throw new Error(`the worker said ${line}`);
    return child;
  }

  async workerOptions(options: Partial<WorkerOptions>): Promise<WorkerOptions> {
    const name = options.name ?? "w1";
    const hasToken = existsSync(join(workerDirectory(this.workerHome, name), "token"));
    const join_ = hasToken || this.#server === undefined ? {} : { join: await this.#server.createJoinToken() };
    return { home: this.workerHome, url: `http://127.0.0.1:${this.#port}`, name, ...join_, ...options };
  }

  async submit(part: Part): Promise<WorkRequestId> {
    const { work_requests } = await this.client.call("submit", {
      body: { work_requests: [{ task_name: "test", ...part }] },
    });
    return work_requests[0]!.id; // one was asked for
  }

  async look(id: WorkRequestId): Promise<Seen> {
    const { work_request, runs } = await this.client.call("getWorkRequest", { params: { id } });
    return { request: work_request, runs };
  }

  /** Waits until the request is as the test says. */
  until(id: WorkRequestId, test: (seen: Seen) => boolean): Promise<Seen> {
    return waitFor(`#${id} to be as expected`, async () => {
      const seen = await this.look(id);
      return test(seen) ? seen : undefined;
    });
  }

  completed(id: WorkRequestId): Promise<Seen> {
    return this.until(id, ({ request }) => request.status === "completed" || request.status === "aborted");
  }

  running(id: WorkRequestId): Promise<Seen> {
    return this.until(id, ({ runs }) => runs.at(-1)?.state === "running");
  }

  /** The stored log of a run, as far as the server has it. */
  async log(run_id: RunId): Promise<string> {
    const { body } = await this.client.download("getRunLog", { params: { run_id } });
    return Buffer.concat(await body.toArray()).toString();
  }

  /** The file in which the server keeps a run's log. */
  serverLog(id: WorkRequestId, attempt = 1): string {
    return join(this.#serverHome, "files/runs", String(id), String(attempt), "log");
  }

  /** A run's directory at its worker. */
  runDirectory(run: string, name = "w1"): string {
    return join(workerDirectory(this.workerHome, name), "runs", run);
  }

  /** A file that runs and tests use together. */
  shared(name: string): string {
    return join(this.directory, name);
  }

  /** The content of a shared file; empty while it is not there. */
  read(name: string): string {
    const file = this.shared(name);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  async close(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await Promise.all(this.#workers.map((worker) => worker.close()));
    await this.stopServer();
    this.#client?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Waits until the value is the one expected. */
export async function eventually<Value>(look: () => Value | Promise<Value>, expected: Value): Promise<void> {
  let last: Value | undefined;
  await waitFor("it", async () => {
    last = await look();
    return isDeepStrictEqual(last, expected) ? true : undefined;
  }).catch((error: unknown) => {
    throw new Error(`found ${JSON.stringify(last)} to the last`, { cause: error });
  });
}

/** Looks again and again until there is something; gives up when the test has no time left anyway. */
async function waitFor<Value>(what: string, look: () => Promise<Value | undefined>): Promise<Value> {
  const endMs = performance.now() + PATIENCE_MS;
  // ends by what is looked for, or by the clock
  while (performance.now() < endMs) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(20);
  }
  throw new Error(`waited ${PATIENCE_MS / 1000} s for ${what}`);
}

/** True while a process of this number is alive. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/^\d+ \(.*\) [ZX]/s.test(stat);
  } catch {
    return false; // there is none
  }
}
