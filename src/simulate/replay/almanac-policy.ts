import type { Allocation, Estimate, Resource } from "../../domain/allocation.ts";
import { timestamp } from "../../domain/clock.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { Outcome } from "../../domain/outcome.ts";
import type { Capacity } from "../../domain/worker.ts";
import { allocate } from "../../estimate/allocate.ts";
import type { InFlightRun } from "../../estimate/estimate.ts";
import { evidenceRuns, outdatedEvidence } from "../../estimate/evidence-runs.ts";
import { nextAfterDeath } from "../../estimate/next-after-death.ts";
import { Planner } from "../../schedule/planner.ts";
import { alikeKey, slownessOf, type SpeedObservation } from "../../schedule/slowness.ts";
import { SimulatedHistory } from "../history.ts";
import type { TraceTask } from "../trace/trace.ts";
import { largestOf } from "./fixed-policy.ts";
import type { Given, MachineSpec, RunEnd } from "./machine.ts";
import { fleetWorker, requestOf, type ReplayPolicy } from "./policy.ts";

/** What can be set about a replay with estimates. */
export type AlmanacOptions = {
  /** Workers raise memory limits. True unless given. */
  isElastic?: boolean;
  /** The input size that the trace has is told to the estimator. True unless given. */
  hasInputSizes?: boolean;
  /** Where there is no history at all, a request is given what its user asked for. True unless given. */
  knowsAsked?: boolean;
  /** Time limits that the history sets are kept. True unless given. */
  hasTimeLimits?: boolean;
  name?: string;
};

/** As the server has them (`server/loop/context.ts`). Bytes, bytes, cores, seconds. */
const DEFAULTS: Record<Resource, number> = {
  memory: 2 * 1024 ** 3,
  disk_space: 4 * 1024 ** 3,
  cpu_count: 1,
  duration: 86_400,
};

/** Seconds: no run of a trace takes so long. */
const NO_LIMIT = 10_000 * 86_400;

/** How many runs of its task an estimate looks at while they go on, as the server has it (`server/loop/estimates.ts`). */
const MOST_IN_FLIGHT = 64;
/** How often the workers' speeds are worked out again, in ended runs, and from how many of the newest. */
const SPEED_EVERY = 50;
const SPEED_RUNS = 5_000;

/** A request that waits or runs. */
type Sized = { task: TraceTask; allocation: Allocation; estimate: Estimate };

/** What the server does: requests are sized from the history as it stands, and it grows with each run that ends. */
export class AlmanacPolicy implements ReplayPolicy {
  readonly name: string;
  readonly isElastic: boolean;
  readonly scheduler = new Planner();
  readonly #machines: readonly MachineSpec[];
  readonly #largest: Capacity;
  readonly #hasInputSizes: boolean;
  readonly #knowsAsked: boolean;
  readonly #hasTimeLimits: boolean;
  readonly #history: SimulatedHistory;
  readonly #sized = new Map<number, Sized>();
  /** By task: what waits for its first run, and what goes on, since when. */
  readonly #waitingOfTask = new Map<string, Set<number>>();
  readonly #goingOfTask = new Map<string, Map<number, { task: TraceTask; sinceMs: number }>>();
  readonly #speeds: SpeedObservation[] = [];

  constructor(machines: readonly MachineSpec[], options: AlmanacOptions = {}) {
    this.name = options.name ?? "almanac";
    this.isElastic = options.isElastic ?? true;
    this.#hasInputSizes = options.hasInputSizes ?? true;
    this.#knowsAsked = options.knowsAsked ?? true;
    this.#hasTimeLimits = options.hasTimeLimits ?? true;
    this.#machines = machines;
    this.#largest = largestOf(machines);
    this.#history = new SimulatedHistory(this.isElastic);
    for (const machine of machines) this.scheduler.setWorker(fleetWorker(machine, 1));
  }

  submit(task: TraceTask): void {
    this.#size(task, task.submitMs);
    this.#waiting(task).add(task.id);
  }

  given(task: TraceTask, nowMs: number): Given {
    const sized = this.#sized.get(task.id);
    if (sized === undefined) throw new TypeError(`task ${task.id} was not submitted`);
    this.#waiting(task).delete(task.id);
    this.#going(task).set(task.id, { task, sinceMs: nowMs });
    return givenOf(sized.allocation);
  }

  ended(task: TraceTask, end: RunEnd, nowMs: number): "done" | "again" | "given_up" {
    const sized = this.#sized.get(task.id);
    if (sized === undefined) throw new TypeError(`task ${task.id} was not submitted`);
    this.#going(task).delete(task.id);
    const runs = this.#history.learnFrom(entryOf(sized, end, nowMs));
    this.#learnSpeed(task, end);
    if (runs > 0) this.#refresh(task, outdatedEvidence(runs, end.kind !== "done"), nowMs);
    if (end.kind === "done") return "done";
    const allocation = nextAfterDeath({
      allocation: sized.allocation,
      estimate: sized.estimate,
      exhausted: end.kind === "out_of_memory" ? "memory" : "duration",
      limit: end.kind === "out_of_memory" ? end.memoryLimit : end.given.limit,
      largest: this.#largest,
      defaults: DEFAULTS,
    });
    if (allocation === undefined) return "given_up";
    this.#put({ ...sized, allocation });
    return "again";
  }

