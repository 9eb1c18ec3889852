import type { HistoryKey } from "../../domain/task.ts";
import type { Row } from "../../history/import/delimited.ts";
import type { Draft } from "./read-trace.ts";

/*
 * How the rows of each kind of trace are read. A row without a duration, or without a peak of memory, is left out.
 */

const MIB = 1024 ** 2;

/** Nextflow's trace with raw units: bytes and milliseconds. Only tasks that ran to their end. */
export function readNextflowRow(row: Row): Draft | undefined {
  if (row.cell("status") !== "COMPLETED") return undefined;
  return draft({
    key: keyOf(row.cell("process"), row.cell("tag")),
    submitMs: number(row, "submit"),
    seconds: scaled(number(row, "realtime"), 1 / 1000),
    memory: number(row, "peak_rss") ?? number(row, "rss"),
    cpus: scaled(number(row, "%cpu"), 1 / 100),
    input_size: number(row, "rchar"),
    asked: withoutAbsent({
      memory: number(row, "memory"),
      cpu_count: number(row, "cpus"),
      duration: scaled(number(row, "time"), 1 / 1000),
    }),
  });
}

/** Tasks of WfCommons' workflow instances. */
export function readWfcommonsRow(row: Row): Draft | undefined {
  const started = Date.parse(row.cell("started_at") ?? "");
  return draft({
    key: keyOf(`${row.cell("workflow") ?? ""}.${row.cell("task_type") ?? ""}`, row.cell("task_id")),
    submitMs: Number.isNaN(started) ? undefined : started,
    execution: row.cell("run") ?? "",
    seconds: number(row, "runtime_s"),
    memory: number(row, "peak_mem_bytes"),
    cpus: scaled(number(row, "avg_cpu_pct"), 1 / 100),
    input_size: number(row, "input_bytes"),
  });
}

/** Lotaru's runs of workflows on several machines, with input sizes known beforehand. */
export function readLotaruRow(row: Row): Draft | undefined {
  return draft({
    key: {
      ...keyOf(`${row.cell("Workflow") ?? ""}.${row.cell("Task") ?? ""}`, ""),
      context: row.cell("Machine") ?? "",
    },
    seconds: scaled(number(row, "Realtime"), 1 / 1000),
    memory: number(row, "peak_rss") ?? number(row, "rss"),
    cpus: scaled(number(row, "%cpu"), 1 / 100),
    input_size: number(row, "TaskInputSize"),
    asked: withoutAbsent({ memory: number(row, "memory"), cpu_count: number(row, "cpus") }),
  });
}

/** Tasks of a physics analysis (Tovar et al.): MB, and seconds. */
export function readTovarRow(row: Row): Draft | undefined {
  const seconds = number(row, "wall_time");
  const cpuSeconds = number(row, "cpu_time");
  return draft({
    key: keyOf(row.cell("category"), ""),
    seconds,
    memory: scaled(number(row, "memory"), MIB),
    cpus: seconds === undefined || cpuSeconds === undefined ? undefined : cpuSeconds / seconds,
  });
}

/** A run uses at least this much of a core, and this much memory (bytes): less was not measured. */
const LEAST_CPUS = 0.05;
const LEAST_MEMORY = MIB;
/** Traces in whole seconds have runs of 0. */
const LEAST_SECONDS = 0.05;

type Found = Pick<Draft, "key" | "execution" | "asked"> & {
  submitMs?: number | undefined;
  seconds: number | undefined;
  memory: number | undefined;
  cpus: number | undefined;
  input_size?: number | undefined;
};

function draft({ key, execution, asked, submitMs, seconds, memory, cpus, input_size }: Found): Draft | undefined {
  if (seconds === undefined || memory === undefined || memory <= 0) return undefined;
  return {
    key,
    submitMs,
    seconds: Math.max(seconds, LEAST_SECONDS),
    memory: Math.max(memory, LEAST_MEMORY),
    cpus: Math.max(cpus ?? 1, LEAST_CPUS),
    ...(input_size !== undefined && input_size > 0 && { input_size }),
    ...(execution !== undefined && { execution }),
    ...(asked !== undefined && { asked }),
  };
}

function keyOf(task: string | undefined, subject: string | undefined): HistoryKey {
  return { task_type: "worker", task_name: task ?? "unnamed", subject: subject ?? "", context: "" };
}

function number(row: Row, column: string): number | undefined {
  const value = Number(row.cell(column) ?? Number.NaN);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}

function withoutAbsent(asked: Record<string, number | undefined>): Draft["asked"] & object {
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined && value > 0));
}
