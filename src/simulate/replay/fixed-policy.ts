import type { Capacity } from "../../domain/worker.ts";
import { Planner } from "../../schedule/planner.ts";
import type { TraceTask } from "../trace/trace.ts";
import { FirstComeFirstServed } from "./fcfs.ts";
import type { Given, MachineSpec, RunEnd } from "./machine.ts";
import { fleetWorker, requestOf, type ReplayPolicy, type Scheduler } from "./policy.ts";

/** What a task is given at first, and its predicted p95, seconds at speed 1. */
type Sizing = (task: TraceTask) => { given: Given; p95: number };

const DAY_SECONDS = 86_400;

/** The users' own requests, one after the other: what a plain queue does. */
export function fcfsPolicy(machines: readonly MachineSpec[]): ReplayPolicy {
  return new FixedPolicy("fcfs", new FirstComeFirstServed(), machines, asRequested);
}

/** The users' own requests and time limits, with EASY backfilling: one worker is kept for the first that waits. */
export function backfillPolicy(machines: readonly MachineSpec[]): ReplayPolicy {
  return new FixedPolicy("backfill", new Planner({ reservations: 1 }), machines, asRequested);
}

/** Best fit with perfect knowledge: every request is given what it will use, and every duration is known. */
export function perfectPolicy(machines: readonly MachineSpec[]): ReplayPolicy {
  return new FixedPolicy("perfect", new Planner(), machines, (task) => ({
    given: { memory: task.memory, cpus: roundedUp(task.cpus), limit: 100 * DAY_SECONDS },
    p95: task.seconds,
  }));
}

function asRequested({ asked, memory, cpus, seconds }: TraceTask): ReturnType<Sizing> {
  const limit = asked.duration ?? DAY_SECONDS;
  const given = { memory: asked.memory ?? memory, cpus: asked.cpu_count ?? roundedUp(cpus), limit };
  // whoever let it run longer than it was to run when the trace was made lets it again
  return { given: { ...given, limit: Math.max(limit, 4 * seconds) }, p95: limit };
}

function roundedUp(cpus: number): number {
  return Math.ceil(cpus * 10) / 10;
}

/** Amounts that do not learn: after a death for memory twice as much is given, at most what the largest machine has. */
class FixedPolicy implements ReplayPolicy {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly isElastic = false;
  readonly #sizing: Sizing;
  readonly #largest: Capacity;
  readonly #given = new Map<number, Given>();

  constructor(name: string, scheduler: Scheduler, machines: readonly MachineSpec[], sizing: Sizing) {
    this.name = name;
    this.scheduler = scheduler;
    this.#sizing = sizing;
    this.#largest = largestOf(machines);
    for (const machine of machines) scheduler.setWorker(fleetWorker(machine, machine.slowness));
  }

  submit(task: TraceTask): void {
    const { given, p95 } = this.#sizing(task);
    this.#put(task, { ...given, memory: Math.min(given.memory, this.#largest.memory) }, p95);
  }

  given(task: TraceTask): Given {
    return this.#given.get(task.id) ?? this.#sizing(task).given;
  }

  ended(task: TraceTask, { kind, given }: RunEnd): "done" | "again" | "given_up" {
    if (kind === "done") return "done";
    const grown =
      kind === "out_of_memory"
        ? { ...given, memory: Math.min(2 * given.memory, this.#largest.memory) }
        : { ...given, limit: 2 * given.limit };
    if (grown.memory === given.memory && grown.limit === given.limit) return "given_up";
    this.#put(task, grown, this.#sizing(task).p95);
    return "again";
  }

  #put(task: TraceTask, given: Given, p95: number): void {
    const fitting = { ...given, cpus: Math.min(given.cpus, this.#largest.cpu_count) };
    this.#given.set(task.id, fitting);
    this.scheduler.addRequest(requestOf(task, fitting, p95));
  }
}

/** The most of each that one machine has. */
export function largestOf(machines: readonly MachineSpec[]): Capacity {
  const most = (resource: keyof Capacity) => Math.max(...machines.map(({ capacity }) => capacity[resource]));
  return { memory: most("memory"), disk_space: most("disk_space"), cpu_count: most("cpu_count") };
}
