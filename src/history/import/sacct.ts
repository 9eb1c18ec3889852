import { timestamp } from "../../domain/clock.ts";
import { parseBytes } from "../../domain/units.ts";
import { readTable, type Row } from "./delimited.ts";
import { figuresOf, resultOrError } from "./ending.ts";
import { keyReader, type KeyReader } from "./key-source.ts";
import type { Line } from "./lines.ts";
import { problem, type Collector, type ImportOptions } from "./report.ts";
import { inputSize, rowReader, type RowReader } from "./row-reader.ts";
import { jobOutcome, passedOver, stateOf } from "./sacct-state.ts";
import { parseElapsed, trackedResource } from "./figure-text.ts";

/*
 * `sacct --parsable2` of Slurm, with any columns, best with
 *   sacct --parsable2 --format=JobID,JobName,State,ExitCode,Start,End,ElapsedRaw,TotalCPU,MaxRSS,TRESUsageInTot,AllocTRES,TimelimitRaw,NodeList
 * Fields after https://slurm.schedmd.com/sacct.html. A job is one row, and one row for each of its steps
 * (`123`, `123.batch`, `123.0`), which have the memory.
 *
 *   task_name     `JobName`
 *   subject       empty; context empty
 *   duration      `ElapsedRaw`, else `Elapsed`
 *   cpu_time      `TotalCPU` (`CPUTimeRAW` is what was allocated, not used)
 *   memory        the largest step: `mem` of `TRESUsageInTot` (all its tasks), else `MaxRSS` (its largest task)
 *   completed_at  `End`, else `Start` + duration
 *   worker_name   `NodeList`, when it is one node
 *
 * Jobs that were cancelled or have not ended are passed over. Out of memory, time limit, preemption and loss of a node
 * leave lower bounds.
 */

const DEFAULTS = { task: { from: "JobName" }, subject: { value: "" }, context: { value: "" } };

/** A job's own row and those of its steps. */
type Job = { row: Row; steps: Row[] };

/** Reads the output of `sacct --parsable2` (or `--parsable`) into the collector. */
export function readSacct(lines: readonly Line[], options: ImportOptions, into: Collector): void {
  const table = readTable(trimmed(lines), "|");
  if (table === undefined) return;
  const idColumn = ["JobID", "JobIDRaw"].find((column) => table.columns.includes(column));
  if (idColumn === undefined || !table.columns.includes("State")) {
    const expected = "the columns JobID and State, as `sacct --parsable2` prints them with its header";
    return into.refuse(table.line, [problem(table.line, "header", table.columns.join("|"), expected)]);
  }
  const key = keyReader(options, DEFAULTS, table.columns, table.line);
  if (typeof key !== "function") return into.refuse(table.line, key);
  for (const job of jobsOf(table.rows, idColumn, into)) readJob(job, key, options, into);
}

/** `--parsable` ends every line with the delimiter; `--parsable2` does not. */
function trimmed(lines: readonly Line[]): Line[] {
  if (lines[0]?.text.endsWith("|") !== true) return [...lines];
  return lines.map((line) => ({ ...line, text: line.text.replace(/\|\s*$/, "") }));
}

