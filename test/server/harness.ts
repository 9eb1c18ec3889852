import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type Client } from "../../src/client/client.ts";
import type { RequestSubmission } from "../../src/contract/submission.ts";
import type { RunReport, SyncAnswer, SyncRequest, WorkerSelf } from "../../src/contract/worker-protocol.ts";
import type { Event } from "../../src/domain/event.ts";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import type { WorkRequest } from "../../src/domain/work-request.ts";
import { startServer, type Server, type ServerOptions } from "../../src/server/serve.ts";

export const GIB = 1024 ** 3;

/** What a worker of the tests tells of itself, unless a test says otherwise. */
const SELF: WorkerSelf = {
  capacity: { memory: 16 * GIB, disk_space: 100 * GIB, cpu_count: 8 },
  available_memory: null,
  available_disk_space: null,
  tags: ["arch:x64"],
  tasks: { allow: [], deny: [] },
  cpu_model: "test",
  version: "0",
  measure_method: "proc",
};

/** A real server in a home of its own, with an administrator's client. */
export type Harness = {
  readonly server: Server;
  readonly client: Client;
  readonly home: string;
  /** Closes the server, does what is given, and starts it again on the same home. */
  restart(whileClosed?: () => void): Promise<void>;
  submit(...requests: SubmissionPart[]): Promise<WorkRequest[]>;
  request(id: WorkRequestId): Promise<WorkRequest>;
  /** Waits for the event, also if it has happened already. */
  event(id: WorkRequestId, kind: Event["kind"], count?: number): Promise<Event>;
  /** Joins a worker that the test plays by the protocol. */
  join(name: string, self?: Partial<WorkerSelf>): Promise<PlayedWorker>;
  close(): Promise<void>;
};

type SubmissionPart = Partial<RequestSubmission> & { task_name: string };

/** A worker whose every word the test speaks. */
export type PlayedWorker = {
  readonly client: Client;
  /** Numbered by itself unless a number is given. */
  sync(runs?: RunReport[], more?: Partial<SyncRequest>): Promise<SyncAnswer>;
};

/** A command that nobody runs: the tests play the workers. */
export const COMMAND = { command: ["true"] };

export async function startHarness(options: Partial<ServerOptions> = {}): Promise<Harness> {
  const home = mkdtempSync(join(tmpdir(), "almanac-server-"));
  let server = await startServer({ logLevel: "silent", ...options, home, port: 0 });
  let client = createClient({ url: server.url, token: server.adminToken });
  const clients: Client[] = [];
  const harness: Harness = {
    home,
    get server() {
      return server;
    },
    get client() {
      return client;
    },
    async restart(whileClosed = () => {}) {
      const { port } = new URL(server.url);
      await server.close(); // closing twice does no harm
      whileClosed();
      server = await startServer({ logLevel: "silent", ...options, home, port: Number(port) });
    },
    async submit(...requests) {
      const work_requests = requests.map((request) => ({ task_data: COMMAND, ...request }));
      return (await client.call("submit", { body: { work_requests } })).work_requests;
    },
    request: async (id) => (await client.call("getWorkRequest", { params: { id } })).work_request,
    event: (id, kind, count = 1) => waitForEvent(client, id, kind, count),
    async join(name, self = {}) {
      const joiner = createClient({ url: server.url, token: await server.createJoinToken() });
      const told = { ...SELF, ...self };
      const { token } = await joiner.call("join", { body: { worker_name: name, self: told } });
      joiner.setToken(token);
      clients.push(joiner);
      let sequence = 0;
      return {
        client: joiner,
        sync: (runs = [], more = {}) => {
          sequence += 1;
          return joiner.call("sync", { body: { self: told, runs, wants_work: true, wait_ms: 0, sequence, ...more } });
        },
      };
    },
    async close() {
      for (const each of [...clients, client]) each.close();
      await server.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
  return harness;
}

/** Waits for an event of a request, also one that has happened already. */
export async function waitForEvent(client: Client, id: number, kind: Event["kind"], count = 1): Promise<Event> {
  const stop = new AbortController();
  let seen = 0;
  for await (const message of client.events({ topics: [`r${id}`], after: 0, signal: stop.signal })) {
    if (message.type !== "event" || message.event.kind !== kind) continue;
    seen += 1;
    if (seen < count) continue;
    stop.abort();
    return message.event;
  }
  throw new Error(`the stream ended before ${kind} of #${id}`);
}

/** The report of a run that has ended so. */
export function ended(
  assignment: { run_id: string; lease_token: string },
  end: Partial<Extract<RunReport, { state: "ended" }>>,
): RunReport {
  return {
    state: "ended",
    run_id: assignment.run_id as never, // as the server gave it
    lease_token: assignment.lease_token,
    started_at: new Date().toISOString(),
    ended_at: new Date().toISOString(),
    outcome: { kind: "exited", code: 0 },
    runtime_statistics: {},
    outputs: [],
    log: { size: 0, cut_bytes: 0 },
    ...end,
  };
}

/** The report of a run that goes on. */
export function running(
  assignment: { run_id: string; lease_token: string },
  more: Partial<Extract<RunReport, { state: "running" }>> = {},
): RunReport {
  return {
    state: "running",
    run_id: assignment.run_id as never, // as the server gave it
    lease_token: assignment.lease_token,
    started_at: new Date().toISOString(),
    runtime_statistics: {},
    ...more,
  };
}
