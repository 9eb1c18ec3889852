import type { WorkRequestId } from "../../../domain/ids.ts";
import type { WorkRequest } from "../../../domain/work-request.ts";
import { CALLBACK_TASK } from "../../../domain/workflow.ts";
import type { MemberRow, StoreTransaction } from "../../store/store.ts";
import { hasEnded, hasFailed } from "../transitions.ts";

/** Which requests of a workflow are made again. */
export type ToRetry = {
  /** In the order of their ids. Those that failed themselves, what they took down, and callbacks that saw it. */
  members: MemberRow[];
  /** Sub-workflows that go on instead. */
  workflows: WorkRequestId[];
};

/**
 * What is made again of a workflow when these of its requests are: what they took down, and callbacks, near and far,
 * which are called again. What such a callback had asked for is left to it: it may ask for something else now.
 */
export function retryOf(members: readonly MemberRow[], heads: ReadonlySet<WorkRequestId>): ToRetry {
  const byId = new Map(members.map((member) => [member.id, member]));
  const again = new Set<WorkRequestId>();
  const left = new Set<WorkRequestId>();
  // in the order of ids: what a request depends on is made before it
  for (const member of members) {
    const { id, dependencies } = member;
    if (dependencies.some((one) => left.has(one) || (again.has(one) && isCallback(byId.get(one))))) left.add(id);
    else if (heads.has(id) || dependencies.some((one) => again.has(one) && isTakenAlong(member))) again.add(id);
  }
  const made = members.filter(({ id }) => again.has(id));
  return {
    members: made.filter(({ task_type }) => task_type !== "workflow"),
    workflows: made.flatMap(({ id, task_type }) => (task_type === "workflow" ? [id] : [])),
  };
}

/** The requests of an ended workflow that failed, and were not merely taken down. */
export function failedMembers(members: readonly MemberRow[]): Set<WorkRequestId> {
  const failed = members.filter((member) => hasEnded(member) && hasFailed(member));
  const own = failed.filter(({ aborted }) => aborted?.by !== "dependency");
  return new Set((own.length === 0 ? failed : own).map(({ id }) => id));
}

function isTakenAlong(member: MemberRow): boolean {
  return member.aborted?.by === "dependency" || isCallback(member);
}

function isCallback(member: MemberRow | undefined): boolean {
  return member?.task_type === "internal" && member.task_name === CALLBACK_TASK;
}

/** A workflow that had ended goes on, because it has work again; and so do those that it is in. */
export async function reopen(tx: StoreTransaction, id: WorkRequestId, by: string): Promise<void> {
  const workflow = await tx.lockWorkRequest(id);
  if (workflow === undefined || !hasEnded(workflow)) return;
  await tx.updateWorkRequest(id, reopened);
  await tx.appendEvents([{ kind: "retried", work_request_id: id, data: { by } }]);
  if (workflow.workflow_id !== null) await reopen(tx, workflow.workflow_id, by);
}

const reopened = {
  status: "running",
  result: null,
  verdict: null,
  aborted: null,
  output_data: null,
  completed_at: null,
} as const satisfies Partial<WorkRequest>;
