import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type Client } from "../../src/client/client.ts";
import { readServerRecord } from "../../src/client/home.ts";
import { start, type Program } from "../../test/e2e/processes.ts";
import { WORKERS, type Competitor, type JobTimes } from "./contender.ts";

const MIB = 1024 ** 2;

/**
 * What a worker gives to runs: room for 500 of the small ones below at once, as the others fetch 500 jobs at a time.
 * A no-op needs none of it; it is sized and packed all the same.
 */
const CAPACITY = ["--cpus", "500", "--memory", "64G", "--disk", "64G"];
const REQUIREMENTS = { memory: MIB, disk_space: MIB };
/** Different keys, so that more than one history is kept and learnt from. */
const SUBJECTS = 20;

/** Almanac: a real server and real workers, each a process; everything goes through the HTTP API. */
export function almanac(name: string, createDatabase: () => Promise<string | undefined>): Competitor {
  return {
    name,
    async open() {
      const home = mkdtempSync(join(tmpdir(), "almanac-bench-"));
      const database = await createDatabase();
      const programs: Program[] = [];
      const server = start(home, "server", "--port", "0", ...(database === undefined ? [] : ["--database", database]));
      programs.push(server);
      await server.printed(/^http:\/\/\S+$/m);
      const { url, token } = readServerRecord(home)!; // the server that has just said where it is
      const client = createClient({ url, token });
      let count = 0;
      const request = () => {
        count += 1;
        const subject = `subject-${count % SUBJECTS}`;
        return { task_name: "noop", subject, context: "bench", requirements: REQUIREMENTS };
      };
      return {
        async submitOne() {
          await client.call("submit", { body: { work_requests: [request()] } });
        },
        async submitBatch(size) {
          await client.call("submit", { body: { work_requests: Array.from({ length: size }, request) } });
        },
        async startWorkers() {
          programs.push(...(await startWorkers(client, home)));
        },
        isIdle: () => isIdle(client),
        newestJobs: (wanted) => newestJobs(client, wanted),
        async stop() {
          client.close();
          // workers first: without a server they would wait to hand in
          for (const program of programs.toReversed()) await program.kill("SIGTERM");
          rmSync(home, { recursive: true, force: true });
        },
      };
    },
  };
}

async function startWorkers(client: Client, home: string): Promise<Program[]> {
  const programs: Program[] = [];
  for (let index = 0; index < WORKERS; index += 1) {
    const { secret } = await client.call("createToken", { body: { name: "join", scope: "join" } });
    const name = ["--name", `w-${index + 1}`];
    programs.push(start(home, "worker", "--url", client.url, "--join", secret, ...name, ...CAPACITY));
  }
  // ends: when the last of them has joined
  while ((await client.call("listWorkers")).workers.length < WORKERS) await new Promise((done) => setTimeout(done, 50));
  return programs;
}

async function isIdle(client: Client): Promise<boolean> {
  for (const status of ["pending", "running"] as const) {
    const { items } = await client.call("listWorkRequests", { query: { status, limit: 1 } });
    if (items.length > 0) return false;
  }
  return true;
}

async function newestJobs(client: Client, wanted: number): Promise<JobTimes[]> {
  const found: JobTimes[] = [];
  let cursor: string | undefined;
  // ends: when there are enough, or no more
  do {
    const query = { limit: Math.min(1000, wanted - found.length), ...(cursor !== undefined && { cursor }) };
    const { items, next_cursor } = await client.call("listWorkRequests", { query });
    for (const { created_at, completed_at, result, id } of items) {
      if (completed_at === null || result !== "success") throw new Error(`#${id} has not succeeded`);
      found.push({ createdMs: Date.parse(created_at), completedMs: Date.parse(completed_at) });
    }
    cursor = next_cursor ?? undefined;
  } while (found.length < wanted && cursor !== undefined);
  return found;
}
