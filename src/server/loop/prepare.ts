import type { Allocation, Estimate } from "../../domain/allocation.ts";
import type { Timestamp } from "../../domain/clock.ts";
import type { Layer } from "../../domain/layer.ts";
import type { WorkRequestError } from "../../domain/output-data.ts";
import type { HistoryKey } from "../../domain/task.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import type { Capacity } from "../../domain/worker.ts";
import { allocate, askedAmounts, type RequirementsBySource } from "../../estimate/allocate.ts";
import { evidenceRuns } from "../../estimate/evidence-runs.ts";
import { layeredRequirements, resolveLayers, type LayerKey } from "../../estimate/layers.ts";
import { mayRun } from "../../schedule/fit.ts";
import { tagOfTask, type ConfiguredTask } from "../../task/define-task.ts";
import { errorsOfFault, type TaskAnswer } from "../../task/faults.ts";
import type { DynamicData } from "../../task/task-definition.ts";
import type { StoreTransaction, WorkerRow } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { estimateFor } from "./estimates.ts";
import { bytesOf, resolveInputs } from "./inputs.ts";
import { runServerTask, takeServerTask } from "./server-tasks.ts";
import { setAside } from "./set-aside.ts";
import { completeSkipped, completeWithoutRun } from "./transitions.ts";
import { withUsableCores } from "./usable-cores.ts";
import { waitOrEnd } from "./wait-tasks.ts";
import { isPlanning, preparePlan } from "./workflows/prepare-plan.ts";

/** What a request was found to need, or why it cannot be run at all. */
export type PreparedNeeds =
  | { kind: "ready"; key: HistoryKey; dynamic: DynamicData; estimate: Estimate; allocation: Allocation }
  | { kind: "synchronised" }
  /** Its task says that there is nothing to do. */
  | { kind: "skipped"; key: HistoryKey; dynamic: DynamicData; skip_reason: string }
  /** It is there to wait. */
  | { kind: "waits"; dynamic: DynamicData }
  /** Its task is still at it: asked again later. */
  | { kind: "thinking" }
  /** Its task could not say for now. */
  | { kind: "set_aside"; errors: WorkRequestError[] }
  | { kind: "failed"; errors: WorkRequestError[] };

const DYNAMIC_DATA_CODES = { failed: "dynamic-data-failed", unavailable: "dynamic-data-unavailable" } as const;

/** What the needs of requests depend on besides themselves, as it is at the moment. */
export type Surroundings = { workers: readonly WorkerRow[]; layers: readonly Layer[] };

/**
 * Works out, for one request that has become pending, its dynamic data and its allocation (`DESIGN.md` §6).
 * What the task throws ends the request as `completed`/`error`.
 */
export async function prepare(
  context: LoopContext,
  request: WorkRequest,
  { workers, layers }: Surroundings,
): Promise<void> {
  if (isPlanning(request)) return preparePlan(context, request);
  const prepared = await needsWithInputs(context, request, { workers, layers });
  if (prepared.kind === "thinking") return;
  const isOfServer = await context.store.transaction(async (tx) => {
    const current = await tx.lockWorkRequest(request.id);
    if (current?.status !== "pending" || current.allocation !== null) return false; // changed in the meantime
    const now = await tx.now();
    if (prepared.kind !== "ready") {
      await takeUnready(context, tx, current, prepared, now);
      return false;
    }
    const { key, dynamic, estimate, allocation } = prepared;
    await tx.updateWorkRequest(request.id, {
      allocation,
      estimate,
      duration_p50: estimate.duration?.p50 ?? null,
      duration_p95: estimate.duration?.p95 ?? null,
      evidence_runs: evidenceRuns(allocation, estimate),
      ...describedBy(key, dynamic),
    });
    await tx.appendEvents([{ kind: "allocated", work_request_id: request.id, data: { allocation } }]);
    if (request.task_type !== "server") return false;
    await takeServerTask(tx, current, now);
    return true;
  });
  if (isOfServer) void runServerTask(context, request.id);
}

/** What is kept of that which a task says a request is. */
function describedBy({ subject, context }: HistoryKey, { parameter_summary, input_size }: DynamicData) {
  return {
    subject,
    context,
    ...(parameter_summary !== undefined && { parameter_summary }),
    ...(input_size !== undefined && { input_size }),
  };
}

