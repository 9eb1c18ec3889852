import * as fc from "fast-check";
import { anyText } from "../any-text.ts";
import { describe, expect, it } from "vitest";
import { importedEntrySchema } from "../../../src/contract/history-entries.ts";
import { detectFormat, IMPORT_FORMATS } from "../../../src/history/import/format.ts";
import { parseImport } from "../../../src/history/import/import.ts";
import { isTimeZone, parseMoment } from "../../../src/history/import/time-zone.ts";

const completed_at = "2026-10-01T12:00:00.000Z";

describe("an import", () => {
  it.each([
    ["nextflow", "task_id\thash\tname\tstatus\n1\ta\tb\tCOMPLETED\n", "x"],
    ["nextflow", "task_id,process,status\n", "trace.csv"],
    ["nextflow", "", "out/trace-2026.txt"],
    ["sacct", "JobID|State\n", "x.txt"],
    ["sacct", "User|JobIDRaw|State|\n", "x.txt"],
    ["gnu-time", 'noise\n\tCommand being timed: "make"\n', "x.log"],
    ["obs", '\ufeff<?xml version="1.0"?>\n<buildstatistics/>', "x"],
    ["obs", "", "gcc/_statistics"],
    ["snakemake", "s\th:m:s\tmax_rss\n", "x.tsv"],
    ["jsonl", '{"task_name":"a"}\n', "x"],
    ["jsonl", "[]", "x"],
    ["csv", "completed_at;task_name\n", "x"],
    ["csv", "a,b\n", "DATA.CSV"],
    [undefined, "<html>", "x"],
    [undefined, "hello\n", "x"],
  ])("is known to be %s", (format, text, fileName) => {
    expect(detectFormat(text, fileName)).toBe(format);
  });

  it("of an empty file has nothing, and says so", () => {
    for (const format of IMPORT_FORMATS) {
      expect(parseImport(format, "\ufeff\r\n", { completed_at })).toEqual({
        entries: [],
        problems: [],
        bad_lines: 0,
        skipped: [],
        notes: ["The file is empty."],
      });
    }
  });

  it("of something that is no text says what it is", () => {
    const junk = [
      ["\u001f\ufffd\u0008\u0000", 'line 1: found "compressed data", expected text: uncompress it first.'],
      [
        "JobID\nx\u0000|\u0000",
        'line 2: found "a zero byte", expected text in UTF-8 (a file of UTF-16 has such bytes: save it as UTF-8).',
      ],
      ["\ufffd\ufffdPNG\ufffd\u0001", 'line 1: found "binary data", expected text in UTF-8.'],
    ] as const;
    for (const format of IMPORT_FORMATS) {
      for (const [text, message] of junk) {
        const report = parseImport(format, text, { completed_at });
        expect([report.entries, report.problems.map((entry) => entry.message)]).toEqual([[], [message]]);
      }
    }
  });

  it("never throws, and gives only entries that the API takes, whatever the text", () => {
    const tokens = fc.constantFrom(
      ...'\t,;|\n\r"{}[]<>-=:.%0123456789'.split(""),
      "task_name",
      "completed_at",
      "process\tstatus\tcomplete\n",
      "JobID|State|End\n",
      "COMPLETED",
      "FAILED",
      "1790856190",
      "Command being timed: ",
      "Exit status: ",
      "<buildstatistics>",
      "s\th:m:s\n",
      '{"task_name":"a","completed_at":1790856190}',
      "4G",
      "\u0000",
      "é",
    );
    const texts = fc.oneof(
      anyText,
      fc.array(tokens, { maxLength: 60 }).map((all) => all.join("")),
    );
    const options = { completed_at, task: { value: "a" }, subject: { value: "b" } };
    fc.assert(
      fc.property(fc.constantFrom(...IMPORT_FORMATS), texts, fc.boolean(), (format, text, isGiven) => {
        const { entries, problems, bad_lines } = parseImport(format, text, isGiven ? options : { completed_at });
        for (const entry of entries) expect(importedEntrySchema.safeParse(entry).success).toBe(true);
        expect(problems.length >= Math.min(bad_lines, 1000)).toBe(true);
        for (const { line } of problems) expect(line).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps at most 1,000 problems, and counts all bad lines", () => {
    const { problems, bad_lines } = parseImport("jsonl", "x\n".repeat(1500));
    expect([problems.length, bad_lines]).toEqual([1000, 1500]);
  });

  it("refuses a time zone that does not exist", () => {
    expect(parseImport("jsonl", "{}", { time_zone: "Mars/Olympus" }).problems[0]?.message).toBe(
      'line 1, time_zone: found "Mars/Olympus", expected a zone like Europe/Berlin, or an offset like +02:00.',
    );
  });
});

describe("times", () => {
  it.each([
    ["2026-10-01T12:00:00Z", "Europe/Berlin", "2026-10-01T12:00:00.000Z"],
    ["2026-10-01 12:00:00.123456", "UTC", "2026-10-01T12:00:00.123Z"],
    ["2026-10-01 12:00", "+05:30", "2026-10-01T06:30:00.000Z"],
    ["2026-10-01", "UTC", "2026-10-01T00:00:00.000Z"],
    ["2026-07-01T12:00:00", "Europe/Berlin", "2026-07-01T10:00:00.000Z"],
    ["2026-01-01T12:00:00", "Europe/Berlin", "2026-01-01T11:00:00.000Z"],
    ["2026-01-01T12:00:00-0330", "Europe/Berlin", "2026-01-01T15:30:00.000Z"],
    // the clocks go from 2:00 to 3:00: the time is skipped
    ["2026-03-29T02:30:00", "Europe/Berlin", "2026-03-29T01:30:00.000Z"],
    ["2026-03-29T03:30:00", "Europe/Berlin", "2026-03-29T01:30:00.000Z"],
    // the clocks go back from 3:00 to 2:00: the first of the two
    ["2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T00:30:00.000Z"],
    ["2026-10-25T03:30:00", "Europe/Berlin", "2026-10-25T02:30:00.000Z"],
    ["2026-07-01T12:00:00", "America/New_York", "2026-07-01T16:00:00.000Z"],
    ["1790856190", "UTC", "2026-10-01T12:03:10.000Z"],
    ["1790856190123", "UTC", "2026-10-01T12:03:10.123Z"],
    ["1790856190.5", "UTC", "2026-10-01T12:03:10.500Z"],
  ])("%s in %s is %s", (text, zone, expected) => {
    const at = parseMoment(text, zone);
    expect(at === undefined ? undefined : new Date(at).toISOString()).toBe(expected);
  });

  it.each(["", "soon", "2026-02-30", "2026-13-01", "2026-10-01 25:00", "0", "12", "9999999999999999", "1970-01-01"])(
    "do not look like %j",
    (text) => {
      expect(parseMoment(text, "UTC")).toBeUndefined();
    },
  );

  it("are read back in every zone as they are shown there", () => {
    const zones = fc.constantFrom("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "+05:45");
    const moments = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2050, 0) }).map((ms) => ms - (ms % 1000));
    fc.assert(
      fc.property(zones, moments, (timeZone, at) => {
        const shown = new Date(at).toLocaleString("sv-SE", { timeZone });
        const back = parseMoment(shown, timeZone) ?? 0;
        // in the hour that comes twice the first is taken
        expect([0, 1_800_000, 3_600_000]).toContain(at - back);
        expect(new Date(back).toLocaleString("sv-SE", { timeZone })).toBe(shown);
      }),
    );
  });

  it("know which zones exist", () => {
    expect(["Europe/Berlin", "UTC", "+02:00", "Mars/Olympus", ""].map(isTimeZone)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
