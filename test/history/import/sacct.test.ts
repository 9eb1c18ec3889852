import { describe, expect, it } from "vitest";
import { parseImport } from "../../../src/history/import/import.ts";
import type { ImportOptions } from "../../../src/history/import/report.ts";

const HEADER =
  "JobID|JobName|State|ExitCode|Start|End|ElapsedRaw|TotalCPU|MaxRSS|ReqMem|AllocTRES|TimelimitRaw|NodeList";

function read(rows: string[], options?: ImportOptions) {
  return parseImport("sacct", [HEADER, ...rows, ""].join("\n"), options);
}

function row(part: Record<string, string>): string {
  const usual: Record<string, string> = {
    JobName: "align",
    ExitCode: "0:0",
    End: "2026-10-01T12:00:00",
    ElapsedRaw: "60",
  };
  return HEADER.split("|")
    .map((column) => part[column] ?? usual[column] ?? "")
    .join("|");
}

describe("the output of sacct", () => {
  it("joins a job with its steps, which have the memory", () => {
    const { entries, skipped, bad_lines } = read([
      row({
        JobID: "123",
        State: "COMPLETED",
        TotalCPU: "03:02.500",
        AllocTRES: "cpu=4,mem=8G,node=1",
        NodeList: "n7",
      }),
      row({ JobID: "123.batch", JobName: "batch", State: "COMPLETED", MaxRSS: "1048576K", TotalCPU: "00:01.000" }),
      row({ JobID: "123.extern", JobName: "extern", State: "COMPLETED", MaxRSS: "0" }),
      row({ JobID: "123.0", JobName: "bwa", State: "COMPLETED", MaxRSS: "2.50G", TotalCPU: "03:01.500" }),
    ]);
    expect([bad_lines, skipped]).toEqual([0, []]);
    expect(entries).toEqual([
      {
        task_type: "worker",
        task_name: "align",
        subject: "",
        context: "",
        completed_at: "2026-10-01T12:00:00.000Z",
        result: "success",
        outcome: { kind: "exited", code: 0 },
        runtime_statistics: { duration: 60, cpu_time: 183, memory: 2.5 * 2 ** 30 },
        duration_ms: 60_000,
        cpu_time_ms: 182_500,
        lower_bounds: [],
        worker_name: "n7",
        trusted: true,
        origin: "sacct",
      },
    ]);
  });

  it.each([
    ["FAILED", "2:0", "failure", { kind: "exited", code: 2 }, false],
    ["FAILED", "0:11", "failure", { kind: "signalled", signal: "SIGSEGV" }, true],
    ["FAILED", "0:0", "failure", { kind: "exited", code: 0 }, false],
    ["OUT_OF_MEMORY", "0:125", "failure", { kind: "out_of_memory", limit: 8 * 2 ** 30 }, true],
    ["TIMEOUT", "0:0", "failure", { kind: "timed_out", limit: 3600 }, true],
    ["DEADLINE", "0:0", "failure", { kind: "timed_out", limit: 3600 }, true],
    ["NODE_FAIL", "0:0", "error", { kind: "worker_lost" }, true],
    ["PREEMPTED", "0:15", "error", { kind: "worker_lost" }, true],
  ])("knows the state %s with exit code %s", (State, ExitCode, result, outcome, isCut) => {
    const AllocTRES = "billing=4,cpu=4,mem=8G";
    const { entries } = read([row({ JobID: "1", State, ExitCode, AllocTRES, TimelimitRaw: "60", MaxRSS: "100M" })]);
    expect(entries).toMatchObject([{ result, outcome, lower_bounds: isCut ? ["duration", "memory"] : [] }]);
  });

  it("passes over what was cancelled and what has not ended, and counts it", () => {
    const states = ["CANCELLED by 1000", "CANCELLED", "RUNNING", "PENDING", "REQUEUED"];
    const { entries, skipped, bad_lines } = read(
      states.map((State, index) => row({ JobID: String(index + 1), State })),
    );
    expect([entries, bad_lines]).toEqual([[], 0]);
    expect(skipped).toEqual([
      { reason: "cancelled: says nothing of the work", count: 2 },
      { reason: "not ended", count: 3 },
    ]);
  });

  it("calls a failed job out of memory when a step was killed for it", () => {
    const { entries } = read([
      row({ JobID: "5_2", State: "FAILED", ExitCode: "1:0", ReqMem: "2000Mc" }),
      row({ JobID: "5_2.batch", State: "OUT_OF_MEMORY", MaxRSS: "1900M" }),
    ]);
    expect(entries[0]).toMatchObject({
      outcome: { kind: "out_of_memory", limit: 2000 * 2 ** 20 },
      lower_bounds: ["duration", "memory"],
    });
  });

  it("takes the memory of all tasks of a step where it is given, and what was used as the limit where none is", () => {
    const text = [
      "JobID|JobName|State|End|Elapsed|MaxRSS|TRESUsageInTot|",
      "7|mpi|OUT_OF_MEMORY|1790856190|1-02:03:04|||",
      "7.0|mpi|OUT_OF_MEMORY|1790856190|1-02:03:04|1G|cpu=00:00:01,mem=4G,vmem=9G|",
    ].join("\n");
    expect(parseImport("sacct", text).entries[0]).toMatchObject({
      completed_at: "2026-10-01T12:03:10.000Z",
      runtime_statistics: { duration: 93_784, memory: 4 * 2 ** 30 },
      outcome: { kind: "out_of_memory", limit: 4 * 2 ** 30 },
    });
  });

  it("keeps the runs of a requeued job apart", () => {
    const { entries } = read([
      row({ JobID: "9", State: "NODE_FAIL" }),
      row({ JobID: "9.batch", State: "CANCELLED", MaxRSS: "1G" }),
      row({ JobID: "9", State: "COMPLETED" }),
      row({ JobID: "9.batch", State: "COMPLETED", MaxRSS: "2G" }),
    ]);
    expect(entries.map(({ runtime_statistics }) => runtime_statistics.memory)).toEqual([2 ** 30, 2 ** 31]);
  });

  it("says why memory may be missing", () => {
    expect(read([row({ JobID: "1", State: "COMPLETED" })]).notes).toEqual([
      "Some jobs have no memory: it is on the rows of steps, which `sacct -X` leaves out.",
    ]);
  });

  it("names what is wrong with a line; the rest goes in", () => {
    const { entries, problems, bad_lines } = read([
      row({ JobID: "1", State: "LOST", MaxRSS: "1G" }),
      row({ JobID: "2.batch", State: "COMPLETED", MaxRSS: "1G" }),
      row({ JobID: "3", State: "FAILED", ExitCode: "one", End: "yesterday", MaxRSS: "1G" }),
      "4|align",
      row({ JobID: "5", State: "COMPLETED", End: "Unknown", ElapsedRaw: "", MaxRSS: "1G" }),
      row({ JobID: "6", State: "COMPLETED", MaxRSS: "1G" }),
    ]);
    expect([entries.length, bad_lines]).toEqual([1, 5]);
    expect(problems.map(({ message }) => message)).toEqual([
      'line 3, JobID: found "2.batch", expected a job, or a step after the row of its job.',
      'line 5: found "2 columns", expected 13 columns, as the header has.',
      'line 2, State: found "LOST", expected COMPLETED, FAILED, OUT_OF_MEMORY, TIMEOUT, DEADLINE, CANCELLED, PREEMPTED, NODE_FAIL or BOOT_FAIL.',
      'line 4, ExitCode: found "one", expected CODE:SIGNAL, like 1:0.',
      'line 4, End: found "yesterday", expected a time between 1990 and 2100, like 2026-11-22 17:16:02 or seconds since 1970.',
      "line 6, End: found nothing, expected a time, or Start and ElapsedRaw to make it from.",
    ]);
  });

  it("refuses output without its header", () => {
    expect(parseImport("sacct", "123|align|COMPLETED\n").problems.map(({ message }) => message)).toEqual([
      'line 1, header: found "123|align|COMPLETED", expected the columns JobID and State, as `sacct --parsable2` prints them with its header.',
    ]);
  });
});
