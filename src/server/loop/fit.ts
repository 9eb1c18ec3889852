import type { FitAnswer } from "../../contract/answers.ts";
import type { RequestSubmission, Submission } from "../../contract/submission.ts";
import { epochMs, type Timestamp } from "../../domain/clock.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { WaitingReason } from "../../domain/work-request.ts";
import { DEFAULT_POLICY } from "../../schedule/policy.ts";
import { rankOf } from "../../schedule/rank.ts";
import type { Planner, WaitingRequest } from "../../schedule/planner.ts";
import type { LoopContext } from "./context.ts";
import { forecastInput, runForward } from "./planning/expected-times.ts";
import { plannerOfGoing } from "./planning/read-going.ts";
import { needsOf, type PreparedNeeds } from "./prepare.ts";
import { refuseWrong } from "./submit.ts";

/** How many requests of a submission are looked at. */
const MOST_LOOKED_AT = 200;
/** Numbers that no request of the database has: those that are looked at count on from here. */
const FIRST_ID = 2 ** 52;

type Looked = { request: RequestSubmission; id: WorkRequestId; needs: PreparedNeeds };

/**
 * Who could take work that was not submitted, when, and for how long: it is prepared, compared with every worker, and put
 * into the forecast, and nothing of it is kept. What waits for other requests has no expected times.
 */
export async function fit(context: LoopContext, submission: Submission): Promise<FitAnswer> {
  await refuseWrong(context, submission);
  const { read } = context.store;
  const now = await read.now();
  const surroundings = { workers: await read.workers(), layers: await read.layers() };
  const shown = submission.work_requests.slice(0, MOST_LOOKED_AT);
  const looked = await Promise.all(
    shown.map(async (request, index): Promise<Looked> => {
      const id = (FIRST_ID + index) as WorkRequestId; // stands for one until it is submitted
      const dynamic = await context.tasks.dynamicData(request);
      return { request, id, needs: await needsOf(context, request, surroundings, dynamic) };
    }),
  );
  const planner = await plannerOfGoing(context, await read.maxShares(), now);
  const times = await expectedTimes(context, looked, now);
  return {
    fits: looked.map((one) => answerFor(one, planner, times, now)),
    left_out: submission.work_requests.length - shown.length,
  };
}

async function expectedTimes(context: LoopContext, looked: readonly Looked[], now: Timestamp) {
  const input = await forecastInput(context, now);
  const waiting = looked.flatMap((one) => {
    const request = waitingOf(one, epochMs(now));
    if (request === undefined || one.request.depends_on.length > 0) return [];
    const p50 = one.needs.kind === "ready" ? one.needs.estimate.duration?.p50 : undefined;
    return [{ ...request, ...(p50 !== undefined && { p50 }) }];
  });
  return runForward(context, { ...input, waiting: [...input.waiting, ...waiting] }, now);
}

function answerFor(
  one: Looked,
  planner: Planner,
  times: Awaited<ReturnType<typeof expectedTimes>>,
  now: Timestamp,
): FitAnswer["fits"][number] {
  const { request, needs, id } = one;
  const { name = "", task_name } = request;
  const waiting = waitingOf(one, epochMs(now));
  if (needs.kind !== "ready" || waiting === undefined) {
    const errors = needs.kind === "failed" || needs.kind === "set_aside" ? needs.errors : [];
    const { subject, context } = needs.kind === "skipped" ? needs.key : request;
    const skipped = needs.kind === "skipped" ? { skip_reason: needs.skip_reason } : {};
    return {
      name,
      task_name,
      subject,
      context,
      errors,
      ...skipped,
      allocation: null,
      candidates: [],
      candidate_count: 0,
    };
  }
  planner.addRequest(waiting);
  const { code, message, candidates, candidate_count } = planner.reasonFor(id, epochMs(now))!; // it was just added
  planner.removeRequest(id);
  const expected = times.get(id);
  const { subject, context } = needs.key;
  return {
    name,
    task_name,
    subject,
    context,
    errors: [],
    allocation: needs.allocation,
    ...waitingReason(request, code, message),
    candidates,
    candidate_count,
    ...(expected !== undefined && { expected }),
  };
}

/** Why it would not start at once; nothing where it would. */
function waitingReason(
  { depends_on }: RequestSubmission,
  code: WaitingReason["code"],
  message: string,
): { waiting?: Pick<WaitingReason, "code" | "message"> } {
  if (code !== "not_planned_yet") return { waiting: { code, message } };
  if (depends_on.length === 0) return {};
  return { waiting: { code: "dependencies", message: "what it depends on must end first" } };
}

/** The request as planning would see it if it became pending now. */
function waitingOf({ request, id, needs }: Looked, nowMs: number): WaitingRequest | undefined {
  if (needs.kind !== "ready") return undefined;
  const p95 = needs.estimate.duration?.p95;
  return {
    id,
    task_name: request.task_name,
    allocation: needs.allocation,
    rank: rankOf({ id, priority: request.priority, path: 0, pendingMs: nowMs }, DEFAULT_POLICY),
    ...(p95 !== undefined && { p95 }),
  };
}
