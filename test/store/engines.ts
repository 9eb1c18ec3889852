import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { openStore, type OpenOptions } from "../../src/server/store/open.ts";
import type { Store } from "../../src/server/store/store.ts";
import { postgresMissing } from "../postgres/binaries.ts";
import { startPostgres, type Postgres } from "../postgres/start.ts";

/** Where databases of one engine come from, for one test file. */
type Source = { fresh(): Promise<string>; postgres?: Postgres; stop(): Promise<void> };

type TestEngine = { name: string; kind: Store["kind"]; isMissing: boolean; start(): Promise<Source> };

const missing = postgresMissing();

/** Both engines: every test of the store's behaviour runs on each. */
export const ENGINES: readonly TestEngine[] = [
  { name: "SQLite", kind: "sqlite", isMissing: false, start: startFiles },
  {
    name: missing === undefined ? "PostgreSQL" : `PostgreSQL (skipped: ${missing})`,
    kind: "postgres",
    isMissing: missing !== undefined,
    start: startTemplate,
  },
];

/** One of the two, for what only it can do. */
export function engineOf(kind: Store["kind"]): TestEngine {
  return ENGINES.find((engine) => engine.kind === kind)!; // both are listed
}

/** What a test file has of an engine: databases of its own, each test with a fresh one. */
export type Databases = {
  fresh(): Promise<string>;
  /** Opens a store that is closed after the test; on a fresh database if none is named. */
  open(database?: string, options?: Partial<OpenOptions>): Promise<Store>;
  postgres(): Postgres;
};

/** Sets the engine up for the file, and checks after each test that no store met a fault that reached nobody. */
export function useDatabases(engine: TestEngine): Databases {
  let source: Source | undefined;
  const opened: Store[] = [];
  const faults: unknown[] = [];
  beforeAll(async () => {
    if (!engine.isMissing) source = await engine.start();
  });
  beforeEach((context) => context.skip(engine.isMissing, engine.name));
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
    expect(faults.splice(0)).toEqual([]);
  });
  afterAll(() => source?.stop());
  return {
    fresh: () => source!.fresh(), // started before each test of the file
    postgres: () => source!.postgres!, // asked for on that engine only
    async open(database, options) {
      const store = await openStore(database ?? (await source!.fresh()), {
        onFault: (error) => faults.push(error),
        ...options,
      });
      opened.push(store);
      return store;
    },
  };
}

async function startFiles(): Promise<Source> {
  const folder = mkdtempSync(join(tmpdir(), "almanac-store-"));
  let count = 0;
  return {
    async fresh() {
      count += 1;
      return join(folder, `${count}.db`);
    },
    async stop() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A database with the schema is made once and copied for each test: that takes a tenth of the time. */
async function startTemplate(): Promise<Source> {
  const postgres = await startPostgres();
  const template = await openStore(await postgres.createDatabase("template_almanac"), { onFault: () => undefined });
  await template.close();
  let count = 0;
  return {
    postgres,
    fresh() {
      count += 1;
      return postgres.createDatabase(`test_${count}`, "template_almanac");
    },
    stop: () => postgres.stop(),
  };
}
