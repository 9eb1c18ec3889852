import { errorEntry } from "../../../contract/errors.ts";
import type { PlanAnswer, PlanQuestion } from "../../../contract/workflow-routes.ts";
import type { WorkRequestId } from "../../../domain/ids.ts";
import { errorsOfFault } from "../../../task/faults.ts";
import type { MemberRow, NewWorkRequest } from "../../store/store.ts";
import type { LoopContext } from "../context.ts";
import { withPaths } from "../remaining-paths.ts";
import { checkPart } from "./check-part.ts";
import { expectedOfMembers } from "./expected-members.ts";
import { graphOf } from "./nodes.ts";
import { PLAN_CODES } from "./prepare-plan.ts";

/** What a workflow would ask for at its start, and how long that should take; nothing is submitted. */
export async function lookAtPlan(context: LoopContext, asked: PlanQuestion): Promise<PlanAnswer> {
  const { task_name, task_data } = asked;
  const call = { task_type: "workflow" as const, task_name, task_data };
  const checked = await context.tasks.check(call);
  const made = checked.ok ? await context.tasks.plan({ ...call, id: null, callback: null, members: [] }) : checked;
  if (!made.ok) return nothing(errorsOfFault(made.fault, PLAN_CODES, { task_name }));
  const fail_on = asked.fail_on ?? context.tasks.configured(call)?.fail_on ?? null;
  const handing = { priority_base: 0, priority_adjustment: 0, trusted: true, expire_after: null, fail_on };
  const part = await checkPart(context, { ...handing, id: 0 as WorkRequestId }, made.value.requests, [], 1); // of no workflow
  if (!part.ok) return nothing(part.errors);
  const members = (await withPaths(context, part.requests)).map(memberOf);
  const now = await context.store.read.now();
  const { byId, whole } = await expectedOfMembers(context, members, new Map(), now, new Map());
  const graph = graphOf(members, new Map(), byId, now);
  const total_seconds = members.reduce((sum, { duration_p50 }) => sum + (duration_p50 ?? 0), 0);
  return { ...graph, errors: [], total_seconds, ...(whole !== undefined && { expected: whole }) };
}

function nothing(errors: PlanAnswer["errors"]): PlanAnswer {
  const some = errors.length > 0 ? errors : [errorEntry("plan-failed", { task_name: "", reason: "nobody knows why" })];
  return { errors: some, nodes: [], critical_path: [], critical_seconds: 0, total_seconds: 0, unknown_durations: 0 };
}

/** Numbered by its place, for it has no number yet. */
function memberOf(request: NewWorkRequest, index: number): MemberRow {
  const { task_type, task_name, subject, context, name, status, allow_failure, depends_on } = request;
  const idAt = (position: number) => (position + 1) as WorkRequestId;
  return {
    id: idAt(index),
    task_type,
    task_name,
    subject,
    context,
    name,
    status,
    allow_failure,
    workflow_group: request.workflow_group ?? null,
    result: null,
    verdict: null,
    aborted: null,
    worker_name: null,
    pending_at: null,
    started_at: null,
    completed_at: null,
    output_data: null,
    duration_p50: request.duration_p50 ?? null,
    duration_p95: request.duration_p95 ?? null,
    remaining_path: request.remaining_path ?? 0,
    dependencies: depends_on.flatMap((target) => ("index" in target ? [idAt(target.index)] : [])),
  };
}
