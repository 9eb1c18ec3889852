import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { describe, expect, it } from "vitest";
import { SCOPES } from "../../src/contract/route.ts";
import { EVENT_KINDS } from "../../src/domain/event.ts";
import { RUN_STATES } from "../../src/domain/run.ts";
import { TASK_TYPES } from "../../src/domain/task.ts";
import { WEIGHED_RESOURCES } from "../../src/domain/outlook.ts";
import { LAYER_MODES } from "../../src/domain/layer.ts";
import { DELIVERY_STATES, REACTION_KINDS } from "../../src/domain/reaction.ts";
import { FINDING_KINDS, FINDING_STATES } from "../../src/domain/finding.ts";
import { HOOK_CALL_KINDS } from "../../src/domain/hook.ts";
import { FIRING_KINDS, MISSED_POLICIES } from "../../src/domain/schedule.ts";
import { FAIL_ON, VERDICT_KINDS } from "../../src/domain/verdict.ts";
import { RESULTS, STATUSES, UNBLOCK_STRATEGIES } from "../../src/domain/work-request.ts";
import { LINE_LEVELS } from "../../src/domain/worker-line.ts";
import { listMigrations, migrationMark, missingMigrations, type Migration } from "../../src/server/store/migrations.ts";
import { openStore } from "../../src/server/store/open.ts";
import { ENGINES, useDatabases } from "./engines.ts";
import { insert, newRequest } from "./records.ts";
import { dumpPostgres, dumpSqlite } from "./schema-dump.ts";

/** Each column that is checked against a list, with the list of `domain` or `contract` that it must equal. */
const CHECKED_COLUMNS: Record<string, readonly string[]> = {
  "work_requests.task_type": TASK_TYPES,
  "work_requests.status": STATUSES,
  "work_requests.result": RESULTS,
  "work_requests.unblock_strategy": UNBLOCK_STRATEGIES,
  "work_requests.fail_on": FAIL_ON,
  "work_requests.verdict_kind": VERDICT_KINDS,
  "runs.state": RUN_STATES,
  "history.task_type": TASK_TYPES,
  "history.result": RESULTS,
  "history.person_verdict": VERDICT_KINDS,
  "deliveries.reaction": REACTION_KINDS,
  "deliveries.state": DELIVERY_STATES,
  "findings.kind": FINDING_KINDS,
  "findings.state": FINDING_STATES,
  "findings.task_type": TASK_TYPES,
  "schedules.missed": MISSED_POLICIES,
  "firings.kind": FIRING_KINDS,
  "hook_calls.kind": HOOK_CALL_KINDS,
  "tokens.scope": SCOPES,
  "layers.mode": LAYER_MODES,
  "ignored_advice.task_type": TASK_TYPES,
  "task_courses.task_type": TASK_TYPES,
  "ignored_advice.resource": WEIGHED_RESOURCES,
  "worker_lines.level": LINE_LEVELS,
  "events.kind": EVENT_KINDS,
};

