import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ArtifactCache } from "../../../src/worker/workspace/artifact-cache.ts";

let directory: string;
let fetched: string[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "almanac-cache-"));
  fetched = [];
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const content = (letter: string, size = 10) => ({ sha256: letter.repeat(64), size });
const writing =
  (letter: string, size = 10) =>
  async (file: string) => {
    fetched.push(letter);
    writeFileSync(file, letter.repeat(size));
  };
const open = (cap = 25) => ArtifactCache.open(directory, cap);
/** Borrows and gives back at once. */
async function use(cache: ArtifactCache, letter: string, size = 10): Promise<string | undefined> {
  const lent = await cache.borrow(content(letter, size), writing(letter, size));
  lent?.giveBack();
  return lent && readFileSync(lent.file, "utf8");
}
const held = () =>
  readdirSync(directory)
    .map((name) => name[0])
    .sort();

describe("a cache of artifacts", () => {
  it("fetches each content once, also for two at the same time, and after a restart", async () => {
    const cache = await open();
    expect(await Promise.all([use(cache, "a"), use(cache, "a")])).toEqual(["a".repeat(10), "a".repeat(10)]);
    await use(await open(), "a");
    expect(fetched).toEqual(["a"]);
  });

  it("makes room by what was not used for longest, and never grows over its bound", async () => {
    const cache = await open();
    await use(cache, "a");
    await use(cache, "b");
    await use(cache, "a");
    await use(cache, "c");
    expect(held()).toEqual(["a", "c"]);
    expect(cache.bytes).toBe(20);
  });

  it("removes nothing that is borrowed: what finds no room is not taken", async () => {
    const cache = await open();
    const lent = await cache.borrow(content("a", 20), writing("a", 20));
    expect(await use(cache, "b")).toBeUndefined();
    lent?.giveBack();
    expect(await use(cache, "b")).toBe("b".repeat(10));
    expect(await use(cache, "c", 26)).toBeUndefined();
  });

  it("lets another fetch what the first did not get", async () => {
    const cache = await open();
    let fail: (error: Error) => void = () => undefined;
    const first = cache.borrow(content("a"), () => new Promise((_, reject) => (fail = reject)));
    const second = use(cache, "a");
    await expect.poll(() => typeof fail).toBe("function");
    await new Promise(setImmediate);
    fail(new Error("its run was aborted"));
    await expect(first).rejects.toThrow("its run was aborted");
    expect(await second).toBe("a".repeat(10));
    expect(cache.bytes).toBe(10);
  });

  it("fetches again what a power loss has cut short, and forgets what was half fetched", async () => {
    await use(await open(), "a");
    truncateSync(join(directory, "a".repeat(64)), 3);
    writeFileSync(join(directory, "draft-7"), "half");
    const cache = await open();
    expect(await use(cache, "a")).toBe("a".repeat(10));
    expect(held()).toEqual(["a"]);
  });

  it("keeps to a bound that has become smaller", async () => {
    const cache = await open();
    await use(cache, "a");
    await use(cache, "b");
    expect((await open(10)).bytes).toBe(10);
    expect(held()).toEqual(["b"]);
  });
});
