import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import type { WorkRequestId } from "../src/domain/ids.ts";
import { openStore } from "../src/server/store/open.ts";
import type { Store } from "../src/server/store/store.ts";
import { postgresMissing } from "../test/postgres/binaries.ts";
import { startPostgres } from "../test/postgres/start.ts";
import { KEY } from "../test/store/records.ts";
import { claim, complete, submit } from "./store/loads.ts";

/*
 * How fast the store is on both engines, with everything synced to disk at each commit. Run by
 * `npm run bench:store`; `-- --json` prints one JSON document.
 */

type Figure = { engine: string; load: string; per_second?: number; p50_ms?: number; p95_ms?: number };

const isJson = process.argv.includes("--json");
const figures: Figure[] = [];

function report(figure: Figure): void {
  figures.push(figure);
  if (isJson) return;
  const { engine, load, per_second, p50_ms, p95_ms } = figure;
  const text = per_second === undefined ? `p50 ${p50_ms} ms, p95 ${p95_ms} ms` : `${Math.round(per_second)}/s`;
  process.stdout.write(`${engine.padEnd(11)} ${load.padEnd(52)} ${text}\n`);
}

/** Runs a step so many times, at most `concurrency` at once; gives how many were done a second. */
async function rate(times: number, concurrency: number, step: (index: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const started = performance.now();
  const lane = async (): Promise<void> => {
    // ends: when every number was taken
    while (next < times) {
      next += 1;
      await step(next - 1);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return times / ((performance.now() - started) / 1000);
}

/** Milliseconds that a step takes, half and 95 of a hundred times at most. */
async function latency(times: number, step: () => Promise<unknown>): Promise<{ p50_ms: number; p95_ms: number }> {
  const all: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const started = performance.now();
    await step();
    all.push(performance.now() - started);
  }
  all.sort((a, b) => a - b);
  const at = (share: number) => Math.round((all[Math.floor(times * share)] ?? 0) * 100) / 100;
  return { p50_ms: at(0.5), p95_ms: at(0.95) };
}

async function measureSubmissions(store: Store, engine: string): Promise<void> {
  for (const concurrency of [1, 16, 64]) {
    const times = concurrency === 1 ? 500 : 3000;
    const per_second = await rate(times, concurrency, () => submit(store, 1));
    report({ engine, load: `submissions of 1 request, ${concurrency} at once`, per_second });
  }
  const batches = await rate(20, 2, () => submit(store, 1000));
  report({ engine, load: "requests in submissions of 1,000, 2 at once", per_second: batches * 1000 });
}

async function measureRuns(store: Store, engine: string): Promise<void> {
  for (const concurrency of [1, 16, 64]) {
    const times = concurrency === 1 ? 300 : 1000;
    const ids = await submit(store, times);
    const step = async (index: number) => {
      const id = ids[index]!; // as many as were submitted
      await claim(store, id);
      await complete(store, id);
    };
    const per_second = await rate(times, concurrency, step);
    report({ engine, load: `runs placed, completed and learnt from, ${concurrency} at once`, per_second });
  }
}

async function measureReads(store: Store, engine: string): Promise<void> {
  const now = await store.read.now();
  const steps: [string, () => Promise<unknown>][] = [
    ["one request", () => store.read.workRequest(1 as WorkRequestId)], // the first one
    ["a page of 100 requests", () => store.read.workRequests({}, { limit: 100 })],
    ["the 200 newest entries of a key", () => store.read.history({ ...KEY, subject: "subject-1" }, { limit: 200 })],
    ["100 of the pending requests", () => store.read.pending(now, 100)],
    ["the counts by status", () => store.read.countByStatus()],
  ];
  for (const [load, step] of steps) report({ engine, load: `reading ${load}`, ...(await latency(300, step)) });
}

async function measure(engine: string, database: string): Promise<void> {
  const store = await openStore(database, {
    onFault: (error) => {
      throw error;
    },
  });
  try {
    await measureSubmissions(store, engine);
    await measureRuns(store, engine);
    await measureReads(store, engine);
  } finally {
    await store.close();
  }
}

async function measureSqlite(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "almanac-bench-"));
  try {
    await measure("SQLite", join(folder, "almanac.db"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measurePostgres(): Promise<void> {
  const missing = postgresMissing();
  if (missing !== undefined) {
    process.stderr.write(`PostgreSQL is left out: ${missing}\n`);
    return;
  }
  const postgres = await startPostgres({ shared_buffers: "512MB" }); // and the rest as it comes: all is synced
  try {
    await measure("PostgreSQL", await postgres.createDatabase("almanac"));
  } finally {
    await postgres.stop();
  }
}

await measureSqlite();
await measurePostgres();
if (isJson) {
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  const document = { bench: "store", at: new Date().toISOString(), machine, figures };
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}