/** Puts the steps to their jobs. With `--duplicates` an id comes again: its steps belong to the row before them. */
function jobsOf(rows: NonNullable<ReturnType<typeof readTable>>["rows"], idColumn: string, into: Collector): Job[] {
  const jobs: Job[] = [];
  const newest = new Map<string, Job>();
  for (const row of rows) {
    if ("problem" in row) {
      into.refuse(row.line, [row.problem]);
      continue;
    }
    const id = row.cell(idColumn) ?? "";
    const [jobId, step] = splitOnce(id, ".");
    const job = newest.get(jobId);
    if (step === undefined && jobId !== "") {
      const added = { row, steps: [] };
      newest.set(jobId, added);
      jobs.push(added);
    } else if (job !== undefined) job.steps.push(row);
    else into.refuse(row.line, [problem(row.line, idColumn, id, "a job, or a step after the row of its job")]);
  }
  return jobs;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

function readJob({ row, steps }: Job, key: KeyReader, options: ImportOptions, into: Collector): void {
  const state = stateOf(row.cell("State"));
  const reason = passedOver(state);
  if (reason !== undefined) return into.skip(reason);
  const zone = options.time_zone ?? "UTC";
  const reader = rowReader(row, zone);
  const stepReaders = steps.map((step) => rowReader(step, zone));
  const seconds = elapsedSeconds(reader);
  const memory = memoryOf([...stepReaders, reader]);
  const outcome = jobOutcome(reader, steps, { memory, seconds });
  const draft = {
    ...key((column) => row.cell(column)),
    completed_at: completedAt(reader, seconds),
    result: state === "FAILED" ? ("failure" as const) : resultOrError(outcome),
    outcome,
    ...figuresOf(outcome, {
      duration_ms: seconds === undefined ? undefined : seconds * 1000,
      cpu_time_ms: cpuMilliseconds(reader, stepReaders),
      memory,
    }),
    ...readWorker(row),
    ...inputSize(reader, options),
    origin: "sacct",
  };
  if (memory === undefined)
    into.note("Some jobs have no memory: it is on the rows of steps, which `sacct -X` leaves out.");
  const problems = [reader, ...stepReaders].flatMap((part) => part.problems);
  if (problems.length > 0) into.refuse(row.line, problems);
  else into.add(row.line, draft);
}

function elapsedSeconds(reader: RowReader): number | undefined {
  const raw = reader.read("ElapsedRaw", (text) => (/^\d{1,12}$/.test(text) ? Number(text) : undefined), "seconds");
  return raw ?? reader.read("Elapsed", parseElapsed, ELAPSED_EXPECTED);
}

const ELAPSED_EXPECTED = "a duration, like 1-02:03:04";

/** The most that one step used; undefined when nothing was sampled. */
function memoryOf(readers: readonly RowReader[]): number | undefined {
  const sizes = readers.map((reader) => {
    const inTotal = trackedResource(reader.text("TRESUsageInTot"), "mem");
    return (inTotal === undefined ? undefined : parseBytes(inTotal)) ?? reader.bytes("MaxRSS") ?? 0;
  });
  const largest = Math.max(0, ...sizes);
  return largest > 0 ? largest : undefined;
}

/** The job's own row has the sum; where it has none, that of its steps. */
function cpuMilliseconds(job: RowReader, steps: readonly RowReader[]): number | undefined {
  const own = totalCpu(job);
  if (own !== undefined) return own * 1000;
  const parts = steps.map(totalCpu).filter((seconds) => seconds !== undefined);
  return parts.length === 0 ? undefined : parts.reduce((sum, seconds) => sum + seconds, 0) * 1000;
}

function totalCpu(reader: RowReader): number | undefined {
  return reader.read("TotalCPU", parseElapsed, ELAPSED_EXPECTED);
}

function completedAt(reader: RowReader, seconds: number | undefined): string {
  const end = isKnown(reader.text("End")) ? reader.moment("End") : undefined;
  if (end !== undefined) return timestamp(end);
  const start = isKnown(reader.text("Start")) ? reader.moment("Start") : undefined;
  if (start !== undefined && seconds !== undefined) return timestamp(start + seconds * 1000);
  if (reader.problems.length === 0) reader.miss("End", "a time, or Start and ElapsedRaw to make it from");
  return "";
}

function isKnown(time: string | undefined): boolean {
  return time !== "Unknown" && time !== "None";
}

function readWorker(row: Row): { worker_name?: string } {
  const nodes = row.cell("NodeList");
  return nodes === undefined || /[,[\]]|^None/.test(nodes) ? {} : { worker_name: nodes };
}
