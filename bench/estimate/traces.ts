import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseBytes, parseDuration } from "../../src/domain/units.ts";
import { readRows, type Row } from "./csv.ts";

/** One finished run of a trace. Bytes, seconds, cores, milliseconds since 1970. */
export type TraceRun = {
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
type Kind = { name: string; columns: string[]; parse: (row: Row) => TraceRun | undefined };

const KINDS: Kind[] = [
  { name: "nextflow", columns: ["process", "realtime", "rss", "rchar"], parse: nextflow },
  { name: "wfcommons", columns: ["task_type", "runtime_s", "peak_mem_bytes"], parse: wfcommons },
  { name: "lotaru", columns: ["Task", "Machine", "Realtime", "TaskInputSize"], parse: lotaru },
  { name: "tovar", columns: ["category", "wall_time", "memory"], parse: tovar },
];

const DEFAULT_DATA = join(dirname(fileURLToPath(import.meta.url)), "../../../shared/data");

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
  const rows = readRows(path);
  const first = rows[0];
  const kind = first && KINDS.find(({ columns }) => columns.every((column) => column in first));
  if (kind === undefined) return undefined;
  const runs = rows.map((row) => kind.parse(row)).filter((run) => run !== undefined);
  return { name: basename(path).replace(/\.(csv|tsv|txt)(\.gz)?$/, ""), path, kind: kind.name, runs };
}

function nextflow(row: Row): TraceRun | undefined {
  const duration = scaled(row["realtime"], 0.001, parseDuration);
  if (duration === undefined) return undefined;
  const paper = scaled(row["rss"], 1, parseBytes);
  return present({
    task: row["process"]!, // the kind says that it is there
    subject: text(row["tag"]) ?? "",
    context: "",
    machine: text(row["hostname"]) ?? text(row["cpu_model"]),
    asked: scaled(row["memory"], 1, parseBytes),
    input_size: scaled(row["rchar"], 1, parseBytes),
    memory: memoryOf(paper, scaled(row["peak_rss"], 1, parseBytes)),
    duration,
    cpu_count: scaled(row["%cpu"]?.replace("%", ""), 0.01),
    started_ms: scaled(row["start"], 1, Date.parse),
    ended_ms: scaled(row["complete"], 1, Date.parse),
  });
}

function wfcommons(row: Row): TraceRun | undefined {
  const duration = scaled(row["runtime_s"], 1);
  const started = row["started_at"] === undefined ? Number.NaN : Date.parse(row["started_at"]);
  const peak = scaled(row["peak_mem_bytes"], 1);
  if (duration === undefined) return undefined;
  return present({
    task: `${row["workflow"] ?? ""}:${row["task_type"]}`,
    subject: text(row["task_id"]) ?? "",
    context: "",
    machine: text(row["machine"]),
    input_size: scaled(row["input_bytes"], 1),
    memory: memoryOf(peak, peak),
    duration,
    cpu_count: scaled(row["avg_cpu_pct"], 0.01),
    started_ms: Number.isNaN(started) ? undefined : started,
    ended_ms: Number.isNaN(started) ? undefined : started + duration * 1000,
  });
}

function lotaru(row: Row): TraceRun | undefined {
  const duration = scaled(row["Realtime"], 0.001);
  if (duration === undefined) return undefined;
  return present({
    task: `${row["Workflow"] ?? ""}:${row["Task"]}`,
    subject: "",
    context: row["Machine"]!, // the kind says that it is there
    machine: row["Machine"],
    asked: scaled(row["memory"], 1),
    input_size: scaled(row["TaskInputSize"], 1),
    memory: memoryOf(scaled(row["rss"], 1), scaled(row["peak_rss"], 1)),
    duration,
    cpu_count: scaled(row["%cpu"], 0.01),
  });
}

function tovar(row: Row): TraceRun | undefined {
  const duration = scaled(row["wall_time"], 1);
  if (duration === undefined) return undefined;
  const cpuTime = scaled(row["cpu_time"], 1);
  const memory = scaled(row["memory"], 1e6);
  return present({
    task: row["category"]!, // the kind says that it is there
    subject: "",
    context: "",
    memory: memoryOf(memory, memory),
    disk_space: scaled(row["disk"], 1e6),
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
  const known = text(cell);
  if (known === undefined) return undefined;
  const plain = Number(known);
  const value = Number.isNaN(plain) ? human(known) : plain * factor;
  return value !== undefined && Number.isFinite(value) && value > 0 ? value : undefined;
}

/** `-` and nothing mean: not measured. */
function text(cell: string | undefined): string | undefined {
  return cell === undefined || cell === "" || cell === "-" ? undefined : cell;
}

/** The record without its undefined fields. */
function present(fields: { [Name in keyof TraceRun]: TraceRun[Name] | undefined }): TraceRun {
  // Fields that must be there are never undefined above.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as TraceRun;
}
