import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import { fasterText } from "../../domain/faster-text.ts";
import { formatDuration, formatShare } from "../../domain/units.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import type { WorkflowNode, WorkflowState } from "../../domain/workflow.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { capital, inRange } from "../parts/answers.ts";
import { commandLine, guideLink, keepLink, keyText, queryText, requestLink, workerLink } from "../parts/links.ts";
import { pager } from "../parts/pager.ts";
import { stateLabel, stateOf } from "../parts/state.ts";
import { numberHead, table, type Row } from "../parts/table.ts";
import { moment, secondsBetween } from "../parts/time.ts";
import { workflowPictures } from "../parts/workflow-graph.ts";
import { requestActions } from "./request-actions.ts";

/** What the page of a workflow shows. */
export type WorkflowData = {
  state: WorkflowState;
  nodes: readonly WorkflowNode[];
  now: Timestamp;
  lastEventId: number;
  /** Requests whose folds are opened; undefined: nobody chose. */
  open: readonly number[] | undefined;
};

/** What the list of workflows shows. */
export type WorkflowsData = {
  workflows: readonly WorkRequest[];
  /** The place in the list, as it was in the address; undefined on the first part. */
  cursor: string | undefined;
  next_cursor: string | null;
};

/** So many requests are listed: the page has to stay light, and those that want attention come first. */
const MOST_ROWS = 200;

/** Workflows, newest first. */
export function workflowsPage(frame: Frame, { workflows, cursor, next_cursor }: WorkflowsData): string {
  const { root } = frame;
  const going = workflows.filter(({ status }) => status === "running").length;
  const lead =
    workflows.length === 0
      ? "No workflow was submitted yet."
      : `${going} of the ${workflows.length} workflows listed here are going on.`;
  const rows = workflows.map((workflow): Row => [
    e("a", { href: `${root}wf/${workflow.id}` }, `#${workflow.id}`),
    keyText(workflow),
    stateLabel(stateOf(workflow)),
    workflow.verdict?.because ?? workflow.waiting?.message ?? "",
    moment(workflow.created_at),
  ]);
  return renderPage(
    frame,
    { title: "Workflows", place: "workflows" },
    e("p", { class: "lead" }, lead),
    rows.length === 0
      ? e(
          "p",
          {},
          "A workflow is a graph of requests that code asks for. This page will show how each stands, and when it ends.",
          guideLink(root, "guide/workflows", "Workflows"),
        )
      : table("Workflows", ["Workflow", "What", "State", { name: "Why", look: "wide" }, "Submitted"], rows),
    pager({
      from: cursor,
      next: next_cursor,
      address: (from) => `${root}wf${queryText({ cursor: from })}`,
      isMain: true,
    }),
    e("h2", {}, "The same elsewhere"),
    commandLine("workflow ls"),
  );
}

/** One workflow: how it stands, its longest chain, its graph, and its requests. */
export function workflowPage(frame: Frame, { state, nodes, now, lastEventId, open }: WorkflowData): string {
  const { work_request: request } = state;
  const isOver = request.status === "completed" || request.status === "aborted";
  const { root } = frame;
  return renderPage(
    frame,
    {
      title: `#${request.id} ${keyText(request)}`,
      place: "workflows",
      live: { topics: `r${request.id}`, after: lastEventId },
      hasCharts: nodes.length > 0,
    },
    e("p", { class: "lead", role: "status" }, stateLabel(stateOf(request)), ` ${capital(state.sentence)}.`),
    e("p", {}, endText(state, now)),
    requestActions(frame, request),
    ...chainPart(root, state),
    ...workflowPictures({ root, id: request.id, nodes, open, now, isOver }),
    ...listPart(root, nodes, now),
    e("h2", {}, "The same elsewhere"),
    commandLine(`workflow show ${request.id}`),
    commandLine(`workflow graph ${request.id}`),
    e(
      "p",
      {},
      e("a", { href: `${root}r/${request.id}` }, "Its own request"),
      " · ",
      e("a", { href: `${root}api/v1/workflows/${request.id}` }, "As JSON"),
      ...keepLink(frame, `wf/${request.id}`),
    ),
  );
}

function endText({ expected, unknown_durations, work_request: { status } }: WorkflowState, now: Timestamp): string {
  if (status === "completed" || status === "aborted") return "";
  if (expected?.end === undefined) {
    return "When it ends cannot be told: of too few of its requests history knows how long they take.";
  }
  const unknown = unknown_durations === 1 ? "1 request" : `${unknown_durations} requests`;
  const doubt = unknown_durations === 0 ? "" : `, ${unknown} of unknown duration left out`;
  return `It should end ${inRange(expected.end, now)}${doubt}.`;
}

/** Which requests make it as long as it is. */
function chainPart(root: string, { critical_path: chain, critical_seconds: total, faster }: WorkflowState): VNode[] {
  if (chain.length === 0 || total === 0) return [];
  const longest = chain.reduce((most, step) => (step.seconds > most.seconds ? step : most));
  const share = formatShare(longest.seconds / total);
  const rows = chain.map((step): Row => [
    requestLink(root, step.id),
    step.name,
    step.status,
    step.is_known ? formatDuration(step.seconds) : "not known",
    step.is_known ? formatShare(step.seconds / total) : "",
  ]);
  return [
    e("h2", { id: "chain" }, "Its longest chain"),
    e(
      "p",
      {},
      `${chain.length} requests one after another take ${formatDuration(total)}; ${longest.name} is ${share} of it. Only what makes this chain shorter makes the workflow shorter.${faster === undefined ? "" : ` ${capital(fasterText(faster))}.`}`,
    ),
    table(
      "The longest chain",
      ["Request", "Name", "Status", numberHead("Takes"), numberHead("Share")],
      rows.slice(0, 50),
    ),
  ];
}

/** What wants attention first. */
function listPart(root: string, nodes: readonly WorkflowNode[], now: Timestamp): VNode[] {
  const order = (node: WorkflowNode) =>
    node.is_failed ? 0 : ["running", "pending", "blocked", "completed", "aborted"].indexOf(node.status) + 1;
  const sorted = nodes.toSorted((a, b) => order(a) - order(b) || a.id - b.id);
  const rows = sorted
    .slice(0, MOST_ROWS)
    .map((node): Row => [
      requestLink(root, node.id),
      node.name,
      stateLabel(stateOf(node)),
      node.verdict_kind?.replaceAll("_", " ") ?? "",
      node.worker_name === null ? "" : workerLink(root, node.worker_name),
      timeText(node, now),
      slackText(node),
    ]);
  const rest = nodes.length - rows.length;
  return [
    e("h2", { id: "requests" }, "Its requests"),
    e(
      "p",
      { class: "quiet" },
      `What failed comes first, then what runs and what waits${rest > 0 ? `; ${rest} more are not listed` : ""}.`,
    ),
    table(
      "Requests of the workflow",
      ["Request", "Name", "State", "Verdict", "Worker", numberHead("Time"), numberHead("Could take longer by")],
      rows,
    ),
  ];
}

/** By how much it may be longer, where that can be told and still matters. */
function slackText({ completed_at, duration_p50, is_critical, slack_seconds }: WorkflowNode): string {
  if (completed_at !== null) return "";
  if (duration_p50 === null) return "not known";
  return is_critical || slack_seconds === 0 ? "none" : formatDuration(slack_seconds);
}

function timeText({ started_at, completed_at, duration_p50 }: WorkflowNode, now: Timestamp): string {
  if (started_at !== null) return formatDuration(secondsBetween(started_at, completed_at ?? now));
  return duration_p50 === null ? "" : `about ${formatDuration(duration_p50)}`;
}
