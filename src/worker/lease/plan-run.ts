import { errorEntry } from "../../contract/errors.ts";
import type { Assignment } from "../../contract/worker-protocol.ts";
import type { WorkRequestError } from "../../domain/output-data.ts";
import { errorsOfFault, type TaskFault } from "../../task/faults.ts";
import type { TaskRegistry } from "../../task/registry.ts";
import type { RunFacts } from "../../task/task-definition.ts";
import { environmentOf } from "../workspace/environment.ts";
import { prepareWorkspace, type Workspace } from "../workspace/prepare.ts";

/** What making a run ready needs. */
export type PlanContext = {
  tasks: TaskRegistry;
  workerName: string;
  /** The worker's own environment, of which runs get a small part. */
  env: NodeJS.ProcessEnv;
  /** Names of variables that are passed on from it. */
  passedVariables: readonly string[];
  /** Variables that every process of this worker's runs carries, so that it is found when the worker dies. */
  markers: Readonly<Record<string, string>>;
};

/** What is to be started, or why nothing can be. */
export type RunPlan =
  | { kind: "command"; argv: string[]; cwd: string; env: Record<string, string>; outputs: string[] }
  | { kind: "noop" }
  | { kind: "refused"; errors: WorkRequestError[] };

/** Makes a run ready: finds out what its task does, makes its directories, writes its files. Never throws. */
export async function planRun(assignment: Assignment, workspace: Workspace, context: PlanContext): Promise<RunPlan> {
  try {
    const { task_name } = assignment;
    const details = { task_name, worker_name: context.workerName };
    const answer = await context.tasks.execution(assignment, factsOf(assignment));
    if (!answer.ok) return refusedFor(answer.fault, details);
    const execution = answer.value;
    if (execution === undefined) return refused("it does not run on workers", details);
    if (execution.kind === "noop") return { kind: "noop" };
    const prepared = await prepareWorkspace(workspace, execution);
    if (!prepared.ok) return refused(prepared.reason, details);
    const env = environmentOf(assignment, workspace, execution.env, context.env, context.passedVariables);
    const { argv, outputs } = execution;
    return { kind: "command", argv, cwd: prepared.cwd, env: { ...env, ...context.markers }, outputs };
  } catch (error) {
    return { kind: "refused", errors: [setUpFault(error, context.workerName)] };
  }
}

/** Globs of the files that a run is to leave; none where its task cannot tell. */
export async function outputsOf(assignment: Assignment, tasks: TaskRegistry): Promise<readonly string[]> {
  const answer = await tasks.execution(assignment, factsOf(assignment));
  return answer.ok && answer.value?.kind === "command" ? answer.value.outputs : [];
}

function factsOf({ allocation, run_id, work_request_id, task_name, subject, context }: Assignment): RunFacts {
  return {
    run_id,
    work_request_id,
    task_name,
    subject,
    context,
    memory: allocation.memory.amount,
    disk_space: allocation.disk_space.amount,
    cpu_count: Math.max(1, Math.floor(allocation.cpu_count.amount)),
    duration: allocation.duration.amount,
  };
}

/** An entry for what this machine, not the task, got wrong: it is tried again elsewhere. */
export function setUpFault(error: unknown, worker_name: string): WorkRequestError {
  if (error instanceof Error && "code" in error && error.code === "ENOSPC") {
    return errorEntry("worker-disk-full", { worker_name });
  }
  return errorEntry("start-failed", { worker_name, reason: error instanceof Error ? error.message : String(error) });
}

type Details = { task_name: string; worker_name: string };

function refused(reason: string, details: Details): RunPlan {
  return { kind: "refused", errors: [errorEntry("configure-failed", { ...details, reason })] };
}

/** For data that the task refuses, its reasons follow the one that says what could not be done. */
function refusedFor(fault: TaskFault, details: Details): RunPlan {
  const errors = errorsOfFault(fault, { failed: "configure-failed", unavailable: "configure-unavailable" }, details);
  if (fault.kind !== "invalid") return { kind: "refused", errors };
  const reason = errors[0]?.message ?? "its data is wrong";
  return { kind: "refused", errors: [errorEntry("configure-failed", { ...details, reason }), ...errors] };
}
