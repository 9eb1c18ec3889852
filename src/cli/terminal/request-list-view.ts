import { epochMs } from "../../domain/clock.ts";
import type { Run } from "../../domain/run.ts";
import { timeLeft } from "../../domain/time-left.ts";
import { formatBytes, formatDuration } from "../../domain/units.ts";
import { waitedSeconds, waitsSince } from "../../domain/waited.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { paint } from "./colour.ts";
import { startText } from "./expected-text.ts";
import { stateLabel, stateOf, symbols } from "./glyph.ts";
import { outcomeText } from "../../domain/outcome-text.ts";
import { formatSpan } from "./relative-time.ts";
import { runFigure } from "./run-figures.ts";
import { sparkline } from "./spark.ts";
import type { Surface } from "./surface.ts";
import { renderTable, type Column } from "./table.ts";

/** A request, and its newest run where that is at hand. */
export type RequestRow = { work_request: WorkRequest; run?: Run };

const CURVE_COLUMNS = 8;

/**
 * What `almanac ls` prints: a table, and for people a line that counts the states. Programs get seconds and bytes as
 * numbers. No rows: nothing.
 */
export function renderRequestList(
  rows: readonly RequestRow[],
  surface: Surface,
  options: { hasHeader?: boolean; isWide?: boolean } = {},
): string {
  if (rows.length === 0) return "";
  const table = renderTable(columnsOf(surface), rows, surface, options);
  return surface.isTty ? `${table}${countsLine(rows, surface)}\n` : table;
}

function columnsOf(surface: Surface): Column<RequestRow>[] {
  const { none } = symbols(surface);
  return [
    { header: "ID", align: "right", cell: ({ work_request }) => String(work_request.id) },
    {
      header: "STATE",
      cell: ({ work_request }) => ({ painted: stateLabel(surface, stateOf(work_request)) }),
      full: ({ work_request }) => stateOf(work_request),
    },
    { header: "TASK", cell: ({ work_request }) => work_request.task_name, shrinkTo: 8 },
    { header: "SUBJECT", cell: ({ work_request }) => work_request.subject, shrinkTo: 8 },
    { header: "CONTEXT", cell: ({ work_request }) => work_request.context, shrinkTo: 6, isWideOnly: true },
    {
      header: "WORKER",
      cell: ({ work_request }) => work_request.worker_name ?? none,
      full: ({ work_request }) => work_request.worker_name ?? "",
      shrinkTo: 6,
    },
    secondsColumn("WAITED", (row) => waitedSeconds(row.work_request, surface.nowMs), surface),
    secondsColumn("RAN", (row) => ranSeconds(row, surface), surface),
    {
      header: "LEFT",
      cell: (row) => leftText(row, surface) ?? none,
      full: ({ work_request, run }) => String(timeLeft(work_request, run, surface.nowMs)?.low ?? ""),
    },
    {
      header: "MEMORY",
      cell: (row) => memoryText(row, surface),
      full: (row) => String(usedMemory(row) ?? ""),
    },
    {
      header: "RESERVED",
      align: "right",
      cell: ({ work_request }) => bytesText(work_request.allocation?.memory.amount, none),
      full: ({ work_request }) => String(work_request.allocation?.memory.amount ?? ""),
      isWideOnly: true,
    },
    { header: "BY", cell: ({ work_request }) => work_request.created_by, isWideOnly: true },
    { header: "NOTE", cell: (row) => noteOf(row, surface), shrinkTo: 12 },
  ];
}

function secondsColumn(
  header: string,
  seconds: (row: RequestRow) => number | undefined,
  surface: Surface,
): Column<RequestRow> {
  return {
    header,
    align: "right",
    cell(row) {
      const value = seconds(row);
      return value === undefined ? symbols(surface).none : formatDuration(value);
    },
    full: (row) => String(seconds(row) ?? ""),
  };
}