/** What needs no worker, or cannot be run. */
async function takeUnready(
  context: LoopContext,
  tx: StoreTransaction,
  current: WorkRequest,
  prepared: Exclude<PreparedNeeds, { kind: "ready" | "thinking" }>,
  now: Timestamp,
): Promise<void> {
  if (prepared.kind === "synchronised") {
    return completeWithoutRun(tx, current, "success", { runtime_statistics: {} }, now);
  }
  if (prepared.kind === "skipped") {
    return completeSkipped(tx, current, describedBy(prepared.key, prepared.dynamic), prepared.skip_reason, now);
  }
  if (prepared.kind === "waits") return waitOrEnd(tx, current, prepared.dynamic, now);
  if (prepared.kind === "set_aside" && (await setAside(context, tx, current, prepared.errors))) return undefined;
  return completeWithoutRun(tx, current, "error", { runtime_statistics: {}, errors: prepared.errors }, now);
}

/** As `needsOf`; where the task does not say how large its input is, it is as large as the files that it is given. */
async function needsWithInputs(
  context: LoopContext,
  request: WorkRequest,
  surroundings: Surroundings,
): Promise<PreparedNeeds> {
  const dynamic = await context.dynamicData.take(request);
  if (dynamic?.ok !== true || request.inputs.length === 0) return needsOf(context, request, surroundings, dynamic);
  const inputs = await resolveInputs(context.store.read, request);
  if (!inputs.ok) return { kind: "failed", errors: inputs.errors };
  const value = { input_size: bytesOf(inputs.files), ...dynamic.value };
  return needsOf(context, request, surroundings, { ok: true, value });
}

/**
 * The requirements of a request by who demanded them; the task's own are part of its dynamic data. A configured task
 * goes only to workers that have said, by its tag, that they can run it.
 */
export function requirementsOf(
  request: LayerKey & Demanding,
  dynamic: DynamicData,
  configured: ConfiguredTask | undefined,
  layers: readonly Layer[],
): RequirementsBySource {
  const own = configured?.task_type === "worker" ? [tagOfTask(configured)] : [];
  const tags = [...own, ...(dynamic.requirements?.tags ?? []), ...(dynamic.tags ?? [])];
  const task = { ...dynamic.requirements, tags };
  return { ...layeredRequirements(resolveLayers(layers, request)), ...ownRequirements(request), task };
}

/** A request that says what it needs, and whether its workflow says so for it. */
export type Demanding = Pick<WorkRequest, "requirements"> & Partial<Pick<WorkRequest, "workflow_id">>;

/** What a request was made with, by who demanded it: a person, or its workflow. */
export function ownRequirements({ requirements, workflow_id = null }: Demanding): RequirementsBySource {
  return workflow_id === null ? { request: requirements } : { workflow: requirements };
}

/** The largest amount of each resource that a worker which may run the task has; undefined when there is none. */
export function largestFor(taskName: string, workers: readonly WorkerRow[]): Partial<Capacity> | undefined {
  const able = workers.filter((worker) => mayRun(worker.tasks, taskName)).map((worker) => worker.capacity);
  if (able.length === 0) return undefined;
  const largest = (resource: keyof Capacity) => Math.max(...able.map((capacity) => capacity[resource]));
  return { memory: largest("memory"), disk_space: largest("disk_space"), cpu_count: largest("cpu_count") };
}

/** Works out what a request needs, by what its task says of it; changes nothing. */
export async function needsOf(
  context: LoopContext,
  request: HistoryKey & Pick<WorkRequest, "task_data"> & Demanding,
  { workers, layers }: Surroundings,
  dynamic: TaskAnswer<DynamicData> | undefined,
): Promise<PreparedNeeds> {
  if (dynamic === undefined) return { kind: "thinking" };
  if (!dynamic.ok) {
    const errors = errorsOfFault(dynamic.fault, DYNAMIC_DATA_CODES, { task_name: request.task_name });
    return { kind: dynamic.fault.kind === "unavailable" ? "set_aside" : "failed", errors };
  }
  if (request.task_type === "internal" || request.task_type === "workflow") return { kind: "synchronised" };
  if (request.task_type === "wait") return { kind: "waits", dynamic: dynamic.value };
  const { task_type, task_name } = request;
  const key = {
    task_type,
    task_name,
    subject: dynamic.value.subject ?? request.subject,
    context: dynamic.value.context ?? request.context,
  };
  const { skip } = dynamic.value;
  if (skip !== undefined) return { kind: "skipped", key, dynamic: dynamic.value, skip_reason: skip };
  const requirements = requirementsOf({ ...request, ...key }, dynamic.value, context.tasks.configured(request), layers);
  const predicted = await estimateFor(context.store.read, key, {
    input_size: dynamic.value.input_size,
    asked: askedAmounts(requirements),
    workers,
    nowMs: context.clock.nowMs(),
  });
  const estimate = await withUsableCores(context.store.read, key, predicted);
  const largest = largestFor(key.task_name, workers);
  const allocation = allocate({
    estimate,
    requirements,
    defaults: context.settings.defaults,
    ...(largest !== undefined && { largest }),
  });
  return { kind: "ready", key, dynamic: dynamic.value, estimate, allocation };
}
