import { constants } from "node:fs";
import { copyFile } from "node:fs/promises";
import { errorEntry } from "../../contract/errors.ts";
import type { Assignment } from "../../contract/worker-protocol.ts";
import type { OutputGlob, RunInput } from "../../domain/artifact.ts";
import type { WorkRequestError } from "../../domain/output-data.ts";
import { errorsOfFault, type TaskFault } from "../../task/faults.ts";
import type { TaskRegistry } from "../../task/registry.ts";
import type { RunFacts } from "../../task/task-definition.ts";
import type { ArtifactCache } from "../workspace/artifact-cache.ts";
import { environmentOf } from "../workspace/environment.ts";
import { fetchInput, InputRefused } from "../workspace/fetch-input.ts";
import { prepareWorkspace, type Workspace } from "../workspace/prepare.ts";
import type { ServerLine } from "./server-line.ts";

/** What making a run ready needs. */
export type PlanContext = {
  tasks: TaskRegistry;
  workerName: string;
  line: ServerLine;
  random: () => number;
  /** Inputs of runs that were fetched before. */
  cache: ArtifactCache;
  /** The worker's own environment, of which runs get a small part. */
  env: NodeJS.ProcessEnv;
  /** Names of variables that are passed on from it. */
  passedVariables: readonly string[];
  /** Variables that every process of this worker's runs carries, so that it is found when the worker dies. */
  markers: Readonly<Record<string, string>>;
};

/** What is to be started, or why nothing can be. */
export type RunPlan =
  | { kind: "command"; argv: string[]; cwd: string; env: Record<string, string>; outputs: OutputGlob[] }
  | { kind: "noop" }
  | { kind: "refused"; errors: WorkRequestError[] };

/** Makes a run ready: finds out what its task does, makes its directories, writes its files. Never throws. */
export async function planRun(
  assignment: Assignment,
  workspace: Workspace,
  context: PlanContext,
  signal: AbortSignal,
): Promise<RunPlan> {
  try {
    const { task_name } = assignment;
    const details = { task_name, worker_name: context.workerName };
    const answer = await context.tasks.execution(assignment, factsOf(assignment));
    if (!answer.ok) return refusedFor(answer.fault, details);
    const execution = answer.value;
    if (execution === undefined) return refused("it does not run on workers", details);
    if (execution.kind === "noop") return { kind: "noop" };
    const copyTo = (input: RunInput, place: string) => copyInput(assignment, input, place, { ...context, signal });
    const prepared = await prepareWorkspace(workspace, execution, { files: assignment.inputs, copyTo });
    if (!prepared.ok) return refused(prepared.reason, details);
    const env = environmentOf(assignment, workspace, execution.env, context.env, context.passedVariables);
    const { argv, outputs } = execution;
    return { kind: "command", argv, cwd: prepared.cwd, env: { ...env, ...context.markers }, outputs };
  } catch (error) {
    return { kind: "refused", errors: [setUpFault(error, context.workerName)] };
  }
}

/** Copies an input to its place: out of the cache, or from the server where that has no room for it. */
async function copyInput(
  assignment: Assignment,
  input: RunInput,
  place: string,
  context: Pick<PlanContext, "cache" | "line" | "random"> & { signal: AbortSignal },
): Promise<void> {
  const fetch = (file: string) => fetchInput(assignment, input, file, context);
  const borrowed = await context.cache.borrow(input, fetch);
  if (borrowed === undefined) return fetch(place);
  try {
    // a copy, for the run may write to it; one that costs nothing where the file system can
    await copyFile(borrowed.file, place, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  } finally {
    borrowed.giveBack();
  }
  return undefined;
}

/** Globs of the files that a run is to leave; none where its task cannot tell. */
export async function outputsOf(assignment: Assignment, tasks: TaskRegistry): Promise<readonly OutputGlob[]> {
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
  if (error instanceof InputRefused) return errorEntry("inputs-failed", { worker_name, reason: error.message });
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
