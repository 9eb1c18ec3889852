import type { Assignment, RunReport, SyncAnswer, SyncRequest, WorkerSelf } from "../../contract/worker-protocol.ts";
import { timestamp } from "../../domain/clock.ts";
import type { RunId, WorkRequestId } from "../../domain/ids.ts";
import type { Outcome } from "../../domain/outcome.ts";
import type { WorkerPlan } from "./scenario.ts";

/** What a command does when it is run. */
export type CommandPlan = { durationMs: number; peak: number; exit_code: number };

/** A run as the worker has it on disk: it outlives the worker's process. */
type HeldRun = {
  assignment: Assignment;
  state: "running" | "ended";
  startedMs: number;
  outcome: Outcome | undefined;
  peak: number;
};

/** A process that is alive. */
export type Process = { run_id: RunId; work_request_id: WorkRequestId; endMs: number; end: Outcome; memory: number };

/** What a worker leaves out, so that a test can see that its absence is found. */
export type WorkerGaps = {
  /** Goes on with its runs however long it has not heard from the server. */
  hasNoFence?: boolean;
};

/** As in `worker/lease/sync-loop.ts`. */
const SEQUENCE_STEP = 1_000_000;
/** What is left of a lease when its runs are gone, as in `worker/lease/lease-watch.ts`. */
const LEASE_SHARE = 0.9;

/**
 * The worker's side of the protocol, by the rules of `worker/lease`. It is *alive*, or dead from a kill until it comes back; then its processes are gone,
 * what they had not finished is lost, and what had ended waits on disk to be handed in.
 */
export class SimulatedWorker {
  readonly plan: WorkerPlan;
  readonly #commandOf: (subject: string) => CommandPlan;
  readonly #gaps: WorkerGaps;
  readonly #held = new Map<RunId, HeldRun>();
  readonly processes = new Map<RunId, Process>();
  isAlive = true;
  #sequence = 0;
  /** Until then its runs are its own; then they are ended. */
  #fenceMs = Infinity;

  constructor(plan: WorkerPlan, options: { commandOf: (subject: string) => CommandPlan; gaps: WorkerGaps }) {
    this.plan = plan;
    this.#commandOf = options.commandOf;
    this.#gaps = options.gaps;
  }

  get self(): WorkerSelf {
    return {
      capacity: this.plan.capacity,
      available_memory: null,
      available_disk_space: null,
      tags: [],
      tasks: { allow: [], deny: [] },
      cpu_model: "simulated",
      version: "0",
      measure_method: "proc",
    };
  }

  get hasRuns(): boolean {
    return this.#held.size > 0;
  }

  /** What it says now. */
  call(): SyncRequest {
    this.#sequence += 1;
    return { sequence: this.#sequence, self: this.self, runs: this.reports(), wants_work: true, wait_ms: 0 };
  }

  /** The worker of this name before a kill made more calls than this one. */
  refused(newest: number): void {
    this.#sequence = newest + SEQUENCE_STEP;
  }

  /** Its runs as they stand. */
  reports(): RunReport[] {
    return [...this.#held.values()].map((run) => reportOf(run));
  }

  /** Takes in the answer to a call that it sent at this time. */
  hear(answer: SyncAnswer, sentMs: number, nowMs: number): void {
    if (answer.lease_ms !== null) this.#fenceMs = sentMs + answer.lease_ms * LEASE_SHARE;
    for (const id of [...answer.lost, ...answer.acknowledged]) {
      this.processes.delete(id);
      this.#held.delete(id);
    }
    for (const { run_id, by } of answer.aborts) this.#end(run_id, { kind: "aborted", by });
    for (const assignment of answer.assignments) if (!this.#held.has(assignment.run_id)) this.#start(assignment, nowMs);
  }

  /** Its processes that have come to their end are over; true when there were any. */
  reap(nowMs: number): boolean {
    const over = [...this.processes.values()].filter(({ endMs }) => endMs <= nowMs);
    for (const { run_id, end } of over) this.#end(run_id, end);
    return over.length > 0;
  }

  /** When its first process is over; infinity if it has none. */
  nextEndMs(): number {
    return Math.min(Infinity, ...[...this.processes.values()].map(({ endMs }) => endMs));
  }

  /** When it may not go on with its runs unless it hears from the server before. */
  fenceMs(): number {
    return this.processes.size === 0 || this.#gaps.hasNoFence === true ? Infinity : this.#fenceMs;
  }

  /** Ends what it may not go on with: somebody else may have been given it. */
  fence(nowMs: number): void {
    if (nowMs < this.fenceMs()) return;
    for (const id of this.processes.keys()) this.#end(id, { kind: "worker_lost" });
  }

  kill(): void {
    this.isAlive = false;
    this.processes.clear();
  }

  revive(): void {
    this.isAlive = true;
    this.#sequence = 0;
    for (const [id, run] of this.#held) if (run.state === "running") this.#end(id, { kind: "worker_lost" });
  }

  #start(assignment: Assignment, nowMs: number): void {
    const { run_id, work_request_id, subject, allocation } = assignment;
    const { durationMs, peak, exit_code } = this.#commandOf(subject);
    const memory = allocation.memory.amount;
    const end: Outcome = peak > memory ? { kind: "out_of_memory", limit: memory } : { kind: "exited", code: exit_code };
    const endMs = nowMs + (peak > memory ? durationMs / 2 : durationMs);
    this.#held.set(run_id, { assignment, state: "running", startedMs: nowMs, outcome: undefined, peak });
    this.processes.set(run_id, { run_id, work_request_id, endMs, end, memory });
  }

  #end(id: RunId, outcome: Outcome): void {
    const run = this.#held.get(id);
    this.processes.delete(id);
    if (run === undefined || run.state === "ended") return;
    run.state = "ended";
    run.outcome = outcome;
  }
}

function reportOf({ assignment, state, startedMs, outcome, peak }: HeldRun): RunReport {
  const { run_id, lease_token, allocation } = assignment;
  const common = { run_id, lease_token, started_at: timestamp(startedMs) };
  if (state === "running" || outcome === undefined) return { state: "running", ...common, runtime_statistics: {} };
  const runtime_statistics = { memory: Math.min(peak, allocation.memory.amount), duration: 1 };
  const log = { size: 0, cut_bytes: 0 };
  return { state: "ended", ...common, ended_at: common.started_at, outcome, runtime_statistics, outputs: [], log };
}
