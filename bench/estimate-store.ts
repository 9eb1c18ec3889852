import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { HistoryKey } from "../src/domain/task.ts";
import { levelKeysOf } from "../src/estimate/levels.ts";
import { estimateFor } from "../src/server/loop/estimates.ts";
import { openStore } from "../src/server/store/open.ts";
import type { Store } from "../src/server/store/store.ts";
import { postgresPlanner, sqlitePlanner, type Planner } from "../test/store/plans.ts";
import { keyAt, sizeOf, type Size } from "./estimate-store/dataset.ts";
import { postgresFarm, sqliteFarm, type Farm } from "./estimate-store/farms.ts";

/*
 * How long an estimate takes in a store of many keys and runs. `npm run bench:estimate-store -- --keys 1000000 --runs 10`
 * is the published size; the default is a tenth of it. `--engine sqlite|postgres`, `--folder DIR` for the databases,
 * `--json` for one JSON document.
 */

const { values: options } = parseArgs({
  options: {
    keys: { type: "string", default: "100000" },
    runs: { type: "string", default: "10" },
    engine: { type: "string" },
    folder: { type: "string", default: tmpdir() },
    json: { type: "boolean", default: false },
  },
});

/** Estimates that are timed of each kind. */
const TIMES = 300;

type Figure = { engine: string; what: string; first_ms: number; p50_ms: number; p95_ms: number; max_ms: number };
type Report = {
  engine: string;
  fill_seconds: number;
  bytes: number;
  open_ms: number;
  figures: Figure[];
  plans: string;
};

const size = sizeOf(Number(options.keys), Number(options.runs));
const keyCount = size.tasks * size.subjects * size.contexts;

function say(text: string): void {
  if (!options.json) process.stdout.write(`${text}\n`);
}

async function measure(farm: Farm): Promise<Report> {
  const { engine } = farm;
  const started = performance.now();
  await farm.load(size, (keys) => {
    const seconds = (performance.now() - started) / 1000;
    if (keys % 100_000 === 0) process.stderr.write(`${engine}: ${keys} keys after ${seconds.toFixed(0)} s\n`);
  });
  const fill_seconds = Math.round((performance.now() - started) / 1000);
  const bytes = bytesIn(farm.folder);
  say(
    `${engine}: ${keyCount} keys, ${keyCount * size.runs} runs, ${(bytes / 1e9).toFixed(1)} GB, made in ${fill_seconds} s`,
  );
  const figures: Figure[] = [];
  let open_ms = 0;
  for (const [what, keyOf] of KINDS) {
    // everything out of memory again: no key, and no page of an index, was ever looked at
    const database = await farm.restart(() => forget(farm.folder));
    const opening = performance.now();
    const store = await openStore(database, { onFault: raise });
    open_ms = Math.max(open_ms, performance.now() - opening);
    figures.push(figureOf(engine, what, await timesOf(store, keyOf)));
    await store.close();
  }
  const plans = await plansOf(engine, await farm.restart(async () => undefined));
  return { engine, fill_seconds, bytes, open_ms: Math.round(open_ms), figures, plans };
}

/** Which key is asked for, by a number that goes all over the farm. */
const KINDS: [string, (number: number) => HistoryKey][] = [
  ["a key with history", (number) => keyAt(size, number)],
  ["a new subject", (number) => ({ ...keyAt(size, number), subject: `new${number}` })],
  ["a new subject in a new context", (number) => ({ ...keyAt(size, number), subject: "new", context: `new${number}` })],
  ["a new task", (number) => ({ ...keyAt(size, number), task_name: `new${number}` })],
];

async function timesOf(store: Store, keyOf: (number: number) => HistoryKey): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < TIMES; index += 1) {
    const key = keyOf(Math.floor(((index * 0.618034) % 1) * keyCount));
    const started = performance.now();
    await estimateFor(store.read, key, { workers: [], nowMs: Date.now() });
    times.push(performance.now() - started);
  }
  return times;
}

function figureOf(engine: string, what: string, times: number[]): Figure {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!); // there are some
  const figure = { engine, what, first_ms: rounded(times[0]!), p50_ms: at(0.5), p95_ms: at(0.95), max_ms: at(1) };
  const { first_ms, p50_ms, p95_ms, max_ms } = figure;
  say(`${engine.padEnd(11)} ${what.padEnd(32)} first ${first_ms} ms, p50 ${p50_ms}, p95 ${p95_ms}, max ${max_ms}`);
  return figure;
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** The plans of what an estimate reads. */
async function plansOf(engine: string, database: string): Promise<string> {
  const planner: Planner = engine === "SQLite" ? sqlitePlanner(database) : await postgresPlanner(database);
  const key = keyAt(size, 7);
  const names = levelKeysOf(key).map(({ task_type, task_name, subject, context }) =>
    JSON.stringify([task_type, task_name, subject, context]),
  );
  const plans = [
    await planner.planOf((tx) => tx.estimateStates(names)),
    await planner.planOf((tx) => tx.runsInFlight(key, 64)),
    await planner.planOf((tx) => tx.history(key, { limit: 256 })),
  ];
  await planner.close();
  say(plans.join("\n"));
  return plans.join("\n");
}

/** Has the kernel drop what it has in memory of the files below a folder, and of nothing else. */
async function forget(folder: string): Promise<void> {
  for (const file of filesIn(folder)) {
    spawnSync("dd", [`if=${file}`, "iflag=nocache", "count=0", "status=none"]);
  }
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function bytesIn(folder: string): number {
  return filesIn(folder).reduce((sum, file) => sum + statSync(file).size, 0);
}

function raise(error: unknown): never {
  throw error;
}

/** One engine after the other, each in a folder of its own that goes afterwards. */
async function onEngine(make: (folder: string) => Promise<Farm>): Promise<Report> {
  const folder = mkdtempSync(join(options.folder, "almanac-bench-"));
  const farm = await make(folder);
  try {
    return await measure(farm);
  } finally {
    await farm.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The first calls of a process compile what they run, which has nothing to do with how much there is. */
async function warmUp(): Promise<void> {
  const few: Size = { tasks: 1, subjects: 10, contexts: 10, runs: size.runs };
  const folder = mkdtempSync(join(options.folder, "almanac-bench-"));
  const farm = await sqliteFarm(folder);
  await farm.load(few, () => undefined);
  const store = await openStore(await farm.restart(async () => undefined), { onFault: raise });
  for (let round = 0; round < 20; round += 1) {
    for (let number = 0; number < 100; number += 1) {
      await estimateFor(store.read, keyAt(few, number), { workers: [], nowMs: Date.now() });
    }
  }
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}

await warmUp();
const reports: Report[] = [];
if (options.engine !== "postgres") reports.push(await onEngine(sqliteFarm));
if (options.engine !== "sqlite") reports.push(await onEngine(postgresFarm));
if (options.json) {
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  const document: { size: Size } & Record<string, unknown> = {
    bench: "estimate-store",
    at: new Date().toISOString(),
    machine,
    size,
    reports,
  };
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}
