import { epochMs } from "../../domain/clock.ts";
import type { Run } from "../../domain/run.ts";
import { timeLeft } from "../../domain/time-left.ts";
import { formatBytes, formatDuration } from "../../domain/units.ts";
import { waitedSeconds } from "../../domain/waited.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { paint } from "./colour.ts";
import type { Delivery } from "../../domain/reaction.ts";
import { deliveryText } from "../../domain/delivery-text.ts";
import { expectedText } from "./expected-text.ts";
import { stateLabel, stateOf, symbols } from "./glyph.ts";
import { hyperlink } from "./hyperlink.ts";
import { outcomeText } from "../../domain/outcome-text.ts";
import { formatAgo, formatMoment, formatSpan } from "./relative-time.ts";
import { renderAmounts } from "./request-amounts.ts";
import { runFigure } from "./run-figures.ts";
import { renderRuns } from "./run-table.ts";
import { sanitizeText } from "./sanitize.ts";
import { isWorthSaying, verdictText } from "./verdict-text.ts";
import type { Surface } from "./surface.ts";

const LABEL_COLUMNS = 12;
const MAX_FILES = 20;

/**
 * What `almanac show` prints of a request and its runs, oldest first: how it stands, why, what it was given and from
 * where, every attempt, its files, and where to read on. Ends in a newline.
 */
export function renderRequest(
  request: WorkRequest,
  runs: readonly Run[],
  surface: Surface,
  options: { pageUrl?: string; deliveries?: readonly Delivery[] } = {},
): string {
  const newest = runs.at(-1);
  const parts = [
    [`${nameOf(request, surface)}  ${stateLabel(surface, stateOf(request))}${standing(request, newest, surface)}`],
    reasonLines(request, newest, surface),
    detailLines(request, surface),
    ["", renderAmounts(request, newest, surface)],
    runs.length === 0 ? [] : ["", renderRuns(runs, surface)],
    [
      "",
      ...inputLines(newest, surface),
      ...deliveryLines(options.deliveries ?? []),
      ...outputLines(newest, surface),
      ...whereLines(request, newest, options.pageUrl, surface),
    ],
  ];
  return parts
    .flat()
    .map((text) => (text.endsWith("\n") ? text : `${text}\n`))
    .join("");
}

function nameOf(request: WorkRequest, surface: Surface): string {
  const name = [`#${request.id}`, request.task_name, request.subject].filter((part) => part !== "").join(" ");
  const context = request.context === "" ? "" : ` (${request.context})`;
  return paint(surface, "strong", sanitizeText(`${name}${context}`));
}

/** What follows the state in the first line. */
function standing(request: WorkRequest, run: Run | undefined, surface: Surface): string {
  if (run === undefined) return "";
  const where = ` on ${sanitizeText(run.worker_name)}`;
  const attempt = run.attempt > 1 ? `, attempt ${run.attempt}` : "";
  if (request.status !== "running") {
    const ran = ranSeconds(run, surface);
    return ran === undefined ? "" : ` after ${formatDuration(ran)}${where}${attempt}`;
  }
  if (run.started_at === null) return `${where}${attempt}, about to start`;
  const elapsed = Math.max(0, surface.nowMs - epochMs(run.started_at)) / 1000;
  return `${where}${attempt} for ${formatDuration(elapsed)}${leftText(request, run, surface)}`;
}

function leftText(request: WorkRequest, run: Run, surface: Surface): string {
  const left = timeLeft(request, run, surface.nowMs);
  if (left === undefined) return "";
  return left.late > 0
    ? `; late by ${formatDuration(left.late)}`
    : `; ${formatSpan(left.low, left.high, surface)} left`;
}

function ranSeconds(run: Run, surface: Surface): number | undefined {
  const measured = runFigure(run, "duration");
  if (measured !== undefined || run.started_at === null) return measured;
  return ((run.ended_at === null ? surface.nowMs : epochMs(run.ended_at)) - epochMs(run.started_at)) / 1000;
}

/** Why it waits, or why it ended as it did. */
function reasonLines(request: WorkRequest, run: Run | undefined, surface: Surface): string[] {
  const { aborted, waiting, output_data: output } = request;
  if (waiting !== null && (request.status === "blocked" || request.status === "pending")) {
    return [line("waits", waiting.message), line("since", formatAgo(waiting.since, surface))];
  }
  if (aborted !== null) {
    const reason = aborted.reason === undefined ? "" : `: ${aborted.reason}`;
    return [line("aborted by", `${aborted.by}${reason} (${formatAgo(aborted.at, surface)})`)];
  }
  const errors = (output?.errors ?? []).map(({ code, message }) => line("error", `${message} (${code})`));
  const skipped = output?.skip_reason === undefined ? [] : [line("skipped", output.skip_reason)];
  const isPlain = request.status !== "completed" || request.result === "success" || !run?.outcome;
  const ending = isPlain ? [] : [line(request.verdict === null ? "because" : "ended by", outcomeText(run.outcome!))]; // not null: as said by isPlain
  return [...verdictLines(request), ...ending, ...errors, ...skipped];
}

