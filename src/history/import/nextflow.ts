import { timestamp } from "../../domain/clock.ts";
import type { Outcome } from "../../domain/outcome.ts";
import { parseDuration } from "../../domain/units.ts";
import { delimiterOf, readTable, type Row } from "./delimited.ts";
import { exitedFromShell, figuresOf } from "./ending.ts";
import { keyReader, type KeyReader } from "./key-source.ts";
import type { Line } from "./lines.ts";
import { problem, type Collector, type ImportOptions } from "./report.ts";
import { inputSize, rowReader, type RowReader } from "./row-reader.ts";

/*
 * Nextflow's trace file (`-with-trace`), with any columns, units for people or raw (`trace.raw = true`), its delimiter a
 * tab or a comma. Fields after https://docs.seqera.io/nextflow/reports.
 *
 *   task_name     `process`, else the part of `name` before the parenthesis
 *   subject       `tag`, else what is in the parenthesis, unless it is only the task's number: `(3)`
 *   context       empty
 *   duration      `realtime`: without the wait for a place to run, which `duration` includes
 *   cpu_time      `%cpu` / 100 × `realtime`
 *   memory        `peak_rss`, else `rss`
 *   completed_at  `complete`, else `submit` + `duration`
 *   worker_name   `hostname`; cpu_model `cpu_model`
 *
 * CACHED tasks were not run, and ABORTED ones say nothing of the work: both are passed over, as is what has not ended.
 * A FAILED task without an exit code was ended from outside, or its machine was lost: `worker_lost`. The amounts that
 * were asked for (`cpus`, `memory`, `time`) are not kept: an allocation has a disk amount too, which Nextflow has not.
 */

const DEFAULTS = { task: { from: "process" }, subject: { from: "tag" }, context: { value: "" } };

/** Reads a Nextflow trace into the collector. */
export function readNextflow(lines: readonly Line[], options: ImportOptions, into: Collector): void {
  const table = readTable(lines, delimiterOf(lines[0]?.text ?? "", ["\t", ","]));
  if (table === undefined) return;
  // both can be made from `name`
  const columns = [...new Set([...table.columns, ...(table.columns.includes("name") ? ["process", "tag"] : [])])];
  if (columns.includes("process") && !columns.includes("tag")) columns.push("tag"); // a process without tags: no subject
  const key = keyReader(options, DEFAULTS, columns, table.line);
  if (typeof key !== "function") return into.refuse(table.line, key);
  if (!table.columns.includes("status")) {
    return into.refuse(table.line, [problem(table.line, "header", table.columns.join(" "), "the column status")]);
  }
  for (const row of table.rows) {
    if ("problem" in row) into.refuse(row.line, [row.problem]);
    else readTask(row, key, options, into);
  }
}

/** Why a task with such a status is passed over. */
const PASSED_OVER: Record<string, string> = {
  CACHED: "cached: taken from an earlier run, not run again",
  ABORTED: "aborted: says nothing of the work",
  NEW: "not ended",
  SUBMITTED: "not ended",
  RUNNING: "not ended",
};

function readTask(row: Row, key: KeyReader, options: ImportOptions, into: Collector): void {
  const status = row.cell("status") ?? "";
  const reason = PASSED_OVER[status];
  if (reason !== undefined) return into.skip(reason);
  const reader = rowReader(row, options.time_zone ?? "UTC");
  if (status !== "COMPLETED" && status !== "FAILED") {
    reader.problems.push(
      problem(row.line, "status", status, `COMPLETED, FAILED, ${Object.keys(PASSED_OVER).join(", ")}`),
    );
  }
  const outcome = outcomeOf(reader);
  const draft = {
    ...key((column) => keyCell(row, column)),
    completed_at: completedAt(reader),
    result: resultOfTask(status, outcome),
    outcome,
    ...readFigures(reader, outcome),
    ...readWorker(row),
    ...inputSize(reader, options),
    origin: "nextflow",
  };
  if (reader.problems.length > 0) into.refuse(row.line, reader.problems);
  else into.add(row.line, draft);
}

/** A FAILED task with exit code 0 has failed all the same: an output was missing. */
function resultOfTask(status: string, outcome: Outcome): "success" | "failure" | "error" {
  if (outcome.kind === "worker_lost") return "error";
  return status === "COMPLETED" && outcome.kind === "exited" && outcome.code === 0 ? "success" : "failure";
}

/** Nextflow writes the largest 32-bit number where there is no exit code. */
const NO_EXIT_CODE = 2 ** 31 - 1;

function outcomeOf(reader: RowReader): Outcome {
  const code = reader.read("exit", wholeNumber, "an exit code");
  if (code !== undefined && code !== NO_EXIT_CODE) return exitedFromShell(code);
  return reader.text("status") === "COMPLETED" ? { kind: "exited", code: 0 } : { kind: "worker_lost" };
}

function readFigures(reader: RowReader, outcome: Outcome): ReturnType<typeof figuresOf> {
  const duration_ms = reader.read("realtime", milliseconds, DURATION_EXPECTED);
  const percent = reader.read("%cpu", percentage, 'a percentage, like "98.5%"');
  const peak = reader.bytes("peak_rss");
  return figuresOf(outcome, {
    duration_ms,
    cpu_time_ms: duration_ms === undefined || percent === undefined ? undefined : (percent / 100) * duration_ms,
    memory: peak ?? reader.bytes("rss"),
  });
}

function completedAt(reader: RowReader): string {
  const complete = reader.moment("complete");
  if (complete !== undefined) return timestamp(complete);
  const submit = reader.moment("submit");
  const duration = reader.read("duration", milliseconds, DURATION_EXPECTED);
  if (submit !== undefined && duration !== undefined) return timestamp(submit + duration);
  if (reader.problems.length === 0) reader.miss("complete", "a time, or submit and duration to make it from");
  return "";
}

function readWorker(row: Row): { worker_name?: string; cpu_model?: string } {
  const [worker_name, cpu_model] = [row.cell("hostname"), row.cell("cpu_model")];
  return { ...(worker_name !== undefined && { worker_name }), ...(cpu_model !== undefined && { cpu_model }) };
}

/** A column for the key; `process` and `tag` are taken out of the name where they have no column. */
function keyCell(row: Row, column: string): string | undefined {
  const own = row.cell(column);
  if (own !== undefined || (column !== "process" && column !== "tag")) return own;
  const match = /^([^\s(]+)(?:\s+\((.*)\))?$/.exec(row.cell("name") ?? "");
  if (column === "process") return match?.[1] ?? row.cell("name");
  const tag = match?.[2];
  return tag === undefined || /^\d+$/.test(tag) ? undefined : tag;
}

const DURATION_EXPECTED = 'a duration, like "3m 4s" or milliseconds';

/** Raw durations are bare numbers of milliseconds; the others carry units. */
function milliseconds(text: string): number | undefined {
  if (/^\d{1,15}(\.\d+)?$/.test(text)) return Number(text);
  const seconds = parseDuration(text);
  return seconds === undefined ? undefined : seconds * 1000;
}

function percentage(text: string): number | undefined {
  const match = /^(\d{1,9}(?:[.,]\d{1,6})?)\s*%?$/.exec(text);
  return match === null ? undefined : Number(match[1]!.replace(",", ".")); // the group is not optional
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
