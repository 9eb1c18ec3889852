import { describe, expect, it } from "vitest";
import { importedEntrySchema } from "../../../src/contract/history-entries.ts";
import { parseImport } from "../../../src/history/import/import.ts";
import { entryOf, success } from "../entries.ts";

const minimal = { task_name: "build", completed_at: "2026-10-01T12:00:00Z" };

function jsonl(...records: unknown[]) {
  return parseImport("jsonl", `${records.map((record) => JSON.stringify(record)).join("\n")}\n`);
}

describe("entries of our own", () => {
  it("are read from the short form, with units or without", () => {
    const { entries, problems } = jsonl(minimal, {
      ...minimal,
      subject: "gcc",
      context: "a/b",
      duration: "1m30s",
      memory: "2G",
      disk_space: 1024,
      cpu_time: 12.4,
    });
    expect(problems).toEqual([]);
    expect(entries).toEqual([
      {
        task_type: "worker",
        task_name: "build",
        subject: "",
        context: "",
        completed_at: "2026-10-01T12:00:00.000Z",
        result: "success",
        outcome: { kind: "exited", code: 0 },
        runtime_statistics: {},
        lower_bounds: [],
        trusted: true,
        origin: "jsonl",
      },
      {
        task_type: "worker",
        task_name: "build",
        subject: "gcc",
        context: "a/b",
        completed_at: "2026-10-01T12:00:00.000Z",
        result: "success",
        outcome: { kind: "exited", code: 0 },
        runtime_statistics: { duration: 90, cpu_time: 12, memory: 2 ** 31, disk_space: 1024 },
        duration_ms: 90_000,
        cpu_time_ms: 12_400,
        lower_bounds: [],
        trusted: true,
        origin: "jsonl",
      },
    ]);
  });

  it.each([
    [{ exit_code: 2 }, "failure", { kind: "exited", code: 2 }],
    [{ result: "failure" }, "failure", { kind: "exited", code: 1 }],
    [{ result: "error" }, "error", { kind: "worker_lost" }],
    [{ result: "skipped" }, "skipped", { kind: "exited", code: 0 }],
    [{ signal: "SIGTERM" }, "failure", { kind: "signalled", signal: "SIGTERM" }],
    [{ outcome: "out_of_memory", limit: "1G" }, "failure", { kind: "out_of_memory", limit: 2 ** 30 }],
    [{ outcome: "timed_out", duration: 60 }, "failure", { kind: "timed_out", limit: 60 }],
    [{ outcome: "worker_lost" }, "error", { kind: "worker_lost" }],
  ])("end as %j says", (part, result, outcome) => {
    expect(jsonl({ ...minimal, ...part }).entries[0]).toMatchObject({ result, outcome });
  });

  it("mark the figures of a death as lower bounds", () => {
    expect(jsonl({ ...minimal, outcome: "out_of_memory", memory: "1G" }).entries[0]?.lower_bounds).toEqual(["memory"]);
  });

  it("come back from our own export, without the ids and what was predicted", () => {
    const exported = [
      { ...success(7, 4, 100), work_request_id: 5, run_id: "5.1", predicted: { memory: { p50: 90, p95: 110 } } },
      entryOf({ id: 8, origin: "nextflow", trusted: false }),
    ];
    const { id: _id, ...first } = success(7, 4, 100);
    const { id: _other, ...second } = exported[1]!;
    const page = JSON.stringify({ items: exported, next_cursor: null }, null, 2);
    const list = JSON.stringify(exported);
    const lines = exported.map((entry) => JSON.stringify(entry)).join("\n");
    for (const text of [page, list, lines]) {
      const { entries, bad_lines } = parseImport("jsonl", text);
      expect(bad_lines).toBe(0);
      expect(entries).toEqual([first, second].map((entry) => importedEntrySchema.parse(entry)));
    }
  });

  it("name the line and the field of what is wrong; the rest goes in", () => {
    const text = [
      '{"task_name":"a","completed_at":"2026-10-01T12:00:00Z","memroy":"1G"}',
      '{"task_name":"a","completed_at":"soon","memory":-1}',
      "",
      "not json",
      JSON.stringify(minimal),
      '{"completed_at":1790856190,"result":"good"}',
      '{"completed_at":1790856190}',
      '["task_name"]',
      '{"task_name":"a","runtime_statistics":{"memory":1.5}}',
      '{"task_name":"a","completed_at":1790856190,"outcome":"out_of_memory"}',
      '{"task_name":"a","outcome":"aborted","completed_at":"tomorrow"}',
      '{"task_na',
    ].join("\n");
    const { entries, problems, bad_lines } = parseImport("jsonl", text);
    expect([entries.length, bad_lines]).toEqual([1, 10]);
    expect(problems.map(({ message }) => message).slice(0, 9)).toEqual([
      "line 1, memroy is not known here.",
      'line 2, memory: found -1, expected bytes, or like "2G".',
      'line 4: found "not json", expected one JSON object.',
      'line 6, result: found "good", expected one of success, failure, error, skipped.',
      'line 7, task_name: found "", expected a name of 1 to 200 characters.',
      'line 8: found "[\\"task_name\\"]", expected one JSON object.',
      'line 9, task_type: found nothing, expected one of "worker"|"server"|"workflow"|"wait"|"internal".',
      "line 9, subject: found nothing, expected text.",
      "line 9, context: found nothing, expected text.",
    ]);
    expect(problems.slice(-4).map(({ message }) => message)).toEqual([
      "line 10, limit: found nothing, expected the limit that ended it, as the outcome is out_of_memory.",
      'line 11, outcome: found "aborted", expected a run that ended by itself: an aborted one says nothing of the work.',
      'line 11, completed_at: found "tomorrow", expected a time between 1990 and 2100, like 2026-11-22 17:16:02 or seconds since 1970.',
      'line 12: found "{\\"task_na", expected one JSON object; it is the last line: the file may be cut off.',
    ]);
  });

  it("are read from a table with commas, semicolons or tabs", () => {
    for (const delimiter of [",", ";", "\t"]) {
      const rows = [
        ["task_name", "subject", "completed_at", "duration", "memory", "exit_code", "trusted"],
        ["build", "gcc", "2026-10-01 12:00", "90", "2G", "1", "false"],
        ["build", "sed", "1790856190", "", "-", "0", ""],
      ];
      const text = rows.map((cells) => cells.join(delimiter)).join("\r\n");
      const { entries, bad_lines } = parseImport("csv", text, { time_zone: "+02:00" });
      expect(bad_lines).toBe(0);
      expect(entries.map((entry) => [entry.subject, entry.completed_at, entry.result, entry.trusted])).toEqual([
        ["gcc", "2026-10-01T10:00:00.000Z", "failure", false],
        ["sed", "2026-10-01T12:03:10.000Z", "success", true],
      ]);
      expect(entries.map(({ runtime_statistics }) => runtime_statistics)).toEqual([
        { duration: 90, memory: 2 ** 31 },
        {},
      ]);
    }
  });

  it("make their key from a table's other columns when asked, and name a column that nobody knows", () => {
    const text = "job,repo,completed_at,wall\nbuild,gcc,1790856190,90\n";
    const options = { task: { from: "job" }, subject: { from: "{repo}-{job}" } };
    const { entries, problems } = parseImport("csv", text, options);
    expect(entries[0]).toMatchObject({ task_name: "build", subject: "gcc-build", runtime_statistics: {} });
    expect(problems[0]?.message).toMatch(
      /^line 1, header: found "wall", expected columns of task_type, task_name, subject/,
    );
  });

  it("may have quotes in a table", () => {
    const text = 'task_name,subject,completed_at\n"a ""b"", c",x,1790856190\n"open,x,1790856190\n';
    const { entries, problems } = parseImport("csv", text);
    expect(entries.map(({ task_name }) => task_name)).toEqual(['a "b", c']);
    expect(problems[0]?.message).toBe(
      'line 3: found "\\"open,x,1790856190", expected quotes that close on the line; it is the last line: the file may be cut off.',
    );
  });
});
