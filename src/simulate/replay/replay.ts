import type { WorkRequestId } from "../../domain/ids.ts";
import { EventQueue } from "../../schedule/event-queue.ts";
import type { TraceTask } from "../trace/trace.ts";
import { Machine, type Happening, type MachineSpec } from "./machine.ts";
import type { ReplayPolicy } from "./policy.ts";

/** What came of a replay. Seconds, GiB hours, shares. */
export type ReplayFigures = {
  policy: string;
  /** That succeeded. */
  tasks: number;
  makespan_s: number;
  /**
   * From submission to the start of the run that succeeded: what failed runs took is waiting too. A task that was given
   * up has waited until then.
   */
  mean_wait_s: number;
  p95_wait_s: number;
  /** From submission to the end. */
  mean_response_s: number;
  memory_reserved_gib_h: number;
  /** What the runs that succeeded needed: their peaks, as long as they ran. */
  memory_used_gib_h: number;
  /** Reserved for runs that died. */
  memory_lost_gib_h: number;
  /** Cores in use, as a part of those that the machines have, over the makespan. */
  core_use: number;
  failed_runs: number;
  given_up: number;
  raised: number;
};

type Event =
  { kind: "submit"; task: TraceTask } | { kind: "machine"; machine: Machine; version: number } | { kind: "wake" };

const GIB_HOUR = 1024 ** 3 * 3600;

/** Replays a trace on machines under a policy, in virtual time. The same input gives the same figures. */
export function replay(
  tasks: readonly TraceTask[],
  machines: readonly MachineSpec[],
  policy: ReplayPolicy,
): ReplayFigures {
  return new Replay(tasks, machines, policy).run();
}

class Replay {
  readonly #policy: ReplayPolicy;
  readonly #tasks: Map<number, TraceTask>;
  readonly #machines: Map<string, { machine: Machine; version: number }>;
  readonly #events = new EventQueue<Event>();
  readonly #running = new Map<number, { machine: Machine; cpus: number; startedMs: number }>();
  readonly #waits: number[] = [];
  #responseMs = 0;
  #usedByteSeconds = 0;
  #lastEndMs = 0;
  #failed = 0;
  #givenUp = 0;
  #raised = 0;

  constructor(tasks: readonly TraceTask[], machines: readonly MachineSpec[], policy: ReplayPolicy) {
    this.#policy = policy;
    this.#tasks = new Map(tasks.map((task) => [task.id, task]));
    this.#machines = new Map(
      machines.map((spec) => [spec.name, { machine: new Machine(spec, policy.isElastic), version: 0 }]),
    );
    for (const task of tasks) this.#events.put(task.submitMs, { kind: "submit", task });
  }

  run(): ReplayFigures {
    const startMs = this.#events.nextMs;
    let wokenMs = -Infinity;
    // ends: submissions are finite, each run ends, each request has a bounded number of runs, and a wake comes once
    for (let next = this.#events.take(); next !== undefined; next = this.#events.take()) {
      const nowMs = next.atMs;
      const isNews = this.#handle(next.event, nowMs);
      if (this.#events.nextMs <= nowMs) continue;
      if (!isNews && next.event.kind !== "wake") continue;
      this.#decide(nowMs);
      const wakeMs = this.#policy.scheduler.wakeAtMs();
      if (wakeMs > Math.max(nowMs, wokenMs) && wakeMs < Infinity && this.#running.size > 0) {
        this.#events.put(wakeMs, { kind: "wake" });
        wokenMs = wakeMs;
      }
    }
    return this.#figures(startMs);
  }

  /** True when there may be something to decide. */
  #handle(event: Event, nowMs: number): boolean {
    if (event.kind === "submit") this.#policy.submit(event.task);
    else if (event.kind === "machine") {
      const known = this.#machines.get(event.machine.spec.name)!; // made of the same machines
      if (event.version !== known.version) return true; // something else happened meanwhile; it was handled then
      for (const happening of event.machine.happen(nowMs)) this.#happen(happening, event.machine, nowMs);
      this.#expect(event.machine);
    }
    return true;
  }

  #happen(happening: Happening, machine: Machine, nowMs: number): void {
    const id = happening.id as WorkRequestId; // numbered from 1
    if (happening.kind === "raised") {
      this.#raised += 1;
      const cpu_count = this.#running.get(happening.id)?.cpus ?? 0;
      this.#policy.scheduler.changeRun(id, { memory: happening.memory, disk_space: 2 ** 20, cpu_count });
      return;
    }
    const task = this.#tasks.get(happening.id)!; // only these were started
    this.#running.delete(happening.id);
    this.#policy.scheduler.endRun(id);
    const follows = this.#policy.ended(task, happening.end, nowMs);
    if (happening.end.kind !== "done") this.#failed += 1;
    if (follows === "again") return;
    this.#lastEndMs = nowMs;
    if (follows === "given_up") {
      this.#givenUp += 1;
      this.#waits.push(nowMs - task.submitMs);
      return;
    }
    this.#waits.push(happening.end.startedMs - task.submitMs);
    this.#responseMs += nowMs - task.submitMs;
    this.#usedByteSeconds += task.memory * task.seconds * machine.spec.slowness;
  }

  #decide(nowMs: number): void {
    const touched = new Set<Machine>();
    for (const { id, placement } of this.#policy.scheduler.decide(nowMs)) {
      const task = this.#tasks.get(id)!; // only these were submitted
      const { machine } = this.#machines.get(placement.worker_name)!; // the policy knows no others
      const given = this.#policy.given(task, nowMs);
      machine.start({ id, given, cpus: task.cpus, peak: task.memory, work: task.seconds }, nowMs);
      this.#running.set(id, { machine, cpus: given.cpus, startedMs: nowMs });
      touched.add(machine);
    }
    for (const machine of touched) this.#expect(machine);
  }

  /** What happens on the machine next is to come; what was to come before is not any more. */
  #expect(machine: Machine): void {
    const known = this.#machines.get(machine.spec.name)!; // made of the same machines
    known.version += 1;
    const nextMs = machine.nextMs();
    if (nextMs < Infinity) this.#events.put(nextMs, { kind: "machine", machine, version: known.version });
  }

  #figures(startMs: number): ReplayFigures {
    const waits = this.#waits.toSorted((a, b) => a - b);
    const makespan_s = (this.#lastEndMs - startMs) / 1000;
    const machines = [...this.#machines.values()].map(({ machine }) => machine);
    const sum = (value: (machine: Machine) => number) => machines.reduce((total, each) => total + value(each), 0);
    const done = Math.max(1, waits.length);
    return {
      policy: this.#policy.name,
      tasks: waits.length - this.#givenUp,
      makespan_s,
      mean_wait_s: waits.reduce((total, wait) => total + wait, 0) / 1000 / done,
      p95_wait_s: (waits[Math.floor(0.95 * waits.length)] ?? 0) / 1000,
      mean_response_s: this.#responseMs / 1000 / Math.max(1, waits.length - this.#givenUp),
      memory_reserved_gib_h: sum((machine) => machine.reservedByteSeconds) / GIB_HOUR,
      memory_used_gib_h: this.#usedByteSeconds / GIB_HOUR,
      memory_lost_gib_h: sum((machine) => machine.lostByteSeconds) / GIB_HOUR,
      core_use: sum(({ coreSeconds }) => coreSeconds) / (makespan_s * sum(({ spec }) => spec.capacity.cpu_count)),
      failed_runs: this.#failed,
      given_up: this.#givenUp,
      raised: this.#raised,
    };
  }
}
