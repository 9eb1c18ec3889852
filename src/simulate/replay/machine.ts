import type { Capacity } from "../../domain/worker.ts";

/** A worker of a replay. */
export type MachineSpec = {
  name: string;
  /** What makes its speed; machines of one model are equally fast. */
  model: string;
  capacity: Capacity;
  tags: string[];
  /** How long work takes there, relative to the trace. */
  slowness: number;
};

/** What a run is given. Bytes, cores, seconds. */
export type Given = { memory: number; cpus: number; limit: number };

/** How a run ended. Bytes, seconds. */
export type RunEnd = {
  kind: "done" | "out_of_memory" | "timed_out";
  machine: MachineSpec;
  given: Given;
  /** The memory limit at the end, where it was raised. */
  memoryLimit: number;
  /** The most memory that it was seen to use. */
  memorySeen: number;
  startedMs: number;
  seconds: number;
  cpuSeconds: number;
};

/** A run on a machine. `work` is its duration in the trace, seconds; `done` how much of that is behind it. */
type MachineRun = {
  id: number;
  given: Given;
  cpus: number;
  peak: number;
  work: number;
  done: number;
  memoryLimit: number;
  limitSinceMs: number;
  startedMs: number;
};

/** What happened on a machine. */
export type Happening =
  | { kind: "ended"; id: number; end: RunEnd }
  /** Its limit was raised. */
  | { kind: "raised"; id: number; memory: number };

const MIB = 1024 ** 2;
/** A raise is at least so much, as the worker has it (`worker/run/memory-watch.ts`). */
const LEAST_RAISE = 64 * MIB;
const LEAST_RAISE_SHARE = 1.25;
const EPSILON_SECONDS = 1e-6;

/**
 * A worker in virtual time. Its runs share its cores: while they want more than there are, all are slowed down alike. The
 * memory of a run grows evenly up to its peak at its end, so a limit below the peak is reached on the way; then
 * it is raised, where memory that nobody has reserved is left and the policy is elastic, or the run dies.
 */
export class Machine {
  readonly spec: MachineSpec;
  readonly #isElastic: boolean;
  readonly #runs = new Map<number, MachineRun>();
  #settledMs = 0;
  /** Byte-seconds that were reserved, and by runs that died. */
  reservedByteSeconds = 0;
  lostByteSeconds = 0;
  coreSeconds = 0;

  constructor(spec: MachineSpec, isElastic: boolean) {
    this.spec = spec;
    this.#isElastic = isElastic;
  }

  start(run: { id: number; given: Given; cpus: number; peak: number; work: number }, nowMs: number): void {
    this.#settle(nowMs);
    const { memory } = run.given;
    this.#runs.set(run.id, { ...run, done: 0, memoryLimit: memory, limitSinceMs: nowMs, startedMs: nowMs });
  }

  /** When something happens next, if nothing starts before; infinity if nothing does. */
  nextMs(): number {
    let next = Infinity;
    for (const run of this.#runs.values()) next = Math.min(next, this.#dueMs(run));
    return next;
  }

  /** What happens now. */
  happen(nowMs: number): Happening[] {
    this.#settle(nowMs);
    const due = [...this.#runs.values()].filter((run) => this.#isDue(run, nowMs));
    return due.map((run) => this.#happenTo(run, nowMs));
  }

  #happenTo(run: MachineRun, nowMs: number): Happening {
    if (run.done >= run.work - EPSILON_SECONDS) return this.#end(run, "done", nowMs);
    if (nowMs >= run.startedMs + run.given.limit * 1000 - 0.5) return this.#end(run, "timed_out", nowMs);
    const raised = this.#isElastic ? this.#raised(run) : run.memoryLimit;
    if (raised <= run.memoryLimit) return this.#end(run, "out_of_memory", nowMs);
    this.#account(run, nowMs, false);
    run.memoryLimit = raised;
    return { kind: "raised", id: run.id, memory: raised };
  }

  #raised({ memoryLimit }: MachineRun): number {
    let free = this.spec.capacity.memory;
    for (const run of this.#runs.values()) free -= run.memoryLimit;
    const wanted = Math.max(memoryLimit + LEAST_RAISE, memoryLimit * LEAST_RAISE_SHARE);
    return Math.min(wanted, memoryLimit + Math.max(0, free));
  }

  #end(run: MachineRun, kind: RunEnd["kind"], nowMs: number): Happening {
    this.#account(run, nowMs, kind !== "done");
    this.#runs.delete(run.id);
    const seconds = (nowMs - run.startedMs) / 1000;
    const memorySeen = kind === "out_of_memory" ? run.memoryLimit : run.peak * Math.min(1, run.done / run.work);
    const end: RunEnd = {
      kind,
      machine: this.spec,
      given: run.given,
      memoryLimit: run.memoryLimit,
      memorySeen,
      startedMs: run.startedMs,
      seconds,
      cpuSeconds: run.done * run.cpus * this.spec.slowness,
    };
    return { kind: "ended", id: run.id, end };
  }

  #account(run: MachineRun, nowMs: number, isLost: boolean): void {
    const byteSeconds = (run.memoryLimit * (nowMs - run.limitSinceMs)) / 1000;
    this.reservedByteSeconds += byteSeconds;
    if (isLost) this.lostByteSeconds += byteSeconds;
    run.limitSinceMs = nowMs;
  }

  #isDue(run: MachineRun, nowMs: number): boolean {
    return run.done >= this.#target(run) - EPSILON_SECONDS || nowMs >= run.startedMs + run.given.limit * 1000 - 0.5;
  }

  #dueMs(run: MachineRun): number {
    const reachedMs = this.#settledMs + (1000 * Math.max(0, this.#target(run) - run.done)) / this.#rate();
    return Math.min(reachedMs, run.startedMs + run.given.limit * 1000);
  }

  /** How much will be done when the limit is reached, or all. */
  #target({ work, memoryLimit, peak }: MachineRun): number {
    return memoryLimit >= peak ? work : (work * memoryLimit) / peak;
  }

  /** How much of the work of each run is done in a second. */
  #rate(): number {
    let wanted = 0;
    for (const run of this.#runs.values()) wanted += run.cpus;
    return Math.min(1, this.spec.capacity.cpu_count / wanted) / this.spec.slowness;
  }

  #settle(nowMs: number): void {
    const seconds = (nowMs - this.#settledMs) / 1000;
    if (seconds > 0 && this.#runs.size > 0) {
      const done = seconds * this.#rate();
      for (const run of this.#runs.values()) {
        run.done += done;
        this.coreSeconds += done * run.cpus * this.spec.slowness;
      }
    }
    this.#settledMs = nowMs;
  }
}
