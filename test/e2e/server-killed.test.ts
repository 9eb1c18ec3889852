import { afterEach, expect, it } from "vitest";
import { createClient } from "../../src/client/client.ts";
import { AppError } from "../../src/contract/errors.ts";
import { readServerRecord } from "../../src/client/home.ts";
import { freePort, makePlace, type Place, type Program } from "./processes.ts";

let place: Place;
afterEach(() => place.close());

const ROUNDS = 50;
/** Submissions that are under way at once. */
const SENDERS = 6;

it("keeps every acknowledged request, each once, over 50 kills of the server under load", async () => {
  place = makePlace();
  const port = await freePort();
  const random = seeded(20_261_122);
  const acknowledged = new Map<string, number>();
  let sent = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const server = await startServer(port);
    const until = acknowledged.size + 1 + Math.floor(random() * 40);
    const { url, token } = readServerRecord(place.home)!; // it has just been started
    const client = createClient({ url, token, attempts: 1 });
    const send = async () => {
      // ends: when the server is killed
      for (;;) {
        sent += 1;
        const subject = `s${sent}`;
        try {
          const request = { task_name: "load", subject, task_data: { command: ["true"] } };
          const { work_requests } = await client.call("submit", { body: { work_requests: [request] } });
          acknowledged.set(subject, work_requests[0]!.id);
        } catch (error) {
          if (error instanceof AppError && error.code === "unavailable") return;
          throw error;
        }
        if (acknowledged.size >= until) void server.kill("SIGKILL");
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, send));
    client.close();
  }
  await startServer(port);
  const stored = await allRequests();
  expect(acknowledged.size).toBeGreaterThan(ROUNDS);
  const lost = [...acknowledged].filter(([subject, id]) => stored.get(subject)?.join() !== String(id));
  expect(lost).toEqual([]);
  const doubled = [...stored].filter(([, ids]) => ids.length > 1);
  expect(doubled).toEqual([]);
}, 300_000);

async function startServer(port: number): Promise<Program> {
  const server = place.start("server", "--port", String(port));
  await server.printed(/^http:\/\/\S+$/m);
  return server;
}

/** Subject → ids of all requests that the server has. */
async function allRequests(): Promise<Map<string, number[]>> {
  const client = place.client();
  const found = new Map<string, number[]>();
  let cursor: string | undefined;
  do {
    const page = await client.call("listWorkRequests", {
      query: { limit: 1000, ...(cursor !== undefined && { cursor }) },
    });
    for (const { subject, id } of page.items) found.set(subject, [...(found.get(subject) ?? []), id]);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

/** Numbers in [0, 1) that are the same in every run of the test (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
