import type { Answer } from "../../client/call-types.ts";
import { speedText } from "../../domain/slowness-text.ts";
import { formatBytes, formatCores } from "../../domain/units.ts";
import type { Capacity, Worker, WorkerStanding, WorkerState } from "../../domain/worker.ts";
import { obstacleText } from "./candidate-table.ts";
import { paint, type Style } from "./colour.ts";
import { symbols } from "./glyph.ts";
import { formatAgo, formatMoment } from "./relative-time.ts";
import { renderRuns } from "./run-table.ts";
import { sanitizeText } from "./sanitize.ts";
import { bar } from "./spark.ts";
import type { Surface } from "./surface.ts";
import { renderTable, type Column, type TableOptions } from "./table.ts";

const LOOKS: Record<WorkerState, { glyph: "running" | "waiting" | "warning"; style: Style }> = {
  online: { glyph: "running", style: "passed" },
  draining: { glyph: "waiting", style: "warning" },
  offline: { glyph: "warning", style: "failed" },
};

/** What `almanac worker ls` prints. Programs get bytes as numbers. */
export function renderWorkerList(
  workers: readonly WorkerStanding[],
  surface: Surface,
  options: TableOptions = {},
): string {
  const hasNotes = !surface.isTty || workers.some(({ suspicion }) => suspicion !== null);
  const columns = hasNotes ? [...columnsOf(surface), noteColumn] : columnsOf(surface);
  return renderTable(columns, workers, surface, options);
}

function stateLabel(worker: Worker, surface: Surface): string {
  const { glyph, style } = LOOKS[worker.state];
  return paint(surface, style, `${symbols(surface)[glyph]} ${worker.state}`);
}

function columnsOf(surface: Surface): Column<WorkerStanding>[] {
  const { none } = symbols(surface);
  return [
    { header: "WORKER", cell: (worker) => worker.worker_name, shrinkTo: 12 },
    { header: "STATE", cell: (worker) => ({ painted: stateLabel(worker, surface) }), full: (worker) => worker.state },
    {
      header: "CPU",
      align: "right",
      cell: (worker) => formatCores(worker.capacity.cpu_count),
      full: (worker) => String(worker.capacity.cpu_count),
    },
    bytesColumn("MEMORY", (worker) => worker.capacity.memory, none),
    bytesColumn("RESERVED", (worker) => worker.load.memory.reserved, none),
    bytesColumn("USED", (worker) => worker.load.memory.used, none),
    countColumn("RUNS", (worker) => worker.load.runs),
    {
      header: "FACTOR",
      align: "right",
      cell: ({ slowness }) => (slowness === null ? none : slowness.factor.toFixed(2)),
      full: ({ slowness }) => String(slowness?.factor ?? ""),
    },
    countColumn("ERRORS", (worker) => worker.errors_in_day),
    { ...bytesColumn("FREE MEMORY", (worker) => worker.available_memory, none), isWideOnly: true },
    { ...bytesColumn("DISK", (worker) => worker.capacity.disk_space, none), isWideOnly: true },
    { ...bytesColumn("FREE DISK", (worker) => worker.available_disk_space, none), isWideOnly: true },
    { header: "TAGS", cell: (worker) => worker.tags.join(" "), shrinkTo: 10 },
    { header: "MAY RUN", cell: (worker) => filterText(worker), isWideOnly: true },
    { header: "CPU MODEL", cell: (worker) => worker.cpu_model, isWideOnly: true },
    { header: "MEASURES BY", cell: (worker) => worker.measure_method, isWideOnly: true },
    { header: "VERSION", cell: (worker) => worker.version, isWideOnly: true },
    {
      header: "SEEN",
      cell: (worker) => formatAgo(worker.last_seen_at, surface),
      full: (worker) => worker.last_seen_at,
    },
  ];
}

/** Shown where there is something to say. */
const noteColumn: Column<WorkerStanding> = {
  header: "NOTE",
  cell: ({ suspicion }) => suspicion?.because ?? "",
  shrinkTo: 12,
};

function countColumn(header: string, count: (worker: WorkerStanding) => number): Column<WorkerStanding> {
  return { header, align: "right", cell: (worker) => String(count(worker)) };
}

