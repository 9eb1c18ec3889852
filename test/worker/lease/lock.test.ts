import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockHolder, LockedError, takeLock } from "../../../src/worker/lease/lock.ts";

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "almanac-lock-"));
  file = join(directory, "lock");
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** The content that a process of this pid would have written now. */
function contentFor(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return `${pid} ${start} ${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}\n`;
}

describe("the lock of a worker", () => {
  it("is held until it is released", async () => {
    const lock = await takeLock(file);
    expect(await lock.isHeld()).toBe(true);
    expect(lockHolder(file)).toBe(process.pid);
    await lock.release();
    expect(lockHolder(file)).toBeUndefined();
    expect(readdirSync(directory)).toEqual([]);
  });

  it("is refused while its holder lives, naming it", async () => {
    const other = spawn("sleep", ["60"]);
    await once(other, "spawn");
    writeFileSync(file, contentFor(other.pid!));
    await expect(takeLock(file)).rejects.toThrow(new LockedError(file, other.pid!).message);
    other.kill("SIGKILL");
    await once(other, "exit");
    const lock = await takeLock(file);
    expect(lockHolder(file)).toBe(process.pid);
    await lock.release();
  });

  it("says what to do", () => {
    expect(new LockedError("/x/lock", 12).message).toBe(
      "process 12 is using it (/x/lock); stop that one, or choose another --name",
    );
  });

  it.each([
    ["a process that started at another time", () => `${process.pid} 1 ${contentFor(process.pid).split(" ")[2]}`],
    ["another boot", () => contentFor(process.pid).replace(/ \S+\n$/, " 0000\n")],
    ["nothing", () => ""],
    ["somebody's notes", () => "do not delete\n"],
  ])("is taken over from %s", async (_, content) => {
    writeFileSync(file, content());
    expect(lockHolder(file)).toBeUndefined();
    const lock = await takeLock(file);
    expect(await lock.isHeld()).toBe(true);
    await lock.release();
  });

  it("is given to one of many who come at once upon a stale one", async () => {
    writeFileSync(file, "1 1 0000\n");
    const taken = await Promise.allSettled(Array.from({ length: 20 }, () => takeLock(file)));
    const locks = taken.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(locks).toHaveLength(1);
    expect(await locks[0]!.isHeld()).toBe(true);
    await locks[0]!.release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it("is not removed by a holder from whom it was taken", async () => {
    const lock = await takeLock(file);
    writeFileSync(file, "another\n");
    await lock.release();
    expect(existsSync(file)).toBe(true);
  });
});
