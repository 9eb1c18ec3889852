import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import { formatBytes, formatDuration } from "../../domain/units.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { element as e } from "../element.ts";
import { historyAddress, requestLink, workerLink } from "../parts/links.ts";
import { stateLabel, stateOf } from "../parts/state.ts";
import type { Cell, Head, Row } from "../parts/table.ts";
import { ago, secondsBetween } from "../parts/time.ts";
import { waitText } from "../parts/wait-text.ts";

/** Columns of requests in every list. */
export const REQUEST_COLUMNS: readonly Head[] = [
  "Request",
  "State",
  { name: "Task", look: "name" },
  { name: "Subject", look: "name" },
  { name: "Context", look: "name" },
  { name: "Waited", look: "number" },
  { name: "Ran", look: "number" },
  { name: "Memory used of reserved", look: "number" },
  "Worker",
  "Submitted",
  { name: "Note", look: "wide" },
];

/** A request in a list. */
export function requestRow(root: string, request: WorkRequest, now: Timestamp): Row {
  const { task_name, subject, context, task_type } = request;
  const key = { task_type, task_name };
  const cells: Cell[] = [
    requestLink(root, request.id),
    stateLabel(stateOf(request)),
    link(historyAddress(root, key), task_name),
    subject === "" ? "–" : link(historyAddress(root, { ...key, subject }), subject),
    context === "" ? "–" : link(historyAddress(root, { ...key, subject, context }), context),
    waitedText(request, now),
    ranText(request, now),
    memoryText(request),
    request.worker_name === null ? "–" : workerLink(root, request.worker_name),
    ago(request.created_at, now),
    noteOf(request),
  ];
  return { cells, key: String(request.id) };
}

function link(href: string, text: string): VNode {
  return e("a", { href }, text);
}

/** How long it was, or is, between being asked for and its first run. */
export function waitedText(request: WorkRequest, now: Timestamp): string {
  return formatDuration(secondsBetween(request.created_at, request.started_at ?? request.completed_at ?? now));
}

function ranText({ started_at, completed_at, aborted }: WorkRequest, now: Timestamp): string {
  if (started_at === null) return "–";
  return formatDuration(secondsBetween(started_at, completed_at ?? aborted?.at ?? now));
}

function memoryText({ output_data, allocation }: WorkRequest): string {
  const used = output_data?.runtime_statistics.memory;
  if (allocation === null) return "–";
  return `${used === undefined ? "–" : formatBytes(used)} of ${formatBytes(allocation.memory.amount)}`;
}

/** Why it waits, or what ended it. */
export function noteOf(request: WorkRequest): string {
  const { status, output_data, aborted } = request;
  if (status === "blocked" || status === "pending") return waitText(request);
  return output_data?.errors?.[0]?.message ?? output_data?.skip_reason ?? aborted?.reason ?? "";
}