/** What it means and why, the first error line, what runs again were spent, and what was thought of it before. */
function verdictLines(request: WorkRequest): string[] {
  const { verdict } = request;
  if (verdict === null || !isWorthSaying(request)) return [];
  const fatal = verdict.fatal ? "" : `, does not count (fail_on ${verdict.fail_on ?? "regression"})`;
  const spent = Object.entries(verdict.spent).map(([budget, count]) => `${count} ${budget}`);
  return [
    line("verdict", `${verdictText(verdict)}${request.result === "success" ? "" : fatal}`),
    line("because", verdict.because),
    ...(verdict.first_error === undefined ? [] : [line("first error", verdict.first_error)]),
    ...(spent.length === 0 ? [] : [line("run again", `for ${spent.join(", ")}`)]),
    ...verdict.overruled.map((before) => line("overruled", `${verdictText(before)}: ${before.because}`)),
  ];
}

function detailLines(request: WorkRequest, surface: Surface): string[] {
  const priority = request.priority_base + request.priority_adjustment;
  const optional: [string, string | undefined][] = [
    ["summary", request.parameter_summary ?? undefined],
    ["waited", formatDuration(waitedSeconds(request, surface.nowMs))],
    ["ended", request.completed_at === null ? undefined : momentText(request.completed_at, surface)],
    ["expected", request.expected === undefined ? undefined : expectedText(request.expected, surface)],
    ["priority", priority === 0 ? undefined : String(priority)],
    ["depends on", request.dependencies.length === 0 ? undefined : idList(request.dependencies)],
    ["input", request.input_size === null ? undefined : formatBytes(request.input_size)],
    ["made from", request.supersedes === null ? undefined : `#${request.supersedes}`],
    ["made again", request.superseded_by === null ? undefined : `as #${request.superseded_by}`],
    ["trusted", request.trusted ? undefined : "no: its runs do not train shared estimates"],
    ["may fail", request.allow_failure ? "yes: what depends on it goes on" : undefined],
  ];
  return [
    line("submitted", `${momentText(request.created_at, surface)} by ${request.created_by}`),
    ...optional.flatMap(([label, text]) => (text === undefined ? [] : [line(label, text)])),
  ];
}

function momentText(at: string, surface: Surface): string {
  return surface.isTty ? `${formatMoment(at, surface)} (${formatAgo(at, surface)})` : at;
}

function idList(ids: readonly number[]): string {
  const shown = ids.slice(0, 10).map((id) => `#${id}`);
  return ids.length > shown.length ? `${shown.join(", ")} and ${ids.length - shown.length} more` : shown.join(", ");
}

function inputLines(run: Run | undefined, surface: Surface): string[] {
  const files = (run?.inputs ?? []).map(({ path, size, from }) => `${path} of #${from} (${formatBytes(size)})`);
  return fileLines("input file", files, surface);
}

function outputLines(run: Run | undefined, surface: Surface): string[] {
  const files = (run?.outputs ?? []).map(({ path, size }) => `${path} (${formatBytes(size)})`);
  return fileLines("output", files, surface);
}

function fileLines(label: string, files: readonly string[], surface: Surface): string[] {
  const shown = files.slice(0, MAX_FILES).map((file) => line(label, file));
  const more = files.length - shown.length;
  return more > 0 ? [...shown, line("", `${symbols(surface).ellipsis} and ${more} more`)] : shown;
}

function whereLines(
  request: WorkRequest,
  run: Run | undefined,
  pageUrl: string | undefined,
  surface: Surface,
): string[] {
  const log = run === undefined ? [] : [line("log", `almanac log ${request.id} (${logText(run)})`)];
  const page = pageUrl === undefined ? "" : hyperlink(surface, sanitizeText(pageUrl), pageUrl);
  const pageLine = page === "" ? [] : [`  ${"page".padEnd(LABEL_COLUMNS)}${page}`];
  return [...log, line("why", `almanac why ${request.id}`), ...pageLine];
}

/** Whom was told what of it, the first first. */
function deliveryLines(deliveries: readonly Delivery[]): string[] {
  return deliveries.toReversed().map((delivery) => line("told", deliveryText(delivery)));
}

function logText({ log }: Run): string {
  return log.cut_bytes === 0
    ? formatBytes(log.size)
    : `${formatBytes(log.size)}, ${formatBytes(log.cut_bytes)} more not kept`;
}

/** A label and what belongs to it, of any origin. */
function line(label: string, text: string): string {
  return `  ${label.padEnd(LABEL_COLUMNS)}${sanitizeText(text)}`;
}