  /** Sizes a request by the history as it is now, and lets it wait. */
  #size(task: TraceTask, nowMs: number): void {
    const { key, input_size } = task;
    const estimate = this.#history.estimateFor(key, {
      in_flight: this.#inFlight(task, nowMs),
      ...(this.#hasInputSizes && input_size !== undefined && { input_size }),
    });
    const defaults = this.#knowsAsked ? { ...DEFAULTS, ...task.asked } : DEFAULTS;
    const requirements = this.#hasTimeLimits ? {} : { request: { duration: NO_LIMIT } };
    const allocation = allocate({ estimate, requirements, largest: this.#largest, defaults });
    this.#put({ task, allocation, estimate });
  }

  /** Those of the oldest requests first. */
  #inFlight(task: TraceTask, nowMs: number): InFlightRun[] {
    const going = [...this.#going(task).values()].toSorted((a, b) => a.task.id - b.task.id).slice(0, MOST_IN_FLIGHT);
    return going.map(({ task: { key, input_size }, sinceMs }) => ({
      subject: key.subject,
      context: key.context,
      elapsed: (nowMs - sinceMs) / 1000,
      ...(input_size !== undefined && { input_size }),
    }));
  }

  #put(sized: Sized): void {
    const { task, allocation, estimate } = sized;
    this.#sized.set(task.id, sized);
    const isUnknown = allocation.memory.source === "default";
    this.scheduler.addRequest({
      ...requestOf(task, givenOf(allocation), estimate.duration?.p95),
      ...(isUnknown && { probe_key: task.key.task_name }),
    });
  }

  /** New history makes requests of the task that wait, and stand on so few runs, be sized again. */
  #refresh(task: TraceTask, outdated: number, nowMs: number): void {
    for (const id of this.#waiting(task)) {
      const { task: waiting, allocation, estimate } = this.#sized.get(id)!; // all that wait were sized
      if (evidenceRuns(allocation, estimate) <= outdated) this.#size(waiting, nowMs);
    }
  }

  #waiting({ key }: TraceTask): Set<number> {
    const waiting = this.#waitingOfTask.get(key.task_name) ?? new Set();
    this.#waitingOfTask.set(key.task_name, waiting);
    return waiting;
  }

  #going({ key }: TraceTask): Map<number, { task: TraceTask; sinceMs: number }> {
    const going = this.#goingOfTask.get(key.task_name) ?? new Map();
    this.#goingOfTask.set(key.task_name, going);
    return going;
  }

  #learnSpeed({ key, input_size }: TraceTask, { kind, machine, seconds }: RunEnd): void {
    if (kind !== "done") return;
    this.#speeds.push({ key: alikeKey(key.task_name, "", input_size), machine: machine.model, seconds });
    if (this.#speeds.length % SPEED_EVERY !== 0) return;
    const slowness = slownessOf(this.#speeds.slice(-SPEED_RUNS));
    for (const each of this.#machines) {
      this.scheduler.setWorker(fleetWorker(each, slowness.get(each.model)?.factor ?? 1));
    }
  }
}

function givenOf(allocation: Allocation): Given {
  const { memory, cpu_count, duration } = allocation;
  return { memory: memory.amount, cpus: cpu_count.amount, limit: duration.amount };
}

/** The end of a run as the server would write it into the history. */
function entryOf({ task, allocation }: Sized, end: RunEnd, nowMs: number): HistoryEntry {
  const isDone = end.kind === "done";
  return {
    ...task.key,
    id: task.id,
    work_request_id: task.id as WorkRequestId, // numbered from 1
    completed_at: timestamp(nowMs),
    result: isDone ? "success" : "failure",
    outcome: outcomeOf(end),
    runtime_statistics: {
      duration: Math.round(end.seconds),
      cpu_time: Math.round(end.cpuSeconds),
      memory: Math.round(end.memorySeen),
    },
    duration_ms: Math.round(end.seconds * 1000),
    cpu_time_ms: Math.round(end.cpuSeconds * 1000),
    lower_bounds: isDone ? [] : ["duration", "cpu_time", "memory"],
    allocation,
    worker_name: end.machine.name,
    cpu_model: end.machine.model,
    ...(task.input_size !== undefined && { input_size: task.input_size }),
    trusted: true,
  };
}

function outcomeOf({ kind, memoryLimit, given }: RunEnd): Outcome {
  if (kind === "done") return { kind: "exited", code: 0 };
  return kind === "out_of_memory" ? { kind, limit: memoryLimit } : { kind, limit: given.limit };
}