/** How long it ran, seconds: of the newest run; where that is not at hand, of the request, and from its times where its whole seconds say nothing. */
export function ranSeconds({ work_request: request, run }: RequestRow, surface: Surface): number | undefined {
  const isOver = run === undefined ? request.status === "completed" : run.state === "ended";
  const measured = run === undefined ? request.output_data?.runtime_statistics.duration : runFigure(run, "duration");
  if (isOver && measured !== undefined && measured > 0) return measured;
  const start = run?.started_at ?? request.started_at;
  if (start === null) return undefined;
  const end = run?.ended_at ?? request.completed_at ?? request.aborted?.at;
  return between(start, end === undefined ? surface.nowMs : epochMs(end));
}

function between(from: string, toMs: number): number {
  return Math.max(0, toMs - epochMs(from)) / 1000;
}

/** A range, or how late it is. */
function leftText({ work_request, run }: RequestRow, surface: Surface): string | undefined {
  const left = timeLeft(work_request, run, surface.nowMs);
  if (left === undefined) return undefined;
  return left.late > 0 ? `late ${formatDuration(left.late)}` : formatSpan(left.low, left.high, surface);
}

function usedMemory({ work_request: request, run }: RequestRow): number | undefined {
  return run?.runtime_statistics.memory ?? request.output_data?.runtime_statistics.memory ?? request.used_memory;
}

/** `3.3G/5.0G ▅▆▆▇▇▇▇`: used, reserved, and the curve of a run that goes on. */
function memoryText(row: RequestRow, surface: Surface): string {
  const { none } = symbols(surface);
  const allocation = row.run?.allocation ?? row.work_request.allocation;
  const used = usedMemory(row);
  if (used === undefined && allocation === null) return none;
  const text = `${bytesText(used, none)}/${bytesText(allocation?.memory.amount, none)}`;
  const curve = row.run?.state === "running" ? row.run.measurement?.curve?.memory : undefined;
  return curve === undefined || curve.length < 2
    ? text
    : `${text} ${sparkline(curve, surface, { width: CURVE_COLUMNS, from: 0 })}`;
}

function bytesText(bytes: number | undefined, none: string): string {
  return bytes === undefined ? none : formatBytes(bytes);
}

/** Why it waits, or how it ended where that is not plain. */
function noteOf({ work_request: request, run }: RequestRow, surface: Surface): string {
  if (request.waiting !== null && (request.status === "blocked" || request.status === "pending")) {
    const start = request.expected?.start;
    return start === undefined ? request.waiting.message : `${startText(start, surface)}: ${request.waiting.message}`;
  }
  if (request.aborted !== null)
    return `by ${request.aborted.by}${request.aborted.reason === undefined ? "" : `: ${request.aborted.reason}`}`;
  const output = request.output_data;
  if (output?.errors?.[0] !== undefined) return output.errors[0].message;
  if (output?.skip_reason !== undefined) return output.skip_reason;
  const outcome = run?.outcome ?? null;
  return request.result === "success" || outcome === null ? retriesText(request) : outcomeText(outcome);
}

function retriesText(request: WorkRequest): string {
  return request.run_count > 1 ? `${request.run_count} attempts` : "";
}

/** `2 running, 1 pending (oldest 22m20s), 1 failure`: only states that there are. */
function countsLine(rows: readonly RequestRow[], surface: Surface): string {
  const states = Map.groupBy(rows, ({ work_request }) => stateOf(work_request));
  const parts = (
    ["running", "pending", "blocked", "success", "failure", "error", "skipped", "aborted"] as const
  ).flatMap((state) => {
    const found = states.get(state);
    if (found === undefined) return [];
    const waits = found.map(({ work_request }) => between(waitsSince(work_request), surface.nowMs));
    return [`${found.length} ${state}${state === "pending" ? ` (oldest ${formatDuration(Math.max(...waits))})` : ""}`];
  });
  return `  ${paint(surface, "dim", parts.join(", "))}`;
}
