import type { VNode } from "preact";
import { RESOURCES, type Resource } from "../../domain/allocation.ts";
import type { Run } from "../../domain/run.ts";
import { formatBytes, formatCores, formatDuration } from "../../domain/units.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { element as e } from "../element.ts";
import { renderPage } from "../layout.ts";
import { table } from "../table.ts";

/** What the page of one request shows; `sentence` is why it waits, runs where it runs, or ended. */
export type RequestData = { request: WorkRequest; runs: readonly Run[]; sentence: string };

/** The page of one request: the sentence, what it was given and used, and its runs. */
export function requestPage({ request, runs, sentence }: RequestData): string {
  const name = [request.task_name, request.subject].filter((part) => part !== "").join(" ");
  const context = request.context === "" ? "" : ` (${request.context})`;
  return renderPage(
    "../",
    `#${request.id} ${name}${context}`,
    e("p", {}, `It ${sentence}.`),
    e("h2", { id: "amounts" }, "Given and used"),
    request.allocation === null ? e("p", { class: "quiet" }, "Its needs are not known yet.") : amountTable(request),
    e("h2", { id: "runs" }, "Runs"),
    runs.length === 0 ? e("p", { class: "quiet" }, "It has had no run.") : runTable(runs),
    e("h2", { id: "log" }, "Log"),
    e("pre", { tabIndex: 0 }, `npx almanac log ${request.id}`),
  );
}

const WORDS: Record<Resource, { name: string; format: (amount: number) => string }> = {
  memory: { name: "Memory", format: formatBytes },
  disk_space: { name: "Disk", format: formatBytes },
  cpu_count: { name: "Cores", format: formatCores },
  duration: { name: "Time", format: formatDuration },
};

function amountTable({ allocation, output_data }: WorkRequest): VNode {
  const used = output_data?.runtime_statistics ?? {};
  const rows = RESOURCES.flatMap((resource) => {
    const given = allocation?.[resource];
    if (given === undefined) return [];
    const { name, format } = WORDS[resource];
    const amount = resource === "cpu_count" ? undefined : used[resource];
    const evidence = given.evidence === undefined ? "" : `${given.evidence.runs} runs, level ${given.evidence.level}`;
    return [[name, format(given.amount), given.source, amount === undefined ? "–" : format(amount), evidence]];
  });
  return table("Given and used", ["Resource", "Given", "Source", "Used", "Evidence"], rows);
}

function runTable(runs: readonly Run[]): VNode {
  const rows = runs.map((run) => [
    run.id,
    run.worker_name,
    run.outcome?.kind.replaceAll("_", " ") ?? run.state,
    run.measurement === null ? "–" : formatDuration(run.measurement.duration_ms / 1000),
    { content: run.placement.rule, look: "wide" },
  ]);
  return table("Runs", ["Run", "Worker", "End", "Took", "Why this worker"], rows);
}
