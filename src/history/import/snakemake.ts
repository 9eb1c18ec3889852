import { epochMs, timestamp } from "../../domain/clock.ts";
import { readTable, type Row } from "./delimited.ts";
import { figuresOf } from "./ending.ts";
import { parseDecimal } from "./figure-text.ts";
import { keyReader, type KeyReader } from "./key-source.ts";
import type { Line } from "./lines.ts";
import { problem, type Collector, type ImportOptions } from "./report.ts";
import { rowReader, type RowReader } from "./row-reader.ts";

/*
 * Snakemake's benchmark files (`benchmark: "…tsv"`), plain or extended: one row for each repeat of a job that succeeded.
 *
 *   task_name     `rule_name`, which only extended files have; else it must be given
 *   subject       `wildcards` of extended files, else empty
 *   context       empty
 *   duration      `s`
 *   cpu_time      `cpu_time`
 *   memory        `max_pss` (shared pages counted once), else `max_rss`; MiB
 *   completed_at  not in the file: `options.completed_at`, each row before the last a millisecond earlier
 */

const OUTCOME = { kind: "exited", code: 0 } as const;

/** Reads a Snakemake benchmark into the collector. */
export function readSnakemake(lines: readonly Line[], options: ImportOptions, into: Collector): void {
  const table = readTable(lines, "\t");
  if (table === undefined) return;
  const { columns, line, rows } = table;
  const isExtended = columns.includes("rule_name");
  const problems = [
    ...(columns.includes("s") ? [] : [problem(line, "header", columns.join(" "), "the column s, in seconds")]),
    ...(isExtended || options.task !== undefined
      ? []
      : [problem(line, "task", undefined, "a name: only extended benchmarks have the column rule_name")]),
    ...(options.completed_at === undefined
      ? [problem(line, "completed_at", undefined, "a time: the file has none")]
      : []),
  ];
  const subject = columns.includes("wildcards") ? { from: "wildcards" } : { value: "" };
  const task = isExtended ? { from: "rule_name" } : { value: "" };
  const key = keyReader(options, { task, subject, context: { value: "" } }, columns, line);
  if (typeof key !== "function") problems.push(...key);
  if (typeof key !== "function" || problems.length > 0) return into.refuse(line, problems);
  const lastMs = epochMs(options.completed_at ?? ""); // a missing time is among the problems
  for (const [index, row] of rows.entries()) {
    if ("problem" in row) into.refuse(row.line, [row.problem]);
    else readRow(row, key, timestamp(lastMs - (rows.length - 1 - index)), into);
  }
}

function readRow(row: Row, key: KeyReader, completed_at: string, into: Collector): void {
  const reader = rowReader(row, "UTC");
  const seconds = measured(reader, "s");
  const cpuSeconds = measured(reader, "cpu_time");
  const mebibytes = measured(reader, "max_pss") ?? measured(reader, "max_rss");
  if (reader.problems.length > 0) return into.refuse(row.line, reader.problems);
  into.add(row.line, {
    ...key((column) => row.cell(column)),
    completed_at,
    result: "success",
    outcome: OUTCOME,
    ...figuresOf(OUTCOME, {
      duration_ms: seconds === undefined ? undefined : seconds * 1000,
      cpu_time_ms: cpuSeconds === undefined ? undefined : cpuSeconds * 1000,
      memory: mebibytes === undefined ? undefined : Math.round(mebibytes * 2 ** 20),
    }),
    origin: "snakemake",
  });
}

/** A number; `NA` and `-` where nothing was measured. */
function measured(reader: RowReader, column: string): number | undefined {
  const text = reader.text(column);
  if (text === undefined || text === "NA") return undefined;
  return reader.read(column, parseDecimal, "a number, - or NA");
}
