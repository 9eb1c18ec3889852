import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { openLocalHistory } from "../../src/server/store/local-history.ts";
import type { Store } from "../../src/server/store/store.ts";
import { ENGINES, engineOf, useDatabases } from "./engines.ts";
import { at, importedEntry, insert, KEY, newRequest } from "./records.ts";
import { runProgram } from "./run-program.ts";

/** How often each name is there, over all pages. */
async function countNames(store: Store): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let cursor: string | undefined;
  do {
    const page = await store.read.workRequests({}, { limit: 1000, cursor });
    for (const { name } of page.items) counts.set(name, (counts.get(name) ?? 0) + 1);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return counts;
}

describe("SQLite when its server is killed", () => {
  const databases = useDatabases(engineOf("sqlite"));

  it("keeps every acknowledged transaction whole, over eight kills in the middle of the load", async () => {
    const database = await databases.fresh();
    const acknowledged: string[] = [];
    for (let round = 0; round < 8; round += 1) {
      const writer = runProgram("writer", database, `r${round}`, "8");
      await writer.printed(40 + round * 25); // each time at another place
      await writer.kill("SIGKILL");
      acknowledged.push(...writer.lines.slice(1)); // the first says that it is ready
      const file = new DatabaseSync(database);
      expect(file.prepare("pragma integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
      expect(file.prepare("pragma foreign_key_check").all()).toEqual([]);
      file.close();
    }
    const store = await databases.open(database);
    const counts = await countNames(store);
    expect(acknowledged.filter((name) => counts.get(name) !== 2)).toEqual([]);
    expect([...counts.values()].filter((count) => count !== 2)).toEqual([]);
    expect((await store.read.events(0, 100_000)).map(({ data }) => data["name"]).sort()).toEqual(
      [...counts.keys()].sort(),
    );
  }, 180_000); // eight starts and a thousand commits, also where the machine is busy
});

describe("two processes on one file of SQLite", () => {
  const databases = useDatabases(engineOf("sqlite"));

  it("both write, and neither loses anything", async () => {
    const database = await databases.fresh();
    const store = await databases.open(database);
    const writer = runProgram("writer", database, "other", "2");
    await writer.printed(5);
    const ours = await Promise.all(
      Array.from({ length: 30 }, (_, index) => insert(store, newRequest({ name: `own-${index}` }))),
    );
    await writer.printed(writer.lines.length + 20);
    await writer.kill("SIGKILL");
    const counts = await countNames(store);
    expect(ours.flat()).toHaveLength(30);
    expect(Array.from({ length: 30 }, (_, index) => counts.get(`own-${index}`))).toEqual(Array(30).fill(1));
    expect(writer.lines.slice(1).filter((name) => counts.get(name) !== 2)).toEqual([]);
  });

  it("events of the other are heard", async () => {
    const database = await databases.fresh();
    const [store, other] = [await databases.open(database), await databases.open(database)];
    const heard = new Promise((resolve) => store.onEvents(resolve));
    await other.transaction((tx) => tx.appendEvents([{ kind: "worker_joined", data: { by: "other" } }]));
    expect(await heard).toMatchObject([{ kind: "worker_joined", data: { by: "other" } }]);
  });
});

describe.each(ENGINES)("leading on $name", (engine) => {
  const databases = useDatabases(engine);

  it("one store leads until it releases, or closes", async () => {
    const database = await databases.fresh();
    const [first, second] = [await databases.open(database), await databases.open(database)];
    const leadership = await first.lead();
    expect(leadership?.lost.aborted).toBe(false);
    expect(await second.lead()).toBeUndefined();
    expect(await first.lead()).toBeUndefined();
    await leadership?.release();
    expect(leadership?.lost.aborted).toBe(true);
    await leadership?.release(); // once more does nothing
    expect(await second.lead()).toBeDefined();
    await second.close();
    expect(await first.lead()).toBeDefined();
  });

  it("each transaction sees whether its lead is the newest", async () => {
    const database = await databases.fresh();
    const store = await databases.open(database);
    const { term } = (await store.lead())!;
    expect(await store.transaction((tx) => tx.holdsLead(term))).toBe(true);
    expect(await store.transaction((tx) => tx.holdsLead(term - 1))).toBe(false);
    expect(await store.transaction((tx) => tx.holdsLead(term + 1))).toBe(false);
  });

  it("a leader that is killed leads no longer", async () => {
    const database = await databases.fresh();
    const store = await databases.open(database);
    const leader = runProgram("leader", database);
    await leader.printed(1);
    expect(leader.lines).toEqual(["leads"]);
    expect(await store.lead()).toBeUndefined();
    await leader.kill("SIGKILL");
    // the kernel, or PostgreSQL on seeing the connection gone, lets go by itself, but not in the same moment
    await expect.poll(() => store.lead(), { timeout: 20_000 }).toBeDefined();
  });

  it("a store that is closed leaves nothing that keeps its process alive", async () => {
    const follower = runProgram("leader", await databases.fresh());
    await follower.printed(1);
    follower.process.stdin?.end();
    await follower.ended();
    expect(follower.process.exitCode).toBe(0);
  });
});

describe("local history", () => {
  const folder = mkdtempSync(join(tmpdir(), "almanac-history-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const databases = useDatabases(engineOf("sqlite"));

  it("gives the newest entries of a key, as they were given", () => {
    const history = openLocalHistory(join(folder, "new", "almanac.db"));
    expect(history.recent(KEY, 5)).toEqual([]);
    const entries = [0, 2, 1].map((second) =>
      importedEntry({ completed_at: at(second), origin: "run", lower_bounds: ["memory"], trusted: second > 0 }),
    );
    const ids = entries.map((entry) => history.append(entry));
    history.append(importedEntry({ subject: "other" }));
    expect(history.recent(KEY, 2)).toEqual([
      { ...entries[1], id: ids[1] },
      { ...entries[2], id: ids[2] },
    ]);
    history.close();
  });

  it("shares the file with a running server, which is told to learn what it has not", async () => {
    const database = await databases.fresh();
    const store = await databases.open(database);
    const history = openLocalHistory(database);
    const append = (second: number) => history.append(importedEntry({ origin: "run", completed_at: at(second) }));
    const [first] = [append(1), append(2)]; // what is not learnt yet begins with the first
    history.close();
    const { items } = await store.read.history(KEY, { limit: 5 });
    expect(items).toMatchObject([{ origin: "run" }, { origin: "run", trusted: true }]);
    expect(await store.read.rebuilds(5)).toEqual([{ task_type: KEY.task_type, task_name: KEY.task_name }]);
    const note = await store.transaction((tx) => tx.takeRebuild(KEY));
    expect(note).toEqual({ after: { completed_at: at(1), id: first - 1 } });
  });

  it("is made by whoever comes first and takes the entries of all", async () => {
    const database = join(folder, "several.db");
    const programs = [0, 1, 2, 3].map((index) => runProgram("appender", database, `s${index}`, "10"));
    await Promise.all(programs.map((program) => program.ended()));
    const history = openLocalHistory(database);
    for (const index of [0, 1, 2, 3]) expect(history.recent({ ...KEY, subject: `s${index}` }, 100)).toHaveLength(10);
    history.close();
  });
});
