import { AppError } from "../../contract/errors.ts";
import type { Why } from "../../contract/answers.ts";
import { epochMs, type Timestamp } from "../../domain/clock.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import { outcomeText } from "../../domain/outcome-text.ts";
import { assertNever } from "../../domain/assert-never.ts";
import type { Run } from "../../domain/run.ts";
import { formatDuration } from "../../domain/units.ts";
import { waitsSince } from "../../domain/waited.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import type { PlanReason } from "../../schedule/decide/explain.ts";
import type { LoopContext } from "./context.ts";
import { failureFacts } from "./failure-facts.ts";
import { withExpectedTimes } from "./planning/expected-times.ts";
import { plannerOfGoing } from "./planning/read-going.ts";
import { isPrepared, waitingRequest } from "./planning/rows.ts";
import { workflowState } from "./workflows/state.ts";

const EVENTS_SHOWN = 500;

/** Answers why a request waits, runs where it runs, or ended as it did, from what was recorded. */
export async function why(context: LoopContext, id: WorkRequestId): Promise<Why> {
  const { read } = context.store;
  const recorded = await read.workRequest(id);
  if (recorded === undefined) throw new AppError("not-found", { what: "work request", id: `#${id}` });
  const now = await read.now();
  const runs = await read.runsOf(id);
  const newest = runs.at(-1);
  const reason = recorded.status === "pending" ? await reasonNow(context, id, now) : undefined;
  const work_request = withReason(recorded, reason, now);
  const [shown] = await withExpectedTimes(context, [work_request]);
  const isGoing = work_request.task_type === "workflow" && work_request.status === "running";
  const own = isGoing ? (await workflowState(context, id)).sentence : undefined;
  return {
    work_request: shown ?? work_request,
    sentence: own ?? sentenceOf(work_request, newest, await openDependencies(context, work_request), now),
    placement: newest?.placement ?? null,
    candidates: reason?.candidates ?? [],
    candidate_count: reason?.candidate_count ?? 0,
    failure: await failureFacts(read, work_request, newest),
    events: await read.events(0, EVENTS_SHOWN, id),
  };
}

/** Reasons are written down a little later than they are known, and of what is far behind never. */
function withReason(request: WorkRequest, reason: PlanReason | undefined, now: Timestamp): WorkRequest {
  if (request.waiting !== null || reason === undefined) return request;
  return { ...request, waiting: { code: reason.code, message: reason.message, since: now } };
}

/** How planning sees a request that waits, now. */
async function reasonNow(context: LoopContext, id: WorkRequestId, now: Timestamp): Promise<PlanReason | undefined> {
  const nowMs = epochMs(now);
  const { planner } = context.leading;
  if (planner?.isWaiting(id) === true) return planner.reasonFor(id, nowMs);
  const [row] = await context.store.read.planRows([id]);
  if (row === undefined || !isPrepared(row)) return undefined;
  const shares = await context.store.read.maxShares();
  const alone = await plannerOfGoing(context, shares, now); // another server leads: what it keeps for others is unknown
  alone.addRequest(waitingRequest(row, shares, alone.policy));
  return alone.reasonFor(id, nowMs);
}

async function openDependencies(context: LoopContext, request: WorkRequest): Promise<WorkRequestId[]> {
  if (request.status !== "blocked") return [];
  const states = await context.store.read.dependencyStates(request.id);
  return states.flatMap(({ id, status }) => (status === "completed" || status === "aborted" ? [] : [id]));
}

function sentenceOf(
  request: WorkRequest,
  run: Run | undefined,
  open: readonly WorkRequestId[],
  now: Timestamp,
): string {
  const since = (from: Timestamp) => formatDuration((epochMs(now) - epochMs(from)) / 1000);
  switch (request.status) {
    case "blocked":
      return request.unblock_strategy === "manual"
        ? `waits for a person since ${since(waitsSince(request))}: almanac unblock ${request.id}`
        : `waits since ${since(waitsSince(request))} for ${listIds(open)}`;
    case "pending":
      return `waits since ${since(waitsSince(request))}: ${request.waiting?.message ?? "it was not planned yet"}`;
    case "running":
      return run === undefined ? "is being placed" : runningSentence(run, since);
    case "completed":
      return `ended with ${request.result ?? "no result"}: ${endSentence(request, run)}`;
    case "aborted":
      return `was aborted by ${request.aborted?.by ?? "somebody"}${request.aborted?.reason === undefined ? "" : `: ${request.aborted.reason}`}`;
    default:
      return assertNever(request.status);
  }
}

function runningSentence(run: Run, since: (from: Timestamp) => string): string {
  const state =
    run.started_at === null
      ? `is starting since ${since(run.assigned_at)}`
      : `has been running for ${since(run.started_at)}`;
  return `${state} on ${run.worker_name}: ${run.placement.rule}`;
}

function endSentence(request: WorkRequest, run: Run | undefined): string {
  const { verdict } = request;
  if (verdict !== null && verdict.kind !== "passed") return `${verdict.kind.replaceAll("_", " ")}: ${verdict.because}`;
  const errors = request.output_data?.errors ?? [];
  if (errors[0] !== undefined) return errors[0].message;
  if (request.output_data?.skip_reason !== undefined) return `skipped: ${request.output_data.skip_reason}`;
  if (run?.outcome === null || run === undefined) return "it had nothing to run";
  return `run ${run.id} on ${run.worker_name} ended: ${outcomeText(run.outcome)}`;
}

function listIds(ids: readonly WorkRequestId[]): string {
  const shown = ids.slice(0, 5).map((id) => `#${id}`);
  return ids.length > 5 ? `${shown.join(", ")} and ${ids.length - 5} more` : shown.join(", ");
}