/** The lists in the checks of a dumped schema, by table and column. */
function checkedLists(dump: string): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const [, table, body] of dump.matchAll(/create table "?(\w+)"? \(([\s\S]*?)\n\)/gi)) {
    const checks = body!.matchAll(/check \(+(\w+)(?: in \(| = any \(\(?array\[)([^)\]]*)/gi);
    for (const [, column, values] of checks) {
      lists[`${table}.${column}`] = [...values!.matchAll(/'(\w+)'/g)].map(([, value]) => value!); // the group is there
    }
  }
  return lists;
}

/** Runs SQL beside the store. */
async function execute(database: string, sql: string): Promise<void> {
  if (!database.startsWith("postgres:")) {
    const file = new DatabaseSync(database);
    file.exec(sql);
    file.close();
    return;
  }
  const client = new Client({ connectionString: database });
  await client.connect();
  await client.query(sql);
  await client.end();
}

/** A step that does nothing. */
function step(version: number, is_compatible = true): Migration {
  return { version, name: `s${version}`, is_compatible, sql: "", sha256: `of ${version}` };
}

/** Nothing is expected to go wrong behind a caller's back here. */
function onFault(error: unknown): void {
  throw error;
}

function dumpOf(database: string): Promise<string> {
  return database.startsWith("postgres:") ? dumpPostgres(database) : Promise.resolve(dumpSqlite(database));
}

describe.each(ENGINES)("the schema on $name", (engine) => {
  const databases = useDatabases(engine);

  it("is what the generated file says (written anew with `vitest run test/store/schema.test.ts --update`)", async () => {
    const database = await databases.fresh();
    await databases.open(database);
    const file = fileURLToPath(new URL(`../../src/server/store/schema.${engine.kind}.sql`, import.meta.url));
    const header = `-- Generated from the migrations by test/store/schema.test.ts: do not edit.\n\n`;
    await expect(header + (await dumpOf(database))).toMatchFileSnapshot(file);
  });

  it("allows exactly the values that the lists of domain and contract have", async () => {
    const database = await databases.fresh();
    await databases.open(database);
    const found = checkedLists(await dumpOf(database));
    const expected = Object.fromEntries(Object.entries(CHECKED_COLUMNS).map(([column, list]) => [column, [...list]]));
    expect(found).toEqual(expected);
  });

  it("is made once, however many servers open a new database at the same moment", async () => {
    const database =
      engine.kind === "sqlite" ? await databases.fresh() : await databases.postgres().createDatabase("bare");
    const stores = await Promise.all(Array.from({ length: 4 }, () => databases.open(database)));
    await Promise.all(stores.map((store) => insert(store, newRequest())));
    expect(await stores[0]!.read.countByStatus()).toMatchObject({ pending: 4 });
  });

  it("with a newer step that is compatible it is used", async () => {
    const database = await databases.fresh();
    await (await databases.open(database)).close();
    const yes = engine.kind === "sqlite" ? "1" : "true";
    await execute(
      database,
      `insert into almanac_migrations values (99, '0099-later', ${yes}, '2030-01-01T00:00:00.000Z', 'later')`,
    );
    if (engine.kind === "sqlite") await execute(database, "pragma user_version = 99");
    const store = await databases.open(database);
    expect(await insert(store, newRequest())).toHaveLength(1);
  });

  it("with a newer step that breaks it is refused, and nothing is changed", async () => {
    const database = await databases.fresh();
    await (await databases.open(database)).close();
    const no = engine.kind === "sqlite" ? "0" : "false";
    await execute(
      database,
      `insert into almanac_migrations values (99, '0099-later', ${no}, '2030-01-01T00:00:00.000Z', 'later')`,
    );
    if (engine.kind === "sqlite") await execute(database, "pragma user_version = 99");
    const last = listMigrations().at(-1)!.name;
    await expect(openStore(database, { onFault: () => undefined })).rejects.toMatchObject({
      code: "newer-schema",
      message: `The database has the schema 0099-later, which this Almanac (schema ${last}) does not know.`,
    });
  });

  it.each([
    ["whose first step was another", "update almanac_migrations set sha256 = 'another'"],
    ["that keeps no mark of its steps yet", "alter table almanac_migrations drop column sha256"],
  ])("made by a build before a release, %s, it is refused in words, and nothing is changed", async (_, change) => {
    const database = await databases.fresh();
    await (await databases.open(database)).close();
    await execute(database, change);
    const before = await dumpOf(database);
    await expect(openStore(database, { onFault })).rejects.toMatchObject({
      code: "other-schema",
      message:
        "The database was made by another build of Almanac: its schema 0001-first is not the one that this program makes.",
    });
    expect(await dumpOf(database)).toBe(before);
  });
});

describe("migrations", () => {
  it("a comment may be changed after a step was released, and nothing else", () => {
    const mark = (sql: string) => migrationMark(`-- compatible\n${sql}`);
    expect(mark("-- why\ncreate table a (\n  -- first\n  b text\n);\n")).toBe(mark("create table a (\n  b text\n);\n"));
    expect(mark("create table a (b text);\n")).not.toBe(mark("create table a (c text);\n"));
  });

  it("missing steps are run in order, also one that an older branch left out", () => {
    const known = [step(1), step(2), step(3)];
    expect(missingMigrations(known, []).map(({ version }) => version)).toEqual([1, 2, 3]);
    expect(missingMigrations(known, [step(1), step(3)]).map(({ version }) => version)).toEqual([2]);
    expect(missingMigrations(known, known)).toEqual([]);
  });

  it("every step is numbered without a gap and says in its first line what older servers may do", () => {
    const steps = listMigrations();
    expect(steps.map(({ version }) => version)).toEqual(steps.map((_, index) => index + 1));
    for (const { sql } of steps) expect(sql).toMatch(/^-- (compatible|breaking: .+)\n/);
  });
});

describe("what can be opened", () => {
  it.each(["", ":memory:", "mysql://localhost/x", "file:///tmp/x.db", "sqlite:x.db"])(
    "%j is refused as unsupported",
    async (database) => {
      await expect(openStore(database, { onFault })).rejects.toMatchObject({ code: "unsupported-database" });
    },
  );

  it("a file that is no database is refused by name and left as it is", async () => {
    const folder = mkdtempSync(join(tmpdir(), "almanac-open-"));
    const file = join(folder, "text.db");
    writeFileSync(file, "this is not a database, but long enough to look at".repeat(100));
    await expect(openStore(file, { onFault })).rejects.toMatchObject({
      code: "unsupported-database",
      message: `The database ${file} cannot be used: file is not a database`,
    });
    await expect(openStore(folder, { onFault })).rejects.toMatchObject({ code: "unsupported-database" });
    expect(readdirSync(folder)).toEqual(["text.db"]);
    rmSync(folder, { recursive: true });
  });

  it("a file is made with its folder, for its owner only", async () => {
    const folder = mkdtempSync(join(tmpdir(), "almanac-open-"));
    const file = join(folder, "a", "b", "almanac.db");
    const store = await openStore(file, { onFault });
    await insert(store, newRequest());
    for (const name of readdirSync(join(folder, "a", "b"))) {
      expect(`${name} ${(statSync(join(folder, "a", "b", name)).mode & 0o777).toString(8)}`).toBe(`${name} 600`);
    }
    await store.close();
    expect(existsSync(`${file}-wal`)).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it("a PostgreSQL that is not there is unavailable, and its password is not told", async () => {
    const opening = openStore("postgres://me:secret@127.0.0.1:1/almanac", { onFault });
    await expect(opening).rejects.toMatchObject({
      code: "unavailable",
      message: expect.not.stringContaining("secret"),
    });
    await expect(opening).rejects.toThrow("127.0.0.1:1/almanac");
  });
});
