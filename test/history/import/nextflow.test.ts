import { describe, expect, it } from "vitest";
import { parseImport } from "../../../src/history/import/import.ts";
import type { ImportOptions } from "../../../src/history/import/report.ts";

const HUMAN = [
  "task_id\thash\tnative_id\tname\tstatus\texit\tsubmit\tduration\trealtime\t%cpu\tpeak_rss\tpeak_vmem\trchar\twchar",
  "1\tab/cdef01\t4711\tFASTQC (sample_a)\tCOMPLETED\t0\t2026-10-01 12:00:00.500\t3m 10s\t3m 4s\t98.5%\t1.2 GB\t2 GB\t100 MB\t1 MB",
  "2\tab/cdef02\t4712\tALIGN (2)\tFAILED\t1\t2026-10-01 12:00:00.000\t1m\t58.2s\t210.0%\t512 MB\t1 GB\t0\t0",
  "3\tab/cdef03\t4713\tALIGN (3)\tFAILED\t137\t2026-10-01 12:00:00.000\t1m\t50s\t100.0%\t4 GB\t5 GB\t0\t0",
  "4\tab/cdef04\t4714\tALIGN (4)\tFAILED\t-\t2026-10-01 12:00:00.000\t1m\t-\t-\t-\t-\t-\t-",
  "5\tab/cdef05\t4715\tFASTQC (sample_b)\tCACHED\t0\t2026-09-01 12:00:00.000\t1m\t50s\t90.0%\t1 GB\t1 GB\t0\t0",
  "6\tab/cdef06\t4716\tALIGN (5)\tABORTED\t-\t2026-10-01 12:00:00.000\t-\t-\t-\t-\t-\t-\t-",
  "",
].join("\n");

function read(text: string, options?: ImportOptions) {
  return parseImport("nextflow", text, options);
}

