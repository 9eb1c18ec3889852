import type { VNode } from "preact";
import { epochMs, type Timestamp } from "../../domain/clock.ts";
import { formatBytes, formatCores, formatDuration } from "../../domain/units.ts";
import type { Status, WorkRequest } from "../../domain/work-request.ts";
import type { Worker } from "../../domain/worker.ts";
import { element as e } from "../element.ts";
import { renderPage } from "../layout.ts";
import { table } from "../table.ts";

/** What the overview shows. */
export type OverviewData = {
  now: Timestamp;
  counts: Record<Status, number>;
  requests: readonly WorkRequest[];
  workers: readonly Worker[];
};

const GLYPHS: Record<Status, string> = { blocked: "○", pending: "○", running: "●", completed: "✓", aborted: "–" };

/** The first page: a sentence, the newest requests, the workers, and how to submit. */
export function overviewPage(data: OverviewData): string {
  return renderPage(
    "./",
    "Overview",
    e("p", {}, sentence(data)),
    e("h2", { id: "requests" }, "Newest requests"),
    data.requests.length === 0 ? e("p", { class: "quiet" }, "Nothing was submitted yet.") : requestTable(data),
    e("h2", { id: "workers" }, "Workers"),
    data.workers.length === 0 ? e("p", { class: "quiet" }, "No worker has joined yet.") : workerTable(data),
    e("h2", { id: "submit" }, "How to submit"),
    e("pre", { tabIndex: 0 }, "npx almanac submit --task build --subject hello --follow -- make -j2"),
    e("p", {}, "The API is described at ", e("a", { href: "api/v1/openapi.json" }, "api/v1/openapi.json"), "."),
  );
}

function sentence({ counts, workers }: OverviewData): string {
  const waiting = counts.blocked + counts.pending;
  const online = workers.filter((worker) => worker.state === "online").length;
  return `${waiting} waiting, ${counts.running} running, ${counts.completed} completed, ${counts.aborted} aborted; ${online} of ${workers.length} workers online.`;
}

function requestTable({ requests, now }: OverviewData): VNode {
  const rows = requests.map((request) => [
    { content: e("a", { href: `r/${request.id}` }, `#${request.id}`), look: "" },
    { content: `${glyphOf(request)} ${request.result ?? request.status}`, look: request.result ?? request.status },
    request.task_name,
    request.subject,
    request.context,
    ranText(request, now),
    memoryText(request),
    { content: noteOf(request), look: "wide" },
  ]);
  return table("Newest requests", ["Id", "State", "Task", "Subject", "Context", "Ran", "Memory", "Note"], rows);
}

function glyphOf(request: WorkRequest): string {
  return request.status === "completed" && request.result !== "success" ? "✕" : GLYPHS[request.status];
}

function ranText({ started_at, completed_at }: WorkRequest, now: Timestamp): string {
  if (started_at === null) return "–";
  return formatDuration(Math.max(0, epochMs(completed_at ?? now) - epochMs(started_at)) / 1000);
}

function memoryText({ output_data, allocation }: WorkRequest): string {
  const used = output_data?.runtime_statistics.memory;
  const reserved = allocation?.memory;
  if (reserved === undefined) return "–";
  return `${used === undefined ? "–" : formatBytes(used)} of ${formatBytes(reserved.amount)} (${reserved.source})`;
}

function noteOf(request: WorkRequest): string {
  return request.waiting?.message ?? request.output_data?.errors?.[0]?.message ?? request.aborted?.reason ?? "";
}

function workerTable({ workers, now }: OverviewData): VNode {
  const rows = workers.map((worker) => [
    worker.worker_name,
    worker.state,
    formatBytes(worker.capacity.memory),
    formatBytes(worker.capacity.disk_space),
    formatCores(worker.capacity.cpu_count),
    { content: worker.tags.join(" "), look: "wide" },
    `${formatDuration(Math.max(0, epochMs(now) - epochMs(worker.last_seen_at)) / 1000)} ago`,
  ]);
  return table("Workers", ["Name", "State", "Memory", "Disk", "Cores", "Tags", "Last seen"], rows);
}
