import type { Answer } from "../../client/call-types.ts";
import type { RunId, WorkRequestId } from "../../domain/ids.ts";
import type { Delivery } from "../../domain/reaction.ts";
import type { Run } from "../../domain/run.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import type { Session } from "../session.ts";
import { curveLines } from "../terminal/curve-plot.ts";
import { renderRequest } from "../terminal/request-view.ts";
import type { Surface } from "../terminal/surface.ts";
import { renderWorkflow } from "../terminal/workflow-view.ts";
import { PAGE, pageUrl } from "../page-address.ts";

/** The work request meant, and the one of its runs where one is meant. */
export type AskedFor = { id: WorkRequestId; runId?: RunId };

/** What `almanac show` tells of. */
export type ShownRequest = {
  work_request: WorkRequest;
  /** All of them, or the one that is meant. */
  runs: Run[];
  /** Its page, from the server's first page on. */
  page: string;
  /** The whole address of the request's page. */
  url: string;
  /** Of a workflow that was planned. */
  workflow?: { state: Answer<"getWorkflow">; nodes: Answer<"listWorkflowNodes">["nodes"] };
  /** Whom was told what; none are asked for where a document is wanted. */
  deliveries: Delivery[];
};

/** Reads it from the server, and of it only what will be shown. Throws `not-found` where there is none. */
export async function readShown(session: Session, asked: AskedFor, signal?: AbortSignal): Promise<ShownRequest> {
  const { client } = session;
  const params = { id: asked.id };
  const found = await client.call("getWorkRequest", { params, signal });
  const runs = asked.runId === undefined ? found.runs : found.runs.filter((run) => run.id === asked.runId);
  if (asked.runId !== undefined && runs.length === 0) {
    await client.call("getRun", { params: { run_id: asked.runId }, signal }); // says that it is not there
  }
  const url = pageUrl(session, PAGE.request(asked.id));
  const shown = { work_request: found.work_request, runs, url, page: PAGE.request(asked.id, asked.runId) };
  if (session.wantsJson) return { ...shown, deliveries: [] };
  // a workflow that was never planned has only itself to show
  if (found.work_request.task_type === "workflow" && found.work_request.started_at !== null) {
    const state = await client.call("getWorkflow", { params, signal });
    const { nodes } = await client.call("listWorkflowNodes", { params, signal });
    return { ...shown, page: PAGE.workflow(asked.id), workflow: { state, nodes }, deliveries: [] };
  }
  const { items } = await client.call("listDeliveries", { query: { work_request_id: asked.id }, signal });
  return { ...shown, deliveries: items };
}

/** What is printed of it. */
export function renderShown(shown: ShownRequest, surface: Surface, options: { plot?: boolean }): string {
  const { work_request, runs, url, workflow, deliveries } = shown;
  if (workflow !== undefined) return renderWorkflow(workflow.state, workflow.nodes, surface);
  const text = renderRequest(work_request, runs, surface, { pageUrl: url, deliveries });
  return options.plot === true ? `${text}${plotOf(runs, surface)}` : text;
}

/** The newest run that has a curve; a sentence when none has. */
function plotOf(runs: readonly Run[], surface: Surface): string {
  const run = runs.findLast(({ measurement }) => measurement?.curve !== undefined);
  const lines = run?.measurement?.curve === undefined ? [] : curveLines(run.measurement.curve, surface);
  if (run === undefined || lines.length === 0) return "\nNo run of it was measured over time.\n";
  return `\n${[`Run ${run.id} over time`, ...lines].join("\n")}\n`;
}
