import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../../src/contract/errors.ts";
import { LogShipper } from "../../../src/worker/report/log-shipper.ts";

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "almanac-ship-"));
  file = join(directory, "log");
  writeFileSync(file, "");
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** The network's far edge: a log that takes pieces only at its end, as the server's does. */
class FarLog {
  content = Buffer.alloc(0);
  /** What the next calls do instead of taking the piece. */
  faults: ("unreachable" | "answer lost" | "internal" | "refused")[] = [];
  pieces = 0;

  send = async (offset: number, piece: Uint8Array): Promise<number> => {
    const fault = this.faults.shift();
    if (fault === "unreachable") throw new AppError("unavailable", { reason: "it refuses connections" });
    if (fault === "internal") throw new AppError("internal-error", {});
    if (fault === "refused") throw new AppError("lease-lost", {});
    if (offset !== this.content.length) {
      throw new AppError("log-offset", { expected: this.content.length, found: offset });
    }
    this.content = Buffer.concat([this.content, piece]);
    this.pieces += 1;
    if (fault === "answer lost") throw new AppError("unavailable", { reason: "it closed the connection" });
    return this.content.length;
  };
}

function shipperTo(far: FarLog): LogShipper {
  const backoff = { baseMs: 1, maxMs: 5 };
  return new LogShipper({
    file,
    size: () => statSync(file).size,
    send: far.send,
    random: () => 0,
    pauseMs: 1,
    backoff,
  });
}
const never = new AbortController().signal;

describe("a log on its way to the server", () => {
  it("arrives whole, in pieces of half a megabyte", async () => {
    const whole = Buffer.alloc(1_300_000, "0123456789");
    writeFileSync(file, whole);
    const far = new FarLog();
    expect(await shipperTo(far).finish(never)).toBe(whole.length);
    expect(far.content.equals(whole)).toBe(true);
    expect(far.pieces).toBe(3);
  });

  it("follows the run while that goes on", async () => {
    const far = new FarLog();
    const shipper = shipperTo(far);
    appendFileSync(file, "0 o one\n");
    shipper.poke();
    await expect.poll(() => far.content.toString()).toBe("0 o one\n");
    appendFileSync(file, "9 o two\n");
    shipper.poke();
    await expect.poll(() => far.content.toString()).toBe("0 o one\n9 o two\n");
    expect(await shipper.finish(never)).toBe(16);
  });

  it("arrives once, in order, whatever gets lost between", async () => {
    const far = new FarLog();
    far.faults = ["unreachable", "answer lost", "internal", "answer lost", "unreachable"];
    const whole = Buffer.alloc(1_300_000, "abcdefg");
    writeFileSync(file, whole);
    await shipperTo(far).finish(never);
    expect(far.content.equals(whole)).toBe(true);
  });

  it("goes on where the server's copy ends after a restart of the worker", async () => {
    writeFileSync(file, "0 o one\n9 o two\n");
    const far = new FarLog();
    far.content = Buffer.from("0 o one\n");
    expect(await shipperTo(far).finish(never)).toBe(16);
    expect(far.content.toString()).toBe("0 o one\n9 o two\n");
  });

  it("is sent again from where the server has lost it", async () => {
    writeFileSync(file, "0 o one\n9 o two\n");
    const far = new FarLog();
    const shipper = shipperTo(far);
    await shipper.finish(never);
    far.content = far.content.subarray(0, 5);
    expect(await shipper.finishAgain(never)).toBe(16);
    expect(far.content.toString()).toBe("0 o one\n9 o two\n");
  });

  it("is given up when the server refuses it, and tells how much was taken", async () => {
    writeFileSync(file, Buffer.alloc(1_300_000, "x"));
    const far = new FarLog();
    far.faults = [undefined as never, "refused"];
    expect(await shipperTo(far).finish(never)).toBe(512 * 1024);
  });

  it("is given up when the server fails at it again and again", async () => {
    writeFileSync(file, "0 o one\n");
    const far = new FarLog();
    far.faults = Array.from({ length: 12 }, () => "internal" as const);
    expect(await shipperTo(far).finish(never)).toBe(0);
  });

  it("stops waiting for a server that is away when it is told to", async () => {
    writeFileSync(file, "0 o one\n");
    const stop = new AbortController();
    const shipper = new LogShipper({
      file,
      size: () => 8,
      send: () => {
        stop.abort();
        return Promise.reject(new AppError("unavailable", { reason: "it is away" }));
      },
      random: () => 0,
    });
    await expect(shipper.finish(stop.signal)).rejects.toThrow(/aborted/);
  });
});
