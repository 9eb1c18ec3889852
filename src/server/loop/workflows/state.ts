import { AppError } from "../../../contract/errors.ts";
import { epochMs, type Timestamp } from "../../../domain/clock.ts";
import type { WorkRequestId } from "../../../domain/ids.ts";
import { formatDuration } from "../../../domain/units.ts";
import type { WorkflowNode, WorkflowState } from "../../../domain/workflow.ts";
import { STATUSES, type Status, type WorkRequest } from "../../../domain/work-request.ts";
import type { LoopContext } from "../context.ts";
import { expectedTimes } from "../planning/expected-times.ts";
import { hasEnded, isFailure } from "../transitions.ts";
import { expectedOfMembers, type MemberTimes } from "./expected-members.ts";
import { fasterStep } from "./faster-step.ts";
import { graphOf, type WorkflowGraph } from "./nodes.ts";

/** How a workflow stands. Throws `not-found` for an id that is not one of a workflow. */
export async function workflowState(context: LoopContext, id: WorkRequestId): Promise<WorkflowState> {
  return standingOf(context, await readGraph(context, id));
}

/** Both how it stands and its graph, of the same moment. Throws as `workflowState`. */
export async function wholeWorkflow(
  context: LoopContext,
  id: WorkRequestId,
): Promise<{ state: WorkflowState; nodes: WorkflowNode[]; now: Timestamp }> {
  const read = await readGraph(context, id);
  return { state: await standingOf(context, read), nodes: read.graph.nodes, now: read.now };
}

async function standingOf(context: LoopContext, { request, graph, times, now }: Read): Promise<WorkflowState> {
  const faster = hasEnded(request) ? undefined : await fasterStep(context, graph, now);
  const counts = Object.fromEntries(STATUSES.map((status) => [status, 0])) as Record<Status, number>; // one for each
  for (const { status } of graph.nodes) counts[status] += 1;
  const { critical_path, critical_seconds, unknown_durations, nodes } = graph;
  const state: WorkflowState = {
    work_request: request,
    sentence: "",
    counts,
    total: nodes.length,
    failed: nodes.filter((node) => node.is_failed).length,
    excused: nodes.filter((node) => !node.is_failed && isFailure(node)).length,
    critical_path,
    critical_seconds,
    unknown_durations,
    ...(faster !== undefined && { faster }),
    ...(!hasEnded(request) && times.whole !== undefined && { expected: times.whole }),
  };
  return { ...state, sentence: sentenceOf(state, now) };
}

/** The graph of a workflow. Throws as `workflowState`. */
export async function workflowNodes(context: LoopContext, id: WorkRequestId): Promise<WorkflowNode[]> {
  return (await readGraph(context, id)).graph.nodes;
}

type Read = { request: WorkRequest; graph: WorkflowGraph; times: MemberTimes; now: Timestamp };

async function readGraph(context: LoopContext, id: WorkRequestId): Promise<Read> {
  const { read } = context.store;
  const request = await read.workRequest(id);
  if (request?.task_type !== "workflow") throw new AppError("not-found", { what: "workflow", id: `#${id}` });
  const [members, replaced, now] = await Promise.all([read.members(id), read.supersededMembers(id), read.now()]);
  const times = await expectedOfMembers(context, members, replaced, now, await expectedTimes(context));
  return { request, graph: graphOf(members, replaced, times.byId, now), times, now };
}

/** What is left to do, or how it ended. */
export function sentenceOf(state: WorkflowState, now: Timestamp): string {
  const { work_request: request, counts, total, failed } = state;
  if (request.status === "completed") return `ended with ${request.result}: ${request.verdict?.because ?? ""}`;
  if (request.status === "aborted") return `was aborted by ${request.aborted?.by ?? "somebody"}`;
  if (request.status !== "running") return `waits: ${request.waiting?.message ?? "it was not planned yet"}`;
  const done = counts.completed + counts.aborted;
  const since = request.started_at === null ? 0 : (epochMs(now) - epochMs(request.started_at)) / 1000;
  const parts = [
    `${done} of ${total} requests have ended after ${formatDuration(since)}`,
    ...(failed > 0 ? [`${failed} of them failed`] : []),
    ...(counts.running > 0 ? [`${counts.running} ${counts.running === 1 ? "is" : "are"} running`] : []),
    ...(counts.pending > 0 ? [`${counts.pending} ${counts.pending === 1 ? "waits" : "wait"} for a worker`] : []),
  ];
  const ending = request.aborted === null ? "" : ", and it is being aborted";
  return `${parts.join(", ")}${ending}`;
}
