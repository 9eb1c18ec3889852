import { epochMs, type Timestamp } from "../../../domain/clock.ts";
import type { WorkRequestId } from "../../../domain/ids.ts";
import type { CriticalStep, WorkflowNode } from "../../../domain/workflow.ts";
import type { ExpectedTimes } from "../../../domain/work-request.ts";
import { criticalPath } from "../../../schedule/critical-path.ts";
import type { MemberRow } from "../../store/store.ts";
import { hasEnded, hasFailed } from "../transitions.ts";

/** The graph of a workflow, with its longest chain. */
export type WorkflowGraph = {
  nodes: WorkflowNode[];
  critical_path: CriticalStep[];
  critical_seconds: number;
  unknown_durations: number;
};

/** Makes the graph of what was read. `replaced`: requests that were made again, by what they were before. */
export function graphOf(
  members: readonly MemberRow[],
  replaced: ReadonlyMap<WorkRequestId, WorkRequestId>,
  expected: ReadonlyMap<WorkRequestId, ExpectedTimes>,
  now: Timestamp,
): WorkflowGraph {
  const byId = new Map(members.map((member) => [member.id, member]));
  const durations = new Map(members.map((member) => [member.id, durationOf(member, now)]));
  const secondsOf = (id: WorkRequestId) => durations.get(id) ?? 0;
  const linked = members.map((member) => ({
    id: member.id,
    seconds: secondsOf(member.id),
    dependencies: [...new Set(member.dependencies.map((id) => newest(id, replaced)))],
  }));
  const { path, seconds, slack } = criticalPath(linked);
  const critical = new Set(path);
  return {
    nodes: members.map((member, index) => {
      const { verdict, aborted: _, output_data: __, remaining_path: ___, workflow_group, ...fields } = member;
      const times = expected.get(member.id);
      return {
        ...fields,
        dependencies: linked[index]!.dependencies, // one for each
        group: workflow_group,
        verdict_kind: verdict?.kind ?? null,
        is_failed: hasFailed(member),
        is_critical: critical.has(member.id),
        slack_seconds: Math.round(1000 * (slack.get(member.id) ?? 0)) / 1000,
        ...(times !== undefined && !hasEnded(member) && { expected: times }),
      };
    }),
    critical_path: path.map((id) => {
      const { name, status } = byId.get(id)!; // the path is made of them
      return { id, name, status, seconds: secondsOf(id), is_known: durations.get(id) !== undefined };
    }),
    critical_seconds: seconds,
    unknown_durations: members.filter((member) => !hasEnded(member) && durations.get(member.id) === undefined).length,
  };
}

function newest(id: WorkRequestId, replaced: ReadonlyMap<WorkRequestId, WorkRequestId>): WorkRequestId {
  let current = id;
  // ends: what takes a place is newer than what had it
  for (let next = replaced.get(current); next !== undefined; next = replaced.get(current)) current = next;
  return current;
}

/** Seconds that a request took, or is thought to take; undefined: nothing is known. */
function durationOf(member: MemberRow, now: Timestamp): number | undefined {
  const { status, started_at, completed_at, duration_p50, task_type } = member;
  if (task_type === "internal" || status === "aborted") return 0;
  const end = completed_at ?? now;
  const took = started_at === null ? 0 : Math.max(0, (epochMs(end) - epochMs(started_at)) / 1000);
  if (status === "completed") return took;
  if (duration_p50 === null) return undefined;
  return status === "running" ? Math.max(took, duration_p50) : duration_p50;
}
