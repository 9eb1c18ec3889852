import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseBytes, parseDuration } from "../../src/domain/units.ts";
import { delimiterOf, readTable, type Row } from "../../src/history/import/delimited.ts";
import { linesOf } from "../../src/history/import/lines.ts";

/** One finished run of a trace. Bytes, seconds, cores, milliseconds since 1970. */
export type TraceRun = RowRun & {
  /** Its place in the file, from 1 on. */
  id: number;
};

/** A run as a row tells it. */
type RowRun = {
  /** The key under which the protocols count: a run is only compared with runs of the same task. */
  task: string;
  subject: string;
  context: string;
  machine?: string;
  /** The memory that its user asked for. */
  asked?: number;
  input_size?: number;
  /** Peak memory, as each of the two protocols takes it. */
  memory?: { paper: number; online: number };
  disk_space?: number;
  duration: number;
  cpu_count?: number;
  /** Where the trace says when. */
  started_ms?: number;
  ended_ms?: number;
};

export type Trace = { name: string; path: string; kind: string; runs: TraceRun[] };

/** A kind of file: which columns tell it, and what a row means; undefined for a row that is no finished run. */
type Kind = { name: string; columns: string[]; parse: (row: Row) => RowRun | undefined };

const KINDS: Kind[] = [
  { name: "nextflow", columns: ["process", "realtime", "rss", "rchar"], parse: nextflow },
  { name: "wfcommons", columns: ["task_type", "runtime_s", "peak_mem_bytes"], parse: wfcommons },
  { name: "lotaru", columns: ["Task", "Machine", "Realtime", "TaskInputSize"], parse: lotaru },
  { name: "tovar", columns: ["category", "wall_time", "memory"], parse: tovar },
];

const DEFAULT_DATA = join(import.meta.dirname, "../../../shared/data");

/** The traces in the files and folders given, or in `../shared/data`; throws a sentence when there are none. */
export function readTraces(paths: readonly string[]): { traces: Trace[]; skipped: string[] } {
  const files = (paths.length === 0 ? [DEFAULT_DATA] : paths).flatMap(filesOf);
  const traces: Trace[] = [];
  const skipped: string[] = [];
  for (const path of files) {
    const trace = readTrace(path);
    if (trace === undefined) skipped.push(basename(path));
    else traces.push(trace);
  }
  if (traces.length > 0) return { traces, skipped };
  throw new Error(
    `No trace of a known kind in ${paths.length === 0 ? "../shared/data" : paths.join(", ")}: give files.`,
  );
}

function filesOf(path: string): string[] {
  if (!existsSync(path))
    throw new Error(`There is no ${path}: give the path of a trace file, or of a folder with some.`);
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => /\.(csv|tsv|txt)(\.gz)?$/.test(name));
  return names.toSorted().map((name) => join(path, name));
}

function readTrace(path: string): Trace | undefined {
  const bytes = readFileSync(path);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const lines = linesOf((isGzip ? gunzipSync(bytes) : bytes).toString("utf8"));
  const table = readTable(lines, delimiterOf(lines[0]?.text ?? "", ["\t", ",", ";"]));
  const kind = KINDS.find(({ columns }) => columns.every((column) => table?.columns.includes(column)));
  if (table === undefined || kind === undefined) return undefined;
  const runs = table.rows
    .map((row) => ("cell" in row ? kind.parse(row) : undefined))
    .filter((run) => run !== undefined)
    .map((run, index) => ({ ...run, id: index + 1 }));
  return { name: basename(path).replace(/\.(csv|tsv|txt)(\.gz)?$/, ""), path, kind: kind.name, runs };
}

function nextflow(row: Row): RowRun | undefined {
  const duration = scaled(row.cell("realtime"), 0.001, parseDuration);
  if (duration === undefined) return undefined;
  const paper = scaled(row.cell("rss"), 1, parseBytes);
  return present({
    task: row.cell("process")!, // the kind says that it is there
    subject: row.cell("tag") ?? "",
    context: "",
    machine: row.cell("hostname") ?? row.cell("cpu_model"),
    asked: scaled(row.cell("memory"), 1, parseBytes),
    input_size: scaled(row.cell("rchar"), 1, parseBytes),
    memory: memoryOf(paper, scaled(row.cell("peak_rss"), 1, parseBytes)),
    duration,
    cpu_count: scaled(row.cell("%cpu")?.replace("%", ""), 0.01),
    started_ms: scaled(row.cell("start"), 1, Date.parse),
    ended_ms: scaled(row.cell("complete"), 1, Date.parse),
  });
}

function wfcommons(row: Row): RowRun | undefined {
  const duration = scaled(row.cell("runtime_s"), 1);
  const started = Date.parse(row.cell("started_at") ?? "");
  const peak = scaled(row.cell("peak_mem_bytes"), 1);
  if (duration === undefined) return undefined;
  return present({
    task: `${row.cell("workflow") ?? ""}:${row.cell("task_type")}`,
    subject: row.cell("task_id") ?? "",
    context: "",
    machine: row.cell("machine"),
    input_size: scaled(row.cell("input_bytes"), 1),
    memory: memoryOf(peak, peak),
    duration,
    cpu_count: scaled(row.cell("avg_cpu_pct"), 0.01),
    started_ms: Number.isNaN(started) ? undefined : started,
    ended_ms: Number.isNaN(started) ? undefined : started + duration * 1000,
  });
}

function lotaru(row: Row): RowRun | undefined {
  const duration = scaled(row.cell("Realtime"), 0.001);
  if (duration === undefined) return undefined;
  return present({
    task: `${row.cell("Workflow") ?? ""}:${row.cell("Task")}`,
    subject: "",
    context: row.cell("Machine")!, // the kind says that it is there
    machine: row.cell("Machine"),
    asked: scaled(row.cell("memory"), 1),
    input_size: scaled(row.cell("TaskInputSize"), 1),
    memory: memoryOf(scaled(row.cell("rss"), 1), scaled(row.cell("peak_rss"), 1)),
    duration,
    cpu_count: scaled(row.cell("%cpu"), 0.01),
  });
}

function tovar(row: Row): RowRun | undefined {
  const duration = scaled(row.cell("wall_time"), 1);
  if (duration === undefined) return undefined;
  const cpuTime = scaled(row.cell("cpu_time"), 1);
  const memory = scaled(row.cell("memory"), 1e6);
  return present({
    task: row.cell("category")!, // the kind says that it is there
    subject: "",
    context: "",
    memory: memoryOf(memory, memory),
    disk_space: scaled(row.cell("disk"), 1e6),
    duration,
    cpu_count: cpuTime === undefined ? undefined : cpuTime / duration,
  });
}

function memoryOf(paper: number | undefined, online: number | undefined): TraceRun["memory"] | undefined {
  if (paper === undefined && online === undefined) return undefined;
  return { paper: paper ?? online!, online: online ?? paper! }; // one of them is there
}

/** A number above 0 in base units, or what the reader of human units makes of it; undefined for anything else. */
function scaled(
  cell: string | undefined,
  factor: number,
  human: (text: string) => number | undefined = () => undefined,
): number | undefined {
  if (cell === undefined) return undefined;
  const plain = Number(cell);
  const value = Number.isNaN(plain) ? human(cell) : plain * factor;
  return value !== undefined && Number.isFinite(value) && value > 0 ? value : undefined;
}

/** The record without its undefined fields. */
function present(fields: { [Name in keyof RowRun]: RowRun[Name] | undefined }): RowRun {
  // Fields that must be there are never undefined above.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as RowRun;
}
