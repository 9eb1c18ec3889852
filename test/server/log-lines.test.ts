import { Readable } from "node:stream";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RunId } from "../../src/domain/ids.ts";
import type { LinePlace, LogLine } from "../../src/domain/log-line.ts";
import { formatLogRecord, type LogRecord } from "../../src/domain/log-record.ts";
import { createLogLines } from "../../src/server/files/log-lines.ts";

const RUN = "1.1" as RunId; // it has the form
const ALL = { lines: 1e6, characters: 1e9 };

/** A log in memory that can grow, handed out in pieces of any size. */
function logOf(records: readonly LogRecord[], pieceBytes = 64 * 1024) {
  let bytes = Buffer.concat(records.map(formatLogRecord));
  const lines = createLogLines({
    logSize: () => Promise.resolve(bytes.length),
    readLog(_run, start, end) {
      const pieces: Buffer[] = [];
      for (let at = start; at < end; at += pieceBytes) pieces.push(bytes.subarray(at, Math.min(end, at + pieceBytes)));
      return Readable.from(pieces);
    },
  });
  return {
    lines,
    grow: (more: readonly LogRecord[]) => (bytes = Buffer.concat([bytes, ...more.map(formatLogRecord)])),
    append: (more: Uint8Array) => (bytes = Buffer.concat([bytes, more])),
  };
}

const output = (
  text: string,
  more: { at_ms?: number; stream?: "stdout" | "stderr"; ends_line?: boolean } = {},
): LogRecord => ({
  kind: "output",
  at_ms: 0,
  stream: "stdout",
  ends_line: true,
  ...more,
  bytes: Buffer.from(text),
});
const numbered = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => output(`line ${from + index}`));
const texts = (lines: readonly LogLine[]) => lines.map(({ number, text }) => `${number} ${text}`);
const window = async (log: ReturnType<typeof logOf>, place: LinePlace, size = ALL) =>
  log.lines.window(RUN, place, size);

describe("the lines of a log", () => {
  it("are found from any of them on, also when the log has grown", async () => {
    const log = logOf(numbered(1_700));
    const { lines, total } = await window(log, { kind: "from", line: 1_234 }, { lines: 3, characters: 1e6 });
    expect({ texts: texts(lines), total }).toEqual({
      texts: ["1234 line 1234", "1235 line 1235", "1236 line 1236"],
      total: 1_700,
    });
    log.grow(numbered(900, 1_701));
    const end = await window(log, { kind: "end" }, { lines: 2, characters: 1e6 });
    expect({ texts: texts(end.lines), total: end.total }).toEqual({
      texts: ["2599 line 2599", "2600 line 2600"],
      total: 2_600,
    });
    const before = await window(log, { kind: "to", line: 500 }, { lines: 2, characters: 1e6 });
    expect(texts(before.lines)).toEqual(["499 line 499", "500 line 500"]);
    const around = await window(log, { kind: "around", line: 501 }, { lines: 8, characters: 1e6 });
    expect(around.lines.map(({ number }) => number)).toEqual([499, 500, 501, 502, 503, 504, 505, 506]);
    expect((await window(log, { kind: "from", line: 9_999 })).lines).toEqual([]);
  });

  it("are one line where they were written in parts, one number each, and as they stood last", async () => {
    const log = logOf([
      output("half ", { ends_line: false }),
      output("warned", { stream: "stderr" }),
      output("and half"),
      output("10 %\r20 %\r", { ends_line: false }),
      output("100 %\r"),
      { kind: "cut", at_ms: 3, cut_bytes: 77 },
      output("begun", { ends_line: false }),
    ]);
    const { lines, total } = await window(log, { kind: "end" });
    expect(total).toBe(5);
    expect(lines.map(({ number, stream, text, left_out }) => [number, stream, text, left_out])).toEqual([
      [1, "stderr", "warned", 0],
      [2, "stdout", "half and half", 0],
      [3, "stdout", "100 %", 0],
      [4, "cut", "", 77],
      [5, "stdout", "begun", 0],
    ]);
  });

  it("a very long line is not kept whole, and says how much is left out", async () => {
    const { lines } = await window(logOf([output("x".repeat(100_000)), output("next")], 1_000), {
      kind: "from",
      line: 1,
    });
    expect(lines.map(({ text, left_out }) => text.length + left_out)).toEqual([100_000, 4]);
    expect(lines[0]!.text.length).toBe(16 * 1024);
  });

  it("what is no record is no line", async () => {
    const log = logOf(numbered(2));
    log.append(Buffer.from("nonsense\n12 x what\n99999999999999999999 o late\n\n5 o kept\n5 o not yet"));
    const { lines, total } = await window(log, { kind: "end" });
    expect({ texts: texts(lines), total }).toEqual({ texts: ["1 line 1", "2 line 2", "3 kept"], total: 3 });
  });

  it("are as many as have room, counted from where they were asked for", async () => {
    const log = logOf(Array.from({ length: 100 }, () => output("x".repeat(100))));
    const numbers = async (place: LinePlace) =>
      (await window(log, place, { lines: 20, characters: 350 })).lines.map(({ number }) => number);
    expect(await numbers({ kind: "from", line: 10 })).toEqual([10, 11, 12]);
    expect(await numbers({ kind: "to", line: 10 })).toEqual([8, 9, 10]);
    expect(await numbers({ kind: "end" })).toEqual([98, 99, 100]);
    expect(await numbers({ kind: "around", line: 50 })).toEqual([49, 50, 51]);
  });

  it("the first that names an error is found, and the ones that match, page by page", async () => {
    const log = logOf([...numbered(700), output("\u001b[31mfatal: no such thing\u001b[0m"), ...numbered(10, 702)]);
    expect(await log.lines.firstError(RUN)).toBe(701);
    const seen: number[] = [];
    let after: number | null = 0;
    for (; after !== null;) {
      const { hits, next_after } = await log.lines.find(RUN, ({ text }) => text.endsWith("7"), { after, most: 30 });
      seen.push(...hits.map(({ number }) => number));
      after = next_after;
    }
    expect(seen).toEqual(Array.from({ length: 711 }, (_, index) => index + 1).filter((n) => n % 10 === 7));
    expect(await logOf(numbered(5)).lines.firstError(RUN)).toBeUndefined();
  });

  it("are the same from wherever and in whatever pieces a log is read", async () => {
    const record = fc.oneof(
      fc.record({
        kind: fc.constant("output" as const),
        at_ms: fc.nat(1e6),
        stream: fc.constantFrom("stdout" as const, "stderr" as const),
        bytes: fc.uint8Array({ maxLength: 30 }).map((bytes) => bytes.filter((byte) => byte !== 10)),
        ends_line: fc.boolean(),
      }),
      fc.record({ kind: fc.constant("cut" as const), at_ms: fc.nat(1e6), cut_bytes: fc.nat(1e6) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 40 }), fc.integer({ min: 1, max: 50 }), async (records, piece) => {
        const whole = await window(logOf(records), { kind: "from", line: 1 });
        const log = logOf(records.slice(0, records.length / 2), piece);
        await window(log, { kind: "end" });
        log.grow(records.slice(records.length / 2));
        expect(await window(log, { kind: "from", line: 1 })).toEqual(whole);
        expect(whole.lines.map(({ number }) => number)).toEqual(whole.lines.map((_, index) => index + 1));
      }),
    );
  });
});
