import type { VNode } from "preact";
import { RESOURCES } from "../../domain/allocation.ts";
import { formatAmount, RESOURCE_WORDS } from "../../domain/amount-text.ts";
import { outcomeText } from "../../domain/outcome-text.ts";
import type { Run } from "../../domain/run.ts";
import { formatDuration } from "../../domain/units.ts";
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

function amountTable({ allocation, output_data }: WorkRequest): VNode {
  const used = output_data?.runtime_statistics ?? {};
  const rows = RESOURCES.flatMap((resource) => {
    const given = allocation?.[resource];
    if (given === undefined) return [];
    const amount = resource === "cpu_count" ? undefined : used[resource];
    const evidence = given.evidence === undefined ? "" : `${given.evidence.runs} runs, level ${given.evidence.level}`;
    const usedText = amount === undefined ? "–" : formatAmount(resource, amount);
    return [[RESOURCE_WORDS[resource], formatAmount(resource, given.amount), given.source, usedText, evidence]];
  });
  return table("Given and used", ["Resource", "Given", "Source", "Used", "Evidence"], rows);
}

function runTable(runs: readonly Run[]): VNode {
  const rows = runs.map((run) => [
    run.id,
    run.worker_name,
    run.outcome === null ? run.state : outcomeText(run.outcome),
    run.measurement === null ? "–" : formatDuration(run.measurement.duration_ms / 1000),
    { content: run.placement.rule, look: "wide" },
  ]);
  return table("Runs", ["Run", "Worker", "End", "Took", "Why this worker"], rows);
}
