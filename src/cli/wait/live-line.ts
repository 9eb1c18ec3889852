import { epochMs } from "../../domain/clock.ts";
import type { Run } from "../../domain/run.ts";
import { timeLeft } from "../../domain/time-left.ts";
import { formatBytes, formatCores, formatDuration } from "../../domain/units.ts";
import { waitsSince } from "../../domain/waited.ts";
import { expectedText } from "../terminal/expected-text.ts";
import { symbols } from "../terminal/glyph.ts";
import { formatSpan } from "../terminal/relative-time.ts";
import { bar } from "../terminal/spark.ts";
import type { Surface } from "../terminal/surface.ts";
import { nameOf } from "./change-line.ts";
import type { Seen } from "./follow-requests.ts";
import { hasEnded } from "./verdict.ts";

const BAR_WIDTH = 16;

/**
 * The one line that is redrawn while requests go on: a single one with its progress against its history,
 * several as counts. Undefined when there is nothing to say.
 */
export function liveLine(all: readonly Seen[], surface: Surface): string | undefined {
  const open = all.filter((seen) => !hasEnded(seen.work_request));
  if (open.length === 0) return undefined;
  if (all.length > 1) return countsLine(all, open, surface);
  return requestLine(open[0]!, surface); // one is open, as checked above
}

function countsLine(all: readonly Seen[], open: readonly Seen[], surface: Surface): string {
  const running = open.filter((seen) => seen.work_request.status === "running").length;
  const glyphs = symbols(surface);
  return `${glyphs.running} ${running} running, ${open.length - running} waiting, ${all.length - open.length} of ${all.length} ended`;
}

function requestLine(seen: Seen, surface: Surface): string {
  const { work_request: request } = seen;
  const run = seen.runs.at(-1);
  const glyphs = symbols(surface);
  if (request.status !== "running" || run === undefined) {
    const since = waitsSince(request);
    const expected = request.expected === undefined ? "" : `  ${expectedText(request.expected, surface)}`;
    return `${glyphs.waiting} ${nameOf(request)}  waits ${elapsedText(since, surface)}${expected}`;
  }
  if (run.started_at === null) return `${glyphs.running} ${nameOf(request)} starts on ${run.worker_name}`;
  const elapsed = Math.max(0, (surface.nowMs - epochMs(run.started_at)) / 1000);
  const parts = [
    `${glyphs.running} ${nameOf(request)} on ${run.worker_name}`,
    formatDuration(elapsed),
    ...progress(seen, run, elapsed, surface),
    ...usage(run),
  ];
  return parts.join("  ");
}

/** Against the range that history predicts; a run past its end is late, never stuck at 99 %. */
function progress({ work_request }: Seen, run: Run, elapsedSeconds: number, surface: Surface): string[] {
  const left = timeLeft(work_request, run, surface.nowMs);
  if (left === undefined) return [];
  const text =
    left.late > 0 ? `late by ${formatDuration(left.late)}` : `${formatSpan(left.low, left.high, surface)} left`;
  const share = left.late > 0 ? 1 : elapsedSeconds / (elapsedSeconds + Math.max(0, left.high));
  return [bar(share, BAR_WIDTH, surface), text];
}

function usage(run: Run): string[] {
  const parts: string[] = [];
  const { memory } = run.runtime_statistics;
  if (memory !== undefined) parts.push(`mem ${formatBytes(memory)}/${formatBytes(run.allocation.memory.amount)}`);
  const millicores = run.measurement?.curve?.cpu_millicores.at(-1);
  if (millicores !== undefined) {
    parts.push(`cpu ${formatCores(millicores / 1000)}/${formatCores(run.allocation.cpu_count.amount)}`);
  }
  return parts;
}

function elapsedText(since: string, surface: Surface): string {
  return formatDuration(Math.max(0, (surface.nowMs - epochMs(since)) / 1000));
}
