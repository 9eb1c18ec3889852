import type { WorkRequest } from "../../../domain/work-request.ts";
import type { PlannedPart, WorkflowResult } from "../../../task/define-workflow.ts";
import type { TaskAnswer } from "../../../task/faults.ts";
import type { TaskRegistry } from "../../../task/registry.ts";
import type { DynamicData } from "../../../task/task-definition.ts";
import type { MemberRow, StoreReader } from "../../store/store.ts";
import { createDesk, type Desk } from "../dynamic-data.ts";
import { hasFailed } from "../transitions.ts";

/** A part of a workflow's plan: what is asked for, what there was when it was, and what it says of itself. */
export type MadePart = { part: PlannedPart; members: readonly MemberRow[]; dynamic: DynamicData };

/** Where the parts of plans are asked for. */
export type PlanDesk = Desk<TaskAnswer<MadePart>>;

/** A desk that asks the given tasks for the plans of workflows, and of their callbacks. */
export function createPlanDesk(tasks: TaskRegistry, read: Pick<StoreReader, "workRequest" | "members">): PlanDesk {
  return createDesk(async (request) => {
    try {
      return await madePart(tasks, read, request);
    } catch (error) {
      // the database's fault: tried again
      const reason = error instanceof Error ? error.message : String(error);
      return { ok: false, fault: { kind: "unavailable", reason } };
    }
  });
}

async function madePart(
  tasks: TaskRegistry,
  read: Pick<StoreReader, "workRequest" | "members">,
  request: WorkRequest,
): Promise<TaskAnswer<MadePart>> {
  const isCallback = request.task_type === "internal";
  const workflow = isCallback && request.workflow_id !== null ? await read.workRequest(request.workflow_id) : request;
  if (workflow === undefined) return { ok: false, fault: { kind: "failed", reason: "its workflow is gone" } };
  const members = await read.members(workflow.id);
  const { id, task_name, task_data } = workflow;
  const dynamic: TaskAnswer<DynamicData> = isCallback ? { ok: true, value: {} } : await tasks.dynamicData(workflow);
  if (!dynamic.ok) return dynamic;
  if (dynamic.value.skip !== undefined) {
    return { ok: true, value: { part: { requests: [] }, members, dynamic: dynamic.value } };
  }
  const callback = isCallback ? request.name : null;
  const results = members.map(resultOf);
  const part = await tasks.plan({ task_type: "workflow", task_name, task_data, id, callback, members: results });
  return part.ok ? { ok: true, value: { part: part.value, members, dynamic: dynamic.value } } : part;
}

/** What a plan is shown of a request. */
function resultOf(member: MemberRow): WorkflowResult {
  const { id, name, workflow_group, task_type, task_name, subject, context, status, result, output_data } = member;
  return {
    id,
    name,
    task_type,
    task_name,
    subject,
    context,
    status,
    result,
    output_data,
    group: workflow_group,
    verdict: member.verdict?.kind ?? null,
    because: member.verdict?.because ?? null,
    is_failed: hasFailed(member),
  };
}