function bytesColumn(
  header: string,
  bytes: (worker: WorkerStanding) => number | null,
  none: string,
): Column<WorkerStanding> {
  return {
    header,
    align: "right",
    cell(worker) {
      const value = bytes(worker);
      return value === null ? none : formatBytes(value);
    },
    full: (worker) => String(bytes(worker) ?? ""),
  };
}

function filterText({ tasks }: Worker): string {
  const allow = tasks.allow.length === 0 ? "anything" : tasks.allow.join(" ");
  return tasks.deny.length === 0 ? allow : `${allow} but ${tasks.deny.join(" ")}`;
}

const LABEL_COLUMNS = 12;
const BAR_COLUMNS = 20;

/** At the command line; the page of a worker has more. */
const MOST_TASKS = 5;

/** What `almanac worker show` prints: the worker, how much of it is reserved by its runs, and these. Ends in a newline. */
export function renderWorker(answer: Answer<"getWorker">, surface: Surface): string {
  const { worker, runs, slowness, task_slowness } = answer;
  const active = runs.filter((run) => run.state !== "ended");
  const lines = [
    `${paint(surface, "strong", sanitizeText(worker.worker_name))}  ${stateLabel(worker, surface)}`,
    capacityLine("memory", "memory", worker, active, formatBytes, surface),
    capacityLine("disk", "disk_space", worker, active, formatBytes, surface),
    capacityLine("cpu", "cpu_count", worker, active, formatCores, surface),
    line("free", freeText(worker, surface)),
    line("tags", worker.tags.length === 0 ? symbols(surface).none : worker.tags.join(" ")),
    line("may run", filterText(worker)),
    line("cpu model", worker.cpu_model),
    line("speed", speedText(slowness)),
    ...task_slowness
      .slice(0, MOST_TASKS)
      .map((task, index) => line(index === 0 ? "by task" : "", `${task.task_name} ${speedText(task)}`)),
    line("errors", errorsText(answer)),
    ...notTakenLines(answer),
    line("measures by", worker.measure_method),
    line("version", worker.version),
    line("joined", formatMoment(worker.joined_at, surface)),
    line("seen", formatAgo(worker.last_seen_at, surface)),
    ...(worker.suspicion === null ? [] : [line("suspect", worker.suspicion.because)]),
  ];
  const table = runs.length === 0 ? "  no runs\n" : `\n${renderRuns(runs, surface)}`;
  return `${lines.join("\n")}\n${table}`;
}

function errorsText({ errors_in_day, week }: Answer<"getWorker">): string {
  return `${errors_in_day} in 24 hours, ${week.errors} of ${week.is_cut ? "the newest " : ""}${week.runs} runs in 7 days`;
}

/** What waits that it can never take: how many, the first, and why. */
function notTakenLines({ not_taken: { looked, reasons } }: Answer<"getWorker">): string[] {
  return reasons.map(({ candidate, count, first_id }, index) =>
    line(
      index === 0 ? "cannot take" : "",
      `${count} of ${looked} that wait, first #${first_id}: ${obstacleText(candidate)}`,
    ),
  );
}

/** `memory  ▕████▌    ▏ 5.0G of 8.0G reserved`. */
function capacityLine(
  label: string,
  resource: keyof Capacity,
  worker: Worker,
  active: Answer<"getWorker">["runs"],
  format: (amount: number) => string,
  surface: Surface,
): string {
  const reserved = active.reduce((sum, run) => sum + run.allocation[resource].amount, 0);
  const capacity = worker.capacity[resource];
  const drawn = bar(capacity > 0 ? reserved / capacity : 0, BAR_COLUMNS, surface);
  return `  ${label.padEnd(LABEL_COLUMNS)}${drawn} ${format(reserved)} of ${format(capacity)} reserved`;
}

function freeText({ available_memory: memory, available_disk_space: disk }: Worker, surface: Surface): string {
  const { none } = symbols(surface);
  const text = (bytes: number | null): string => (bytes === null ? none : formatBytes(bytes));
  return `${text(memory)} memory, ${text(disk)} disk, of the whole machine`;
}

function line(label: string, text: string): string {
  return `  ${label.padEnd(LABEL_COLUMNS)}${sanitizeText(text)}`;
}
