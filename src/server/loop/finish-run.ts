import { assertNever } from "../../domain/assert-never.ts";
import type { EndedReport } from "../../contract/worker-protocol.ts";
import { AppError, errorEntry } from "../../contract/errors.ts";
import type { Allocation } from "../../domain/allocation.ts";
import { epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import type { FailureMark } from "../../domain/failure.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { WorkRequestId, WorkerName } from "../../domain/ids.ts";
import { isCutShort, resultOf, type Outcome } from "../../domain/outcome.ts";
import type { OutputData, WorkRequestError } from "../../domain/output-data.ts";
import { RESOURCES } from "../../domain/allocation.ts";
import type { Run } from "../../domain/run.ts";
import { MEASURED_FIGURES } from "../../domain/runtime-statistics.ts";
import type { HistoryKey } from "../../domain/task.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { outdatedEvidence } from "../../estimate/evidence-runs.ts";
import { layeredRequirements, resolveLayers } from "../../estimate/layers.ts";
import { nextAfterDeath } from "../../estimate/next-after-death.ts";
import { isOwnFailure } from "../../verdict/past.ts";
import { decideRetry, type RetryDecision, type RetryQuestion } from "../../verdict/decide-retry.ts";
import type { LeasedRun, RunPatch, StoreTransaction } from "../store/store.ts";
import { judgeRun } from "./accuracy.ts";
import type { LoopContext } from "./context.ts";
import { learnFrom } from "./estimates.ts";
import { retryLimitsFor } from "./layers.ts";
import { largestFor, ownRequirements } from "./prepare.ts";
import { suspectWorkers } from "./suspicion.ts";
import { abort, complete, markStarted } from "./transitions.ts";
import { judgeRequest, verdictOf, type Ended } from "./verdicts.ts";

/** The end of a run as it is told: by its worker, or by the server about a worker that is silent. */
export type Ending = Pick<EndedReport, "ended_at" | "outcome" | "runtime_statistics" | "outputs" | "log"> &
  Partial<Pick<EndedReport, "started_at" | "measurement">> & {
    /** How it failed, from its log; absent when it did not. */
    failure?: FailureMark | undefined;
  };

/** `kept`: it is in the database (now, or since an earlier report); `lost`: the lease is not the reporter's any more. */
export type HandIn = "kept" | "lost";

/**
 * Takes in the end of a run: the run's record, its history, and what follows for the request (another run,
 * its completion, its abortion), all in one transaction. The same report again changes nothing.
 */
export async function handInRun(
  context: LoopContext,
  worker: WorkerName,
  report: Pick<EndedReport, "run_id" | "lease_token"> & Ending,
): Promise<HandIn> {
  const taken = await context.store.transaction(async (tx): Promise<Taken> => {
    const run = await tx.run(report.run_id);
    if (run === undefined || run.worker_name !== worker || run.lease_token !== report.lease_token) return LOST;
    if (run.state === "ended") return handInLate(context, tx, run, report);
    return finishRun(context, tx, run, report);
  });
  // after the commit: who looks must find the run
  if (taken.key !== undefined && resultOf(report.outcome) === "success") context.drift.note(taken.key);
  return taken.handIn;
}

/** What became of a report, and of which key its run was if it was taken in. */
type Taken = { handIn: HandIn; key?: HistoryKey };
const LOST: Taken = { handIn: "lost" };

/** A worker that was given up as lost is back with the end of its run: taken if no newer run has started. */
async function handInLate(context: LoopContext, tx: StoreTransaction, run: LeasedRun, ending: Ending): Promise<Taken> {
  if (run.outcome?.kind !== "worker_lost" || ending.outcome.kind === "worker_lost") return { handIn: "kept" };
  const request = await tx.lockWorkRequest(run.work_request_id);
  if (request?.status !== "pending" || request.run_count !== run.attempt) return LOST;
  await useOutputs(tx, request.id, ending);
  if (!(await tx.reviveLostRun(run.id, run.lease_token, patchOf(ending)))) return LOST;
  await tx.appendEvents([
    { kind: "run_ended", work_request_id: request.id, run_id: run.id, data: { outcome: ending.outcome, late: true } },
  ]);
  await settle(context, tx, request, run, ending);
  return { handIn: "kept", key: request };
}

/** Ends an active run in the given transaction. */
export async function finishRun(
  context: LoopContext,
  tx: StoreTransaction,
  run: LeasedRun,
  told: Ending,
): Promise<Taken> {
  const ending = withLastFigures(run, told);
  const request = await tx.lockWorkRequest(run.work_request_id);
  if (request === undefined) return LOST;
  await useOutputs(tx, request.id, ending);
  if (!(await tx.updateRun(run.id, run.lease_token, { state: "ended", ...patchOf(ending) }))) return LOST;
  await tx.appendEvents([
    { kind: "run_ended", work_request_id: request.id, run_id: run.id, data: { outcome: ending.outcome } },
  ]);
  await settle(context, tx, request, run, ending);
  return { handIn: "kept", key: request };
}

/** Its outputs must be there: else the end is not taken in, and the worker sends them again. */
async function useOutputs(tx: StoreTransaction, id: WorkRequestId, { outputs }: Ending): Promise<void> {
  if (outputs.length === 0 || (await tx.useArtifacts(id, outputs))) return;
  throw new AppError("content-missing", { sha256: outputs.map(({ sha256 }) => sha256).join(", ") });
}

/** A lost run's end may come without figures: those that were last reported are lower bounds. */
function withLastFigures(run: Run, ending: Ending): Ending {
  if (ending.outcome.kind !== "worker_lost" || ending.measurement !== undefined) return ending;
  const runtime_statistics = { ...run.runtime_statistics, ...ending.runtime_statistics };
  if (run.measurement === null) return { ...ending, runtime_statistics };
  return { ...ending, runtime_statistics, measurement: { ...run.measurement, lower_bounds: [...MEASURED_FIGURES] } };
}

function patchOf(ending: Ending): RunPatch {
  return {
    ended_at: ending.ended_at,
    outcome: ending.outcome,
    runtime_statistics: ending.runtime_statistics,
    outputs: ending.outputs,
    log: ending.log,
    failure: ending.failure ?? null,
    ...(ending.started_at !== undefined && { started_at: ending.started_at }),
    ...(ending.measurement !== undefined && { measurement: ending.measurement }),
  };
}

/**
 * What follows from the end of a run. History comes last: teaching the estimates holds a lock on PostgreSQL that
 * other ends wait for.
 */
async function settle(
  context: LoopContext,
  tx: StoreTransaction,
  request: WorkRequest,
  run: Run,
  ending: Ending,
): Promise<void> {
  const now = await tx.now();
  if (ending.started_at !== undefined) await markStarted(tx, request, ending.started_at);
  await conclude(context, tx, request, run, ending, now);
  await remember(tx, request, run, ending, now);
  context.trimmer.note(request);
}

/** What becomes of the request: aborted, another run, or completed. */
async function conclude(
  context: LoopContext,
  tx: StoreTransaction,
  request: WorkRequest,
  run: Run,
  ending: Ending,
  now: Timestamp,
): Promise<void> {
  const { outcome } = ending;
  const output: OutputData = { runtime_statistics: ending.runtime_statistics };
  const abortedBy = outcome.kind === "aborted" ? outcome.by : run.abort_requested_by;
  if (abortedBy !== null) return abort(tx, request.id, { ...(request.aborted ?? { by: abortedBy }), at: now }, output);
  const errors = errorsOf(outcome, run);
  const runs = (await tx.runsOf(request.id)).filter((other) => other.outcome !== null);
  const ended: Ended = { result: resultOf(outcome) ?? "error", errors, runs };
  const finding = await judgeRequest(tx, request, ended, now);
  const decision = decideRetry(await retryQuestion(context, tx, request, run, ended, finding.isWorthAnotherRun));
  if (await retry(context, tx, request, run, runs, decision, now)) return undefined;
  const verdict = await verdictOf(tx, request, ended, finding, now);
  const output_data = { ...output, ...(errors.length > 0 && { errors }) };
  if (verdict.kind === "flaky" && ended.result === "success") await suspectWorkers(context, tx, runs, now);
  return complete(tx, request, { result: ended.result, output_data, verdict }, now);
}

/** Keeps the run in the history of its key, and lets the estimates learn from it. */
async function remember(
  tx: StoreTransaction,
  request: WorkRequest,
  run: Run,
  ending: Ending,
  now: Timestamp,
): Promise<void> {
  const result = resultOf(ending.outcome);
  if (result === undefined) return; // aborted: it says nothing of the work; its figures stay with the run
  const { task_type, task_name, subject, context, trusted, input_size } = request;
  const { measurement, outcome, runtime_statistics } = ending;
  const entry: Omit<HistoryEntry, "id"> = {
    task_type,
    task_name,
    subject,
    context,
    trusted,
    result,
    outcome,
    runtime_statistics,
    work_request_id: request.id,
    run_id: run.id,
    completed_at: now,
    lower_bounds: measurement?.lower_bounds ?? (isCutShort(outcome) ? ["duration", "cpu_time", "memory"] : []),
    allocation: run.allocation,
    worker_name: run.worker_name,
    ...(run.cpu_model !== null && { cpu_model: run.cpu_model }),
    ...(input_size !== null && { input_size }),
    ...(measurement !== undefined && figuresOf(measurement)),
    ...(ending.failure !== undefined && { failure: ending.failure }),
  };
  const id = await tx.insertHistory(entry);
  await tx.keepTaskCourses([entry]);
  const runs = await learnFrom(tx, { ...entry, id });
  await judgeRun(tx, { ...entry, id }, run, measurement?.memory_raises);
  if (runs === 0) return;
  const outdated = outdatedEvidence(runs, isCutShort(outcome));
  await tx.forgetAllocations({ task_type, task_name, subject, context }, outdated);
}

function figuresOf(measurement: NonNullable<Ending["measurement"]>): { duration_ms?: number; cpu_time_ms?: number } {
  const { duration_ms, cpu_user_ms, cpu_system_ms } = measurement;
  const hasCpu = cpu_user_ms !== undefined && cpu_system_ms !== undefined;
  return { duration_ms, ...(hasCpu && { cpu_time_ms: cpu_user_ms + cpu_system_ms }) };
}

async function retryQuestion(
  context: LoopContext,
  tx: StoreTransaction,
  request: WorkRequest,
  run: Run,
  { runs, result }: Ended,
  isWorthAnotherRun: boolean,
): Promise<RetryQuestion> {
  const outcomes = runs.flatMap(({ outcome }) => outcome ?? []);
  // Object.fromEntries forgets the keys' type; they are the resources
  const sources = Object.fromEntries(
    RESOURCES.map((resource) => [resource, run.allocation[resource].source]),
  ) as RetryQuestion["sources"];
  return {
    outcome: outcomes.at(-1)!, // that of this run, which has just ended
    earlier: outcomes.slice(0, -1),
    sources,
    // most are successes: nothing is looked up for them
    limits: result === "success" ? context.settings.retryLimits : await retryLimitsFor(tx, context, request),
    isWorthAnotherRun,
    random: context.random(),
  };
}

/** Queues the request again when the decision says so; false when the run was its last. Its dependents go on waiting. */
async function retry(
  context: LoopContext,
  tx: StoreTransaction,
  request: WorkRequest,
  run: Run,
  runs: readonly Run[],
  decision: RetryDecision,
  now: Timestamp,
): Promise<boolean> {
  if (decision.kind === "final") return false;
  const outcome = runs.at(-1)!.outcome!; // this run, which has just ended
  const isGrowing = decision.kind === "grow";
  const allocation = isGrowing ? await grown(context, tx, request, run, decision, outcome) : run.allocation;
  if (allocation === undefined) return false;
  const delaySeconds = isGrowing ? 0 : decision.delaySeconds;
  await tx.updateWorkRequest(request.id, {
    status: "pending",
    pending_at: now,
    allocation,
    waiting: { code: "backoff", message: `its run ${run.id} ${reasonOf(decision)}`, since: now },
    not_before: timestamp(epochMs(now) + Math.round(delaySeconds * 1000)),
    ...(decision.budget === "flaky" && { avoid_workers: failedOn(runs) }),
  });
  const data = { budget: decision.budget, outcome, delay_seconds: delaySeconds };
  await tx.appendEvents([{ kind: "retried", work_request_id: request.id, run_id: run.id, data }]);
  return true;
}

function reasonOf(decision: Exclude<RetryDecision, { kind: "final" }>): string {
  switch (decision.budget) {
    case "resource":
      return `ran out of ${decision.resource.replace("_", " ")}; it is queued again with more`;
    case "infrastructure":
      return "was lost through no fault of its own; it is queued again";
    case "preemption":
      return "was ended because its worker was stopped; it is queued again";
    case "flaky":
      return "failed; it is run again to tell a flake from a regression, on another worker where there is one";
    default:
      return assertNever(decision);
  }
}

/** The workers on which the request failed by itself. */
function failedOn(runs: readonly Run[]): WorkerName[] {
  const failed = runs.filter(({ outcome }) => outcome !== null && isOwnFailure(outcome));
  return [...new Set(failed.map(({ worker_name }) => worker_name))];
}

async function grown(
  context: LoopContext,
  tx: StoreTransaction,
  request: WorkRequest,
  run: Run,
  decision: RetryDecision & { kind: "grow" },
  outcome: Outcome,
): Promise<Allocation | undefined> {
  const largest = largestFor(request.task_name, await tx.workers());
  return nextAfterDeath({
    allocation: run.allocation,
    estimate: run.estimate,
    exhausted: decision.resource,
    defaults: context.settings.defaults,
    requirements: {
      ...layeredRequirements(resolveLayers(await tx.layers(), request)),
      ...ownRequirements(request),
    },
    ...("limit" in outcome && { limit: outcome.limit }),
    ...(largest !== undefined && { largest }),
  });
}

function errorsOf(outcome: Outcome, run: Run): WorkRequestError[] {
  if (outcome.kind === "start_failed") return outcome.errors;
  if (outcome.kind === "worker_lost") return [errorEntry("worker-lost", { count: run.attempt, run_id: run.id })];
  return [];
}
