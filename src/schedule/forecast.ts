import type { WorkerName, WorkRequestId } from "../domain/ids.ts";
import { EventQueue } from "./event-queue.ts";
import type { FleetWorker } from "./fleet/worker-slot.ts";
import { Planner, type GoingRun, type WaitingRequest } from "./planner.ts";
import type { PlanPolicy } from "./policy.ts";
import { sampledDuration, toldEnd } from "./sampled-duration.ts";

/** What the forecast goes on from; `p50` is the predicted duration, seconds at speed 1. */
export type ForecastInput = {
  workers: readonly FleetWorker[];
  runs: readonly (GoingRun & { p50?: number })[];
  waiting: readonly (WaitingRequest & { p50?: number })[];
  policy?: Partial<PlanPolicy>;
};

/** When half, and when nine of ten times, it will have happened; milliseconds since 1970. */
export type TimeRange = { p50Ms: number; p90Ms: number };

export type Forecast = {
  /** Absent when it runs already. */
  start?: TimeRange;
  end: TimeRange;
  /** Of one that runs: how long such runs take on its worker, half and nine of ten of them at most; seconds. */
  usual?: { p50: number; p90: number };
  /** It runs longer than was predicted for its worker: by so much over its p95; milliseconds. */
  overdueMs?: number;
};

export type ForecastOptions = {
  /** Uniform in [0, 1). */
  random: () => number;
  /** How often the plan is run forward; 20 unless given. */
  samples?: number;
  /** Only these are asked for: each run forward stops when all of them have started. */
  wanted?: ReadonlySet<WorkRequestId>;
};

const SAMPLES = 20;

/**
 * When waiting requests will start and end, and when runs will end, as far as is known now: the plan is run forward
 * with durations drawn from what is predicted, several times over; what runs already ends as `toldEnd` says. A request that
 * starts in fewer than half of them is absent. Takes time in proportion to samples × ends until the last of the wanted has
 * started.
 */
export function forecast(input: ForecastInput, nowMs: number, options: ForecastOptions): Map<WorkRequestId, Forecast> {
  const steps = forecastSteps(input, nowMs, options);
  // ends: after as many steps as samples
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** As `forecast`, one sample at a time, so that whoever has other things to do can do them in between. */
export function* forecastSteps(
  input: ForecastInput,
  nowMs: number,
  options: ForecastOptions,
): Generator<undefined, Map<WorkRequestId, Forecast>> {
  const samples = options.samples ?? SAMPLES;
  const starts = new Map<WorkRequestId, number[]>();
  const ends = new Map<WorkRequestId, number[]>();
  for (let sample = 0; sample < samples; sample += 1) {
    runForward(input, nowMs, options, starts, ends);
    yield;
  }
  const found = new Map<WorkRequestId, Forecast>();
  for (const [id, times] of ends) {
    if (options.wanted?.has(id) === false || times.length * 2 < samples) continue;
    const started = starts.get(id);
    found.set(id, { end: rangeOf(times), ...(started !== undefined && { start: rangeOf(started) }) });
  }
  const slowness = slownessIn(input);
  for (const run of input.runs) {
    if (options.wanted?.has(run.id) === false) continue;
    found.set(run.id, endOfRun(run, slowness.get(run.worker_name) ?? 1, nowMs));
  }
  return found;
}

function slownessIn({ workers }: ForecastInput): Map<WorkerName, number> {
  return new Map(workers.map(({ worker_name, slowness }) => [worker_name, slowness ?? 1]));
}

/** The end of a run waits for nobody: it need not be drawn, and does not change from one forecast to the next. */
function endOfRun(run: ForecastInput["runs"][number], slowness: number, nowMs: number): Forecast {
  const { p50, p90 } = toldEnd(run, slowness, Math.max(0, nowMs - run.startedMs) / 1000);
  const atMs = (seconds: number) => Math.max(nowMs, run.startedMs + 1000 * seconds);
  const overdueMs = run.p95 === undefined ? 0 : nowMs - (run.startedMs + run.p95 * slowness * 1000);
  return {
    end: { p50Ms: atMs(p50), p90Ms: atMs(p90) },
    usual: toldEnd(run, slowness, 0),
    ...(overdueMs > 0 && { overdueMs }),
  };
}

function runForward(
  input: ForecastInput,
  nowMs: number,
  { random, wanted }: ForecastOptions,
  starts: Map<WorkRequestId, number[]>,
  ends: Map<WorkRequestId, number[]>,
): void {
  const planner = new Planner(input.policy);
  const queue = new EventQueue<WorkRequestId>();
  const slowness = slownessIn(input);
  const waiting = new Map(input.waiting.map((request) => [request.id, request]));
  const missing = new Set([...waiting.keys()].filter((id) => wanted?.has(id) !== false));
  for (const worker of input.workers) planner.setWorker(worker);
  for (const run of input.runs) {
    planner.addRun(run);
    const factor = slowness.get(run.worker_name) ?? 1;
    const elapsed = Math.max(0, nowMs - run.startedMs) / 1000 / factor;
    const guess = { ...run, limit: run.limit / factor };
    const endMs = run.startedMs + 1000 * factor * sampledDuration(guess, elapsed, random());
    queue.put(Math.max(endMs, nowMs), run.id);
  }
  for (const request of input.waiting) planner.addRequest(request);
  // ends: each pass takes an end, of which there are as many as runs, or wakes the planner at a later time than before
  for (let atMs = nowMs; missing.size > 0 && atMs < Infinity; atMs = nextMs(queue, planner, atMs)) {
    while (queue.nextMs <= atMs) planner.endRun(queue.take()!.event); // ends: nothing is put in here
    for (const { id, placement } of planner.decide(atMs)) {
      const request = waiting.get(id)!; // only these were put in
      const factor = slowness.get(placement.worker_name) ?? 1;
      const guess = { ...request, limit: request.allocation.duration.amount / factor };
      const endMs = atMs + 1000 * factor * sampledDuration(guess, 0, random());
      queue.put(endMs, id);
      push(starts, id, atMs);
      push(ends, id, endMs);
      missing.delete(id);
    }
  }
}

/** The next end, or when the planner is to be woken before; infinity when nothing is to come any more. */
function nextMs(queue: EventQueue<WorkRequestId>, planner: Planner, nowMs: number): number {
  if (queue.nextMs === Infinity) return Infinity;
  const wakeMs = planner.wakeAtMs();
  return wakeMs > nowMs ? Math.min(queue.nextMs, wakeMs) : queue.nextMs;
}

function push(into: Map<WorkRequestId, number[]>, id: WorkRequestId, value: number): void {
  const values = into.get(id);
  if (values === undefined) into.set(id, [value]);
  else values.push(value);
}

function rangeOf(times: number[]): TimeRange {
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0;
  return { p50Ms: at(0.5), p90Ms: at(0.9) };
}
