import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LogReader, type LogRecord } from "../../../src/domain/log-record.ts";
import { LogWriter } from "../../../src/worker/report/log-writer.ts";

let directory: string;
let nowMs: number;
let faults: unknown[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "almanac-log-"));
  nowMs = 0;
  faults = [];
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true, force: true });
});

function openLog(capBytes = 1024 * 1024, grown: (size: number) => void = () => undefined): LogWriter {
  return new LogWriter({
    file: join(directory, "log"),
    capBytes,
    elapsedMs: () => nowMs,
    grown,
    failed: (error) => faults.push(error),
  });
}

const stored = () => readFileSync(join(directory, "log"));
const storedText = () => stored().toString();
const bytes = (text: string) => Buffer.from(text);

/** The text of one stream, put together from its records. */
function textOf(records: readonly LogRecord[], stream: "stdout" | "stderr"): string {
  return records
    .filter((record) => record.kind === "output" && record.stream === stream)
    .map((record) =>
      record.kind === "output" ? Buffer.from(record.bytes).toString() + (record.ends_line ? "\n" : "") : "",
    )
    .join("");
}

describe("a run's log", () => {
  it("has a record for each line with its time and stream", async () => {
    const log = openLog();
    log.write("stdout", bytes("one\ntwo\n"));
    nowMs = 1500;
    log.write("stderr", bytes("bad\n\n"));
    expect(await log.end()).toEqual({ size: 35, cut_bytes: 0 });
    expect(storedText()).toBe("0 o one\n0 o two\n1500 e bad\n1500 e \n");
  });

  it("puts a line together that comes in pieces, at the time of its end", async () => {
    const log = openLog();
    log.write("stdout", bytes("one "));
    nowMs = 20;
    log.write("stderr", bytes("between\n"));
    log.write("stdout", bytes("line\n"));
    await log.end();
    expect(storedText()).toBe("20 e between\n20 o one line\n");
  });

  it("keeps bytes that are no text", async () => {
    const log = openLog();
    log.write("stdout", Uint8Array.of(0, 255, 13, 10));
    await log.end();
    expect([...stored()]).toEqual([...bytes("0 o "), 0, 255, 13, 10]);
  });

  it("shows a line that is not ended after a second, and goes on with it", async () => {
    vi.useFakeTimers();
    const log = openLog();
    log.write("stdout", bytes("password: "));
    nowMs = 1000;
    vi.advanceTimersByTime(1000);
    vi.useRealTimers();
    log.write("stdout", bytes("ok\n"));
    await log.end();
    expect(storedText()).toBe("1000 O password: \n1000 o ok\n");
  });

  it("writes a very long line down in parts", async () => {
    const log = openLog();
    const line = "x".repeat(150_000);
    log.write("stdout", bytes(line.slice(0, 100_000)));
    log.write("stdout", bytes(`${line.slice(100_000)}\n`));
    await log.end();
    const records = new LogReader().read(stored());
    expect(records.map((record) => record.kind === "output" && [record.bytes.length, record.ends_line])).toEqual([
      [100_000, false],
      [50_000, true],
    ]);
    expect(textOf(records, "stdout")).toBe(`${line}\n`);
  });

  it("keeps the beginning and the end of a log that is too long, and tells how much is missing between", async () => {
    const log = openLog(4000);
    let whole = 0;
    for (let line = 0; line < 1000; line += 1) {
      log.write("stdout", bytes(`line ${line}\n`));
      whole += `0 o line ${line}\n`.length;
    }
    const end = await log.end();
    const records = new LogReader().read(stored());
    const cut = records.findIndex((record) => record.kind === "cut");
    expect(end.size).toBe(stored().length);
    expect(end.size).toBeLessThanOrEqual(4000 + "0 c 99999\n".length);
    expect(records[cut]).toEqual({ kind: "cut", at_ms: 0, cut_bytes: end.cut_bytes });
    expect(end.cut_bytes + end.size - `0 c ${end.cut_bytes}\n`.length).toBe(whole);
    expect(textOf(records.slice(0, cut), "stdout")).toMatch(/^line 0\nline 1\n/);
    expect(textOf(records.slice(cut), "stdout")).toMatch(/line 998\nline 999\n$/);
  });

  it("cuts nothing from a log that is just short enough", async () => {
    const log = openLog(4000);
    const line = `${"y".repeat(95)}\n`;
    for (let index = 0; index < 39; index += 1) log.write("stdout", bytes(line));
    expect((await log.end()).cut_bytes).toBe(0);
    expect(textOf(new LogReader().read(stored()), "stdout")).toBe(line.repeat(39));
  });

  it("tells how far the file has grown, and makes none for a silent run", async () => {
    const sizes: number[] = [];
    const log = openLog(1024, (size) => sizes.push(size));
    expect(await log.end()).toEqual({ size: 0, cut_bytes: 0 });
    expect(existsSync(join(directory, "log"))).toBe(false);
    const second = openLog(1024, (size) => sizes.push(size));
    second.write("stdout", bytes("a\n"));
    await second.end();
    expect(sizes).toEqual([6]);
  });

  it("costs the run its log, not its life, when the disk takes no more", async () => {
    rmSync(directory, { recursive: true });
    const log = openLog();
    log.write("stdout", bytes("a\n"));
    await new Promise(setImmediate);
    log.write("stdout", bytes("b\n"));
    expect(await log.end()).toEqual({ size: 0, cut_bytes: 12 });
    expect(faults).toHaveLength(1);
  });
});
