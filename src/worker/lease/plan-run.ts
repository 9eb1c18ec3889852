import { errorEntry } from "../../contract/errors.ts";
import type { Assignment } from "../../contract/worker-protocol.ts";
import type { WorkRequestError } from "../../domain/output-data.ts";
import type { Execution } from "../../task/execution.ts";
import { executionOf, type TaskRegistry } from "../../task/registry.ts";
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
  | { kind: "command"; argv: string[]; cwd: string; env: Record<string, string> }
  | { kind: "noop" }
  | { kind: "refused"; errors: WorkRequestError[] };

/** Makes a run ready: finds out what its task does, makes its directories, writes its files. Never throws. */
export async function planRun(assignment: Assignment, workspace: Workspace, context: PlanContext): Promise<RunPlan> {
  try {
    const found = executionFor(assignment, context.tasks);
    if ("errors" in found) return refused(assignment, context, found.reason, found.errors);
    const { execution } = found;
    if (execution.kind === "noop") return { kind: "noop" };
    const prepared = await prepareWorkspace(workspace, execution);
    if (!prepared.ok) return refused(assignment, context, prepared.reason);
    const env = environmentOf(assignment, workspace, execution.env, context.env, context.passedVariables);
    return { kind: "command", argv: execution.argv, cwd: prepared.cwd, env: { ...env, ...context.markers } };
  } catch (error) {
    return { kind: "refused", errors: [setUpFault(error, context.workerName)] };
  }
}

/** What the task of an assignment does, or why that cannot be told. */
export function executionFor(
  assignment: Assignment,
  tasks: TaskRegistry,
): { execution: Execution } | { reason: string; errors: WorkRequestError[] } {
  const resolved = tasks.resolve(assignment);
  if (!resolved.ok) return { reason: resolved.errors[0]?.message ?? "its data is wrong", errors: resolved.errors };
  const execution = executionOf(resolved);
  return execution === undefined ? { reason: "it does not run on workers", errors: [] } : { execution };
}

/** An entry for what this machine, not the task, got wrong: it is tried again elsewhere. */
export function setUpFault(error: unknown, worker_name: string): WorkRequestError {
  if (error instanceof Error && "code" in error && error.code === "ENOSPC") {
    return errorEntry("worker-disk-full", { worker_name });
  }
  return errorEntry("start-failed", { worker_name, reason: error instanceof Error ? error.message : String(error) });
}

function refused(
  { task_name }: Assignment,
  { workerName }: PlanContext,
  reason: string,
  errors: WorkRequestError[] = [],
): RunPlan {
  const entry = errorEntry("configure-failed", { task_name, worker_name: workerName, reason });
  return { kind: "refused", errors: [entry, ...errors] };
}
