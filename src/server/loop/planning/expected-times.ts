import { epochMs, timestamp, type Timestamp } from "../../../domain/clock.ts";
import type { WorkRequestId } from "../../../domain/ids.ts";
import type { ExpectedRange, ExpectedTimes, WorkRequest } from "../../../domain/work-request.ts";
import { forecastSteps, type Forecast, type ForecastInput, type TimeRange } from "../../../schedule/forecast.ts";
import { DEFAULT_POLICY } from "../../../schedule/policy.ts";
import type { LoopContext } from "../context.ts";
import { inTurns } from "../in-turns.ts";
import { fleetWorker, goingRun, isPrepared, waitingRequest } from "./rows.ts";
import { knownSpeeds } from "./speeds.ts";

/** Of how many waiting requests, first in the order of service, the start is forecast; of those behind, nothing is said. */
const FORESEEN = 500;
const SAMPLES = 20;
/** A forecast serves all who ask within this time; and at most this part of the server's time goes into forecasts. */
const KEPT_MS = 500;
const SHARE = 0.1;

type Kept = { untilMs: number; times: Promise<Map<WorkRequestId, ExpectedTimes>> };

/** The newest forecast of each server. */
const kept = new WeakMap<LoopContext, Kept>();

/** The requests with when they should start and end, where that can be said. */
export async function withExpectedTimes<Request extends WorkRequest>(
  context: LoopContext,
  requests: readonly Request[],
): Promise<Request[]> {
  if (!requests.some(({ status }) => status === "pending" || status === "running")) return [...requests];
  const times = await expectedTimes(context);
  return requests.map((request) => {
    const expected = times.get(request.id);
    const isOpen = request.status === "pending" || request.status === "running";
    return expected === undefined || !isOpen ? request : { ...request, expected };
  });
}

/** When what waits and runs should start and end, as last worked out. */
export function expectedTimes(context: LoopContext): Promise<Map<WorkRequestId, ExpectedTimes>> {
  const { clock } = context;
  const known = kept.get(context);
  if (known !== undefined && clock.monotonicMs() < known.untilMs) return known.times;
  const startMs = clock.monotonicMs();
  const next: Kept = { untilMs: Infinity, times: forecastNow(context) };
  kept.set(context, next);
  const settle = (): void => {
    const tookMs = clock.monotonicMs() - startMs;
    next.untilMs = clock.monotonicMs() + Math.max(KEPT_MS, tookMs / SHARE);
  };
  void next.times.then(settle, settle); // whoever asked hears of a fault
  return next.times;
}

async function forecastNow(context: LoopContext): Promise<Map<WorkRequestId, ExpectedTimes>> {
  const now = await context.store.read.now();
  return runForward(context, await forecastInput(context, now), now);
}

/** Runs the plan forward. */
export async function runForward(
  context: LoopContext,
  input: ForecastInput,
  now: Timestamp,
): Promise<Map<WorkRequestId, ExpectedTimes>> {
  const steps = forecastSteps(input, epochMs(now), { random: context.random, samples: SAMPLES });
  return timesOf(input, await inTurns(steps, context.clock), epochMs(now));
}

/** What runs, and the first of what waits. */
export async function forecastInput(context: LoopContext, now: Timestamp): Promise<ForecastInput> {
  const { store, settings } = context;
  const { read } = store;
  const [workers, runs, shares, pending, speeds] = await Promise.all([
    read.workers(),
    read.goingRuns(),
    read.maxShares(),
    read.pending(now, FORESEEN),
    knownSpeeds(context),
  ]);
  const rows = await read.planRows([...runs.map((run) => run.work_request_id), ...pending.map(({ id }) => id)]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const byWorker = Map.groupBy(runs, (run) => run.worker_name);
  const names = new Set(workers.map(({ worker_name }) => worker_name));
  return {
    workers: workers.map((row) => fleetWorker(row, byWorker.get(row.worker_name) ?? [], speeds, now, settings.leaseMs)),
    runs: runs.flatMap((run) => {
      const row = byId.get(run.work_request_id);
      if (row === undefined || !names.has(run.worker_name)) return [];
      const p50 = run.estimate.duration?.p50;
      return [{ ...goingRun(run, row, shares), ...(p50 !== undefined && { p50 }) }];
    }),
    waiting: pending.flatMap(({ id }) => {
      const row = byId.get(id);
      if (row === undefined || !isPrepared(row)) return [];
      const p50 = row.duration_p50 ?? undefined;
      return [{ ...waitingRequest(row, shares, DEFAULT_POLICY), ...(p50 !== undefined && { p50 }) }];
    }),
  };
}

/** A start this near is told although nothing is known of how long the request takes. */
const NOW_MS = 1_000;

/**
 * What can be told. Of what is not known to take long or short, a time limit is all there is: the plan needs some number to
 * go on, but nobody should be told that.
 */
function timesOf(
  { runs, waiting }: ForecastInput,
  found: ReadonlyMap<WorkRequestId, Forecast>,
  nowMs: number,
): Map<WorkRequestId, ExpectedTimes> {
  const known = new Set([...runs, ...waiting].flatMap(({ id, p50 }) => (p50 === undefined ? [] : [id])));
  const times = new Map<WorkRequestId, ExpectedTimes>();
  for (const [id, { start, end, usual, overdueMs }] of found) {
    const isTold = known.has(id) || (start !== undefined && start.p90Ms < nowMs + NOW_MS);
    if (!isTold) continue;
    times.set(id, {
      ...(start !== undefined && { start: rangeOf(start) }),
      ...(known.has(id) && { end: rangeOf(end) }),
      ...(known.has(id) && usual !== undefined && { usual_seconds: usual }),
      ...(overdueMs !== undefined && { overdue_seconds: overdueMs / 1000 }),
    });
  }
  return times;
}

function rangeOf({ p50Ms, p90Ms }: TimeRange): ExpectedRange {
  return { p50: timestamp(Math.round(p50Ms)), p90: timestamp(Math.round(p90Ms)) };
}