describe("a Nextflow trace", () => {
  it("is read with units for people", () => {
    const { entries, bad_lines, skipped, notes } = read(HUMAN);
    expect(bad_lines).toBe(0);
    expect(notes).toEqual([]);
    expect(skipped).toEqual([
      { reason: "cached: taken from an earlier run, not run again", count: 1 },
      { reason: "aborted: says nothing of the work", count: 1 },
    ]);
    expect(entries[0]).toEqual({
      task_type: "worker",
      task_name: "FASTQC",
      subject: "sample_a",
      context: "",
      completed_at: "2026-10-01T12:03:10.500Z",
      result: "success",
      outcome: { kind: "exited", code: 0 },
      runtime_statistics: { duration: 184, cpu_time: 181, memory: 1_288_490_189 },
      duration_ms: 184_000,
      cpu_time_ms: 181_240,
      lower_bounds: [],
      trusted: true,
      origin: "nextflow",
    });
  });

  it("tells a failure from a kill from a lost machine", () => {
    expect(read(HUMAN).entries.map(({ result, outcome, lower_bounds }) => ({ result, outcome, lower_bounds }))).toEqual(
      [
        { result: "success", outcome: { kind: "exited", code: 0 }, lower_bounds: [] },
        { result: "failure", outcome: { kind: "exited", code: 1 }, lower_bounds: [] },
        {
          result: "failure",
          outcome: { kind: "signalled", signal: "SIGKILL" },
          lower_bounds: ["duration", "cpu_time", "memory"],
        },
        { result: "error", outcome: { kind: "worker_lost" }, lower_bounds: [] },
      ],
    );
  });

  it("is read with raw units, other columns in another order, and commas", () => {
    const text = [
      "status,process,tag,realtime,peak_rss,%cpu,complete,exit,hostname,cpu_model,rchar",
      'COMPLETED,NF:ALIGN,"a, b",1500,2097152,200.0,1790856190123,0,node7,"AMD EPYC 7282, 16 cores",1000',
      "",
    ].join("\r\n");
    expect(read(text, { input_size_from: "rchar" }).entries).toEqual([
      {
        task_type: "worker",
        task_name: "NF:ALIGN",
        subject: "a, b",
        context: "",
        completed_at: "2026-10-01T12:03:10.123Z",
        result: "success",
        outcome: { kind: "exited", code: 0 },
        runtime_statistics: { duration: 2, cpu_time: 3, memory: 2_097_152 },
        duration_ms: 1500,
        cpu_time_ms: 3000,
        lower_bounds: [],
        worker_name: "node7",
        cpu_model: "AMD EPYC 7282, 16 cores",
        input_size: 1000,
        trusted: true,
        origin: "nextflow",
      },
    ]);
  });

  it("takes no memory from a task that was too short to be measured", () => {
    const text = "process\tstatus\texit\tcomplete\trealtime\tpeak_rss\trss\nA\tCOMPLETED\t0\t1790856190123\t5\t0\t0\n";
    expect(read(text).entries[0]?.runtime_statistics).toEqual({ duration: 0 });
  });

  it("counts a task with a missing output as failed, though its exit code is 0", () => {
    const text = "process\tstatus\texit\tcomplete\nA\tFAILED\t0\t1790856190123\n";
    expect(read(text).entries[0]).toMatchObject({ result: "failure", outcome: { kind: "exited", code: 0 } });
  });

  it("reads times in the zone given", () => {
    expect(read(HUMAN, { time_zone: "Europe/Berlin" }).entries[0]?.completed_at).toBe("2026-10-01T10:03:10.500Z");
  });

  it("makes the key from other columns, templates or fixed names", () => {
    const options: ImportOptions = {
      task: { value: "align" },
      subject: { from: "{process}/{tag}" },
      context: { from: "native_id" },
      trusted: false,
    };
    expect(read(HUMAN, options).entries[0]).toMatchObject({
      task_name: "align",
      subject: "FASTQC/sample_a",
      context: "4711",
      trusted: false,
    });
  });

  it("refuses a column for the key that is not there", () => {
    const { entries, problems } = read("process\tstatus\nA\tCOMPLETED\n", { subject: { from: "sample" } });
    expect(entries).toEqual([]);
    expect(problems.map(({ message }) => message)).toEqual([
      'line 1, subject from: found "sample", expected a column: process, status, tag.',
    ]);
  });

  it("names the line, the field, what was found and what was expected; the rest goes in", () => {
    const text = [
      "process\tstatus\texit\tcomplete\trealtime\tpeak_rss",
      "A\tCOMPLETED\t0\t1790856190123\tsoon\tmuch",
      "B\tDONE\tx\t12\t1s\t1 GB",
      "C\tCOMPLETED\t0\t1790856190123\t1s\t1 GB",
      "D\tCOMPLETED\t0",
    ].join("\n");
    const { entries, problems, bad_lines, notes } = read(text);
    expect(entries.map(({ task_name }) => task_name)).toEqual(["C"]);
    expect(bad_lines).toBe(3);
    expect(problems.map(({ message }) => message)).toEqual([
      'line 2, realtime: found "soon", expected a duration, like "3m 4s" or milliseconds.',
      'line 2, peak_rss: found "much", expected bytes, like 4096 or "1.2 GB".',
      'line 3, status: found "DONE", expected COMPLETED, FAILED, CACHED, ABORTED, NEW, SUBMITTED, RUNNING.',
      'line 3, exit: found "x", expected an exit code.',
      'line 3, complete: found "12", expected a time between 1990 and 2100, like 2026-11-22 17:16:02 or seconds since 1970.',
      'line 5: found "3 columns", expected 6 columns, as the header has; it is the last line: the file may be cut off.',
    ]);
    expect(problems[0]).toMatchObject({ line: 2, field: "realtime", code: "invalid-value" });
    expect(notes).toEqual(["The last line has no end: if the file was cut off there, its last figure is wrong."]);
  });

  it("refuses a table without the columns it needs", () => {
    expect(read("task_id\tname\n1\tA\n").problems.map(({ message }) => message)).toEqual([
      'line 1, header: found "task_id name", expected the column status.',
    ]);
    expect(read("name\tstatus\nA\tCOMPLETED\n").problems.map(({ message }) => message)).toEqual([
      "line 2, complete: found nothing, expected a time, or submit and duration to make it from.",
    ]);
  });

  it("refuses a name that the API would refuse", () => {
    const text = `process\tstatus\tcomplete\n${"x".repeat(201)}\tCOMPLETED\t1790856190123\n`;
    expect(read(text).problems[0]?.message).toMatch(
      /^line 2, task_name: found "x{60}"… \(201 characters\), expected at most 200 characters\.$/,
    );
  });
});
