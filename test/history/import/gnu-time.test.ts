import { describe, expect, it } from "vitest";
import { parseImport } from "../../../src/history/import/import.ts";

const completed_at = "2026-10-01T12:00:00.000Z";

function block(command: string, exitStatus: string, elapsed = "1:02.50"): string {
  return `\tCommand being timed: "${command}"
\tUser time (seconds): 10.25
\tSystem time (seconds): 1.50
\tPercent of CPU this job got: 18%
\tElapsed (wall clock) time (h:mm:ss or m:ss): ${elapsed}
\tAverage shared text size (kbytes): 0
\tMaximum resident set size (kbytes): 20480
\tMajor (requiring I/O) page faults: 0
\tPage size (bytes): 4096
\tExit status: ${exitStatus}
`;
}

describe("the output of GNU time -v", () => {
  it("is read in the midst of the command's own output", () => {
    const text = `gcc -c a.c\nExit status: 99\n${block("/usr/bin/make -j8 CC=gcc", "0")}all done\nExit status: 98\n`;
    const { entries, notes, bad_lines } = parseImport("gnu-time", text, { completed_at, subject: { value: "hello" } });
    expect(bad_lines).toBe(0);
    expect(notes).toEqual([
      "Memory is that of the largest single process of each run: GNU time does not see the sum of all.",
    ]);
    expect(entries).toEqual([
      {
        task_type: "worker",
        task_name: "make",
        subject: "hello",
        context: "",
        completed_at,
        result: "success",
        outcome: { kind: "exited", code: 0 },
        runtime_statistics: { duration: 63, cpu_time: 12, memory: 20_971_520 },
        duration_ms: 62_500,
        cpu_time_ms: 11_750,
        lower_bounds: [],
        trusted: true,
        origin: "gnu-time",
      },
    ]);
  });

  it("has several blocks, each a millisecond apart, with their ends", () => {
    const text = [
      block("make", "0", "1:02:03"),
      `Command exited with non-zero status 2\n${block("make", "2")}`,
      `Command terminated by signal 9\n${block("make check", "0")}`,
    ].join("");
    const { entries } = parseImport("gnu-time", text, { completed_at, task: { from: "command" } });
    expect(entries.map((entry) => [entry.task_name, entry.completed_at, entry.result, entry.outcome])).toEqual([
      ["make", "2026-10-01T11:59:59.998Z", "success", { kind: "exited", code: 0 }],
      ["make", "2026-10-01T11:59:59.999Z", "failure", { kind: "exited", code: 2 }],
      ["make check", "2026-10-01T12:00:00.000Z", "failure", { kind: "signalled", signal: "SIGKILL" }],
    ]);
    expect(entries.map(({ lower_bounds }) => lower_bounds.length)).toEqual([0, 0, 3]);
    expect(entries[0]?.duration_ms).toBe(3_723_000);
  });

  it("is not slowed down by long lines of the command's own output", () => {
    const text = `${"A".repeat(2_000_000)}\n${"B (".repeat(500_000)}\n${block("make", "0")}`;
    expect(parseImport("gnu-time", text, { completed_at }).entries.length).toBe(1);
  });

  it("refuses a block that ends early, and takes the others", () => {
    const text = block("make", "0") + block("make", "0").split("\n").slice(0, 4).join("\n");
    const { entries, problems, bad_lines } = parseImport("gnu-time", text, { completed_at });
    expect([entries.length, bad_lines]).toEqual([1, 1]);
    expect(problems.map(({ message }) => message)).toEqual([
      "line 11, Elapsed (wall clock) time (h:mm:ss or m:ss): found nothing, expected h:mm:ss or m:ss.ss.",
      "line 11, Maximum resident set size (kbytes): found nothing, expected a number.",
      "line 11, Exit status: found nothing, expected a number.",
    ]);
  });

  it("needs a time, and a block", () => {
    expect(parseImport("gnu-time", block("make", "0")).problems[0]?.message).toBe(
      "line 1, completed_at: found nothing, expected a time: GNU time prints none.",
    );
    expect(parseImport("gnu-time", "make: done\n", { completed_at }).problems[0]?.message).toBe(
      'line 1: found nothing, expected a block that begins "Command being timed".',
    );
  });
});
