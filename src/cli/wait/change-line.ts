import { assertNever } from "../../domain/assert-never.ts";
import { formatBytes, formatDuration } from "../../domain/units.ts";
import { epochMs } from "../../domain/clock.ts";
import type { Run } from "../../domain/run.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { stateLabel, stateOf, symbols } from "../terminal/glyph.ts";
import { outcomeText } from "../../domain/outcome-text.ts";
import { ranSeconds } from "../terminal/request-list-view.ts";
import { sanitizeText } from "../terminal/sanitize.ts";
import { isWorthSaying, verdictText } from "../terminal/verdict-text.ts";
import type { Surface } from "../terminal/surface.ts";
import type { Seen } from "./follow-requests.ts";

/** One line that says how a request stands, of its runs where they are at hand; a new line is worth printing when it differs from the one before. */
export function changeLine(seen: Seen, surface: Surface): string {
  const { work_request: request } = seen;
  const run = seen.runs.at(-1);
  return `${stateLabel(surface, stateOf(request))} ${nameOf(request)} ${sanitizeText(standing(request, run, surface))}`;
}

/** `#5122 build llvm`. */
export function nameOf(request: WorkRequest): string {
  return sanitizeText([`#${request.id}`, request.task_name, request.subject].filter((part) => part !== "").join(" "));
}

function standing(request: WorkRequest, run: Run | undefined, surface: Surface): string {
  switch (request.status) {
    case "blocked":
      return request.waiting?.message ?? blockedBy(request);
    case "pending":
      return request.waiting?.message ?? "waits to be placed";
    case "running":
      if (request.task_type === "workflow") return "is under way";
      if (run !== undefined) return runningWhere(run);
      return request.worker_name === null ? "is being placed" : `runs on ${request.worker_name}`;
    case "completed":
      return request.task_type === "workflow" ? workflowEnding(request, surface) : ending(request, run, surface);
    case "aborted":
      return `by ${request.aborted?.by ?? "somebody"}${request.aborted?.reason === undefined ? "" : `: ${request.aborted.reason}`}`;
    default:
      return assertNever(request.status);
  }
}

function blockedBy({ dependencies }: WorkRequest): string {
  return dependencies.length === 0
    ? "waits to be released"
    : `waits for ${dependencies.map((id) => `#${id}`).join(", ")}`;
}

function runningWhere(run: Run): string {
  const attempt = run.attempt > 1 ? ` (attempt ${run.attempt})` : "";
  return `${run.state === "assigned" ? "starts" : "runs"} on ${run.worker_name}${attempt}`;
}

/** What became of a workflow is the sum of what became of its requests. */
function workflowEnding(request: WorkRequest, surface: Surface): string {
  const { started_at, completed_at, verdict } = request;
  const took = started_at === null || completed_at === null ? [] : [epochMs(completed_at) - epochMs(started_at)];
  const error = request.output_data?.errors?.[0]?.message;
  const parts = [...took.map((ms) => `after ${formatDuration(ms / 1000)}`), error ?? verdict?.because];
  return parts.filter((part) => part !== undefined).join(` ${symbols(surface).dot} `);
}

function ending(request: WorkRequest, run: Run | undefined, surface: Surface): string {
  const verdict = isWorthSaying(request) && request.verdict !== null ? verdictText(request.verdict) : undefined;
  const parts = [ranFor(request, run, surface), verdict, why(request, run), usedMemory(run)];
  return parts.filter((part) => part !== undefined).join(` ${symbols(surface).dot} `);
}

function ranFor(request: WorkRequest, run: Run | undefined, surface: Surface): string | undefined {
  if (run === undefined) {
    const seconds = ranSeconds({ work_request: request }, surface);
    return seconds === undefined ? undefined : `after ${formatDuration(seconds)}`;
  }
  if (run.started_at === null || run.ended_at === null) return undefined;
  return `after ${formatDuration((epochMs(run.ended_at) - epochMs(run.started_at)) / 1000)}`;
}

function why(request: WorkRequest, run: Run | undefined): string | undefined {
  const { output_data } = request;
  if (output_data?.errors?.[0] !== undefined) return output_data.errors[0].message;
  if (output_data?.skip_reason !== undefined) return output_data.skip_reason;
  if (request.result === "success" || run?.outcome === null || run === undefined) return undefined;
  return outcomeText(run.outcome);
}

function usedMemory(run: Run | undefined): string | undefined {
  const used = run?.runtime_statistics.memory;
  if (run === undefined || used === undefined) return undefined;
  return `memory ${formatBytes(used)} of ${formatBytes(run.allocation.memory.amount)}`;
}
