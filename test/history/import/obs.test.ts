import { describe, expect, it } from "vitest";
import { parseImport } from "../../../src/history/import/import.ts";

const completed_at = "2026-10-01T12:00:00.000Z";
const options = { completed_at, subject: { value: "gcc" }, context: { value: "openSUSE_Factory/x86_64" } };

const STATISTICS = `<buildstatistics>
  <disk><usage><size unit="M">1234</size><io_requests>5</io_requests><io_sectors>6</io_sectors></usage></disk>
  <memory><usage><size unit="M">2048</size></usage></memory>
  <times><total><time unit="s">310</time></total><preinstall><time unit="s">5</time></preinstall>
    <install><time unit="s">20</time></install><main><time unit="s">250</time></main></times>
  <download><size unit="k">7</size><binaries>3</binaries></download>
</buildstatistics>
`;

describe("_statistics of the Open Build Service", () => {
  it("gives one build that succeeded, without its set-up", () => {
    expect(parseImport("obs", STATISTICS, options)).toEqual({
      entries: [
        {
          task_type: "worker",
          task_name: "build",
          subject: "gcc",
          context: "openSUSE_Factory/x86_64",
          completed_at,
          result: "success",
          outcome: { kind: "exited", code: 0 },
          runtime_statistics: { duration: 250, memory: 2 ** 31, disk_space: 1234 * 2 ** 20 },
          duration_ms: 250_000,
          lower_bounds: [],
          trusted: true,
          origin: "obs",
        },
      ],
      problems: [],
      bad_lines: 0,
      skipped: [],
      notes: [],
    });
  });

  it("subtracts the set-up from the total where the main part is missing", () => {
    const text = STATISTICS.replace(/<main>.*<\/main>/, "");
    expect(parseImport("obs", text, options).entries[0]?.runtime_statistics.duration).toBe(285);
  });

  it("leaves out what the file has not", () => {
    const text = '<?xml version="1.0"?>\n<buildstatistics><memory/><times></times></buildstatistics>';
    expect(parseImport("obs", text, options).entries[0]?.runtime_statistics).toEqual({});
  });

  it("needs the package and a time", () => {
    expect(parseImport("obs", STATISTICS).problems.map(({ message }) => message)).toEqual([
      "line 1, subject: found nothing, expected the package's name: the file has none.",
      "line 1, completed_at: found nothing, expected a time: the file has none.",
    ]);
    const asked = { ...options, subject: { from: "package" } };
    expect(parseImport("obs", STATISTICS, asked).problems.map(({ message }) => message)).toEqual([
      'line 1, subject from: found "package", expected a fixed name: this format has no columns.',
    ]);
  });

  it.each([
    [STATISTICS.slice(0, 200), /^line 4: found ".*", expected well-formed XML\.$/],
    ["<!DOCTYPE b [<!ENTITY ><buildstatistics/>", /^line 1: /],
    ["<html><body/></html>", /^line 1: found nothing, expected the element buildstatistics\.$/],
    [
      STATISTICS.replace(">2048<", ">lots<"),
      /^line 1, memory\/usage\/size: found "lotsM", expected a number and a known unit\.$/,
    ],
  ])("names what is wrong with it (%#)", (text, message) => {
    const report = parseImport("obs", text, options);
    expect([report.entries, report.bad_lines]).toEqual([[], 1]);
    expect(report.problems[0]?.message).toMatch(message);
  });

  it("does not expand entities", () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "9999999999"><!ENTITY c "&a;&a;&a;">]>
<buildstatistics><memory><usage><size unit="M">&c;</size></usage></memory></buildstatistics>`;
    expect(parseImport("obs", bomb, options).problems[0]?.message).toContain("memory/usage/size");
  });
});
