import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatLogLines,
  formatLogRecord,
  LogReader,
  parseLogRecord,
  type LogRecord,
} from "../../src/domain/log-record.ts";

const text = (content: string) => new TextEncoder().encode(content);

const recordArbitrary: fc.Arbitrary<LogRecord> = fc.oneof(
  fc.record({
    kind: fc.constant("output" as const),
    at_ms: fc.nat(),
    stream: fc.constantFrom("stdout" as const, "stderr" as const),
    bytes: fc.uint8Array({ maxLength: 40 }).map((bytes) => bytes.map((byte) => (byte === 10 ? 11 : byte))),
    ends_line: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("cut" as const), at_ms: fc.nat(), cut_bytes: fc.nat() }),
);

describe("log records", () => {
  it("are lines with the time, the stream and the bytes", () => {
    const record = {
      kind: "output",
      at_ms: 1234.4,
      stream: "stderr",
      bytes: text("no such file"),
      ends_line: true,
    } as const;
    expect(new TextDecoder().decode(formatLogRecord(record))).toBe("1234 e no such file\n");
    expect(new TextDecoder().decode(formatLogRecord({ ...record, stream: "stdout", ends_line: false }))).toBe(
      "1234 O no such file\n",
    );
    expect(new TextDecoder().decode(formatLogRecord({ kind: "cut", at_ms: 7, cut_bytes: 99 }))).toBe("7 c 99\n");
  });

  it.each(["", "12", "12 o", "x o text", "12 q text", "12  text", "c 4", "5 c many", "12345678901234567890 o text"])(
    "does not take %j for a record",
    (line) => {
      expect(parseLogRecord(text(line))).toBeUndefined();
    },
  );

  it("are the same for lines that came together", () => {
    const line = fc.uint8Array({ maxLength: 20 }).map((bytes) => bytes.map((byte) => (byte === 10 ? 11 : byte)));
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom("stdout" as const, "stderr" as const), (lines, stream) => {
        const together = Buffer.concat(lines.flatMap((bytes) => [bytes, Uint8Array.of(10)]));
        const each = lines.map((bytes) =>
          formatLogRecord({ kind: "output", at_ms: 12, stream, bytes, ends_line: true }),
        );
        expect(Buffer.from(formatLogLines(12, stream, together)).equals(Buffer.concat(each))).toBe(true);
      }),
    );
  });

  it("come back the same however the log is cut into pieces", () => {
    fc.assert(
      fc.property(fc.array(recordArbitrary, { maxLength: 12 }), fc.array(fc.nat(200)), (records, cuts) => {
        const whole = Buffer.concat(records.map((record) => formatLogRecord(record)));
        const reader = new LogReader();
        const ends = [...cuts.map((cut) => Math.min(cut, whole.length)), whole.length].sort((a, b) => a - b);
        let from = 0;
        const read = ends.flatMap((end) => {
          const piece = Uint8Array.from(whole.subarray(from, end));
          from = end;
          return reader.read(piece);
        });
        expect(read).toEqual(records);
      }),
    );
  });
});
