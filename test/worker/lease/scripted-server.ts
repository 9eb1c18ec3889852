import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Assignment, RunReport, SyncAnswer, SyncRequest } from "../../../src/contract/worker-protocol.ts";
import { syncRequestSchema } from "../../../src/contract/worker-protocol.ts";
import { runId, type RunId, type WorkRequestId } from "../../../src/domain/ids.ts";

/** What the server says to one sync: an answer's parts, or nothing at all. */
export type Reply = Partial<SyncAnswer> | "closes the connection";

const NOTHING: SyncAnswer = {
  assignments: [],
  aborts: [],
  acknowledged: [],
  lost: [],
  draining: false,
  heartbeat_ms: 200,
  lease_ms: 60_000,
};

/**
 * The far end of the worker's protocol, made from the contract, whose every answer a test decides: for orders of
 * messages that a real server gives only by accident. Checks what it is sent.
 */
export class ScriptedServer {
  /** Every sync so far. */
  readonly syncs: SyncRequest[] = [];
  readonly logs = new Map<string, Buffer>();
  mostAtOnce = 0;
  readonly #reply: (sync: SyncRequest, count: number) => Reply | undefined;
  readonly #server: Server;
  readonly #held = new Set<() => void>();
  #atOnce = 0;

  /** @param reply undefined: the call is held, as long as the worker allows, and then answered with nothing new */
  constructor(reply: (sync: SyncRequest, count: number) => Reply | undefined) {
    this.#reply = reply;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // it listens on TCP
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  /** What the worker last said of a run. */
  lastReport(run: string): RunReport | undefined {
    const reports = this.syncs.flatMap((sync) => sync.runs.filter((report) => report.run_id === run));
    return reports.at(-1);
  }

  async close(): Promise<void> {
    for (const release of this.#held) release();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.url);
    const body = Buffer.concat((await request.toArray()) as Buffer[]); // no encoding is set: bodies are buffers
    if (url.pathname.endsWith("/log")) {
      const log = Buffer.concat([this.logs.get(url.pathname) ?? Buffer.alloc(0), body]);
      this.logs.set(url.pathname, log);
      response.setHeader("content-type", "application/json").end(JSON.stringify({ size: log.length }));
      return;
    }
    const sync = syncRequestSchema.parse(JSON.parse(body.toString()));
    this.syncs.push(sync);
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    response.once("close", () => {
      this.#atOnce -= 1;
    });
    await this.#say(this.#reply(sync, this.syncs.length), sync, response);
  }

  async #say(reply: Reply | undefined, sync: SyncRequest, response: ServerResponse): Promise<void> {
    if (reply === "closes the connection") {
      response.destroy();
      return;
    }
    if (reply === undefined) await this.#hold(sync.wait_ms, response);
    response.setHeader("content-type", "application/json").end(JSON.stringify({ ...NOTHING, ...reply }));
  }

  async #hold(ms: number, response: ServerResponse): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      const release = () => {
        clearTimeout(timer);
        this.#held.delete(release);
        resolve();
      };
      this.#held.add(release);
      response.once("close", release);
    });
  }
}

const amount = (value: number) => ({ amount: value, source: "default" as const });

/** An assignment of a shell script. */
export function scriptRun(request: number, script: string, attempt = 1): Assignment {
  const work_request_id = request as WorkRequestId; // numbers of the test's own choice
  return {
    run_id: runId(work_request_id, attempt),
    lease_token: `lease-${request}-${attempt}`,
    work_request_id,
    task_type: "worker",
    task_name: "test",
    subject: "",
    context: "",
    task_data: { script },
    inputs: [],
    allocation: {
      memory: amount(1e9),
      disk_space: amount(1e9),
      cpu_count: amount(1),
      duration: amount(600),
      tags: [],
    },
  };
}

/** The ids of the runs of which a sync tells the end. */
export function endedIn(sync: SyncRequest): RunId[] {
  return sync.runs.flatMap((report) => (report.state === "ended" ? [report.run_id] : []));
}
