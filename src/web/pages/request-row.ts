import type { VNode } from "preact";
import { epochMs, type Timestamp } from "../../domain/clock.ts";
import { sureText } from "../../domain/finding-text.ts";
import { formatBytes, formatDuration } from "../../domain/units.ts";
import type { Verdict, VerdictKind } from "../../domain/verdict.ts";
import { waitedSeconds } from "../../domain/waited.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { element as e } from "../element.ts";
import { historyAddress, requestLink, workerLink } from "../parts/links.ts";
import { stateLabel, stateOf } from "../parts/state.ts";
import type { Cell, Head, Row } from "../parts/table.ts";
import { ago, secondsBetween } from "../parts/time.ts";
import { waitText } from "../parts/wait-text.ts";

/** What a list of requests can say of each, beside its number. */
export const REQUEST_FIELDS = [
  "state",
  "task",
  "subject",
  "context",
  "verdict",
  "waited",
  "ran",
  "memory",
  "cores",
  "disk",
  "priority",
  "worker",
  "by",
  "submitted",
  "ended",
  "note",
] as const;
export type RequestField = (typeof REQUEST_FIELDS)[number];

/** What lists say unless something else is chosen. */
export const USUAL_FIELDS: readonly RequestField[] = [
  "state",
  "task",
  "subject",
  "context",
  "waited",
  "ran",
  "memory",
  "worker",
  "submitted",
  "note",
];

type Shown = { root: string; request: WorkRequest; now: Timestamp };
type Column = { name: string; look?: string; cell: (shown: Shown) => Cell };

const COLUMNS: Record<RequestField, Column> = {
  state: { name: "State", cell: ({ request }) => stateLabel(stateOf(request)) },
  task: { name: "Task", look: "name", cell: (shown) => partOfKey(shown, "task_name") },
  subject: { name: "Subject", look: "name", cell: (shown) => partOfKey(shown, "subject") },
  context: { name: "Context", look: "name", cell: (shown) => partOfKey(shown, "context") },
  verdict: { name: "Verdict", cell: ({ request: { verdict } }) => (verdict === null ? "–" : verdictText(verdict)) },
  waited: {
    name: "Waited",
    look: "number",
    cell: ({ request, now }) => formatDuration(waitedSeconds(request, epochMs(now))),
  },
  ran: { name: "Ran", look: "number", cell: ({ request, now }) => ranText(request, now) },
  memory: { name: "Memory used of reserved", look: "number", cell: ({ request }) => memoryText(request) },
  cores: {
    name: "Cores reserved",
    look: "number",
    cell: ({ request: { allocation } }) => (allocation === null ? "–" : String(allocation.cpu_count.amount)),
  },
  disk: {
    name: "Disk reserved",
    look: "number",
    cell: ({ request: { allocation } }) => (allocation === null ? "–" : formatBytes(allocation.disk_space.amount)),
  },
  priority: {
    name: "Priority",
    look: "number",
    cell: ({ request }) => String(request.priority_base + request.priority_adjustment),
  },
  worker: {
    name: "Worker",
    cell: ({ root, request: { worker_name } }) => (worker_name === null ? "–" : workerLink(root, worker_name)),
  },
  by: { name: "By", look: "name", cell: ({ request }) => request.created_by },
  submitted: { name: "Submitted", cell: ({ request, now }) => ago(request.created_at, now) },
  ended: {
    name: "Ended",
    cell: ({ request: { completed_at }, now }) => (completed_at === null ? "–" : ago(completed_at, now)),
  },
  note: { name: "Note", look: "wide", cell: ({ request }) => noteOf(request) },
};

/** What a field of a list is called. */
export function fieldName(field: RequestField): string {
  return COLUMNS[field].name;
}

/** The heads of a list with these fields. */
export function requestHeads(fields: readonly RequestField[] = USUAL_FIELDS): Head[] {
  const head = ({ name, look }: Column): Head => (look === undefined ? name : { name, look });
  return ["Request", ...fields.map((field) => head(COLUMNS[field]))];
}

/** A request in a list. */
export function requestRow(
  root: string,
  request: WorkRequest,
  now: Timestamp,
  fields: readonly RequestField[] = USUAL_FIELDS,
): Row {
  const cells = fields.map((field) => COLUMNS[field].cell({ root, request, now }));
  return { cells: [requestLink(root, request.id), ...cells], key: String(request.id) };
}

/** A part of its key, with a link to the history of all that have it and the parts before. */
function partOfKey({ root, request }: Shown, part: "task_name" | "subject" | "context"): Cell {
  const { task_type, task_name, subject, context } = request;
  if (request[part] === "") return "–";
  const key = {
    task_type,
    task_name,
    ...(part !== "task_name" && { subject }),
    ...(part === "context" && { context }),
  };
  return link(historyAddress(root, key), request[part]);
}

function link(href: string, text: string): VNode {
  return e("a", { href }, text);
}

function ranText({ started_at, completed_at }: WorkRequest, now: Timestamp): string {
  if (started_at === null) return "–";
  return formatDuration(secondsBetween(started_at, completed_at ?? now));
}

function memoryText({ output_data, used_memory, allocation }: WorkRequest): string {
  const used = output_data?.runtime_statistics.memory ?? used_memory;
  if (allocation === null) return "–";
  return `${used === undefined ? "–" : formatBytes(used)} of ${formatBytes(allocation.memory.amount)}`;
}

function verdictText({ kind, confidence, by }: Verdict): string {
  const word = kind.replaceAll("_", " ");
  if (by !== null) return `${word} (says ${by})`;
  return isJudged(kind) ? `${word} (${sureText(confidence)} sure)` : word;
}

/** Others are plain facts. */
function isJudged(kind: VerdictKind): boolean {
  return kind !== "passed" && kind !== "first_run" && kind !== "aborted" && kind !== "misconfigured";
}

/** Why it waits, or what ended it, and what that means. */
export function noteOf(request: WorkRequest): string {
  const { status, result, output_data, aborted, verdict } = request;
  if (status === "blocked" || status === "pending") return waitText(request);
  const cause = output_data?.errors?.[0]?.message ?? output_data?.skip_reason ?? aborted?.reason;
  const meaning =
    verdict === null || result === "success" || result === "skipped" || status === "aborted"
      ? undefined
      : verdictText(verdict);
  return [meaning, cause].filter((text) => text !== undefined).join(": ");
}
