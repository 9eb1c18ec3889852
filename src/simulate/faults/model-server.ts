import type { EndedReport, RunReport, SyncAnswer, WorkerSelf } from "../../contract/worker-protocol.ts";
import { runId, type RunId, type WorkRequestId, type WorkerName } from "../../domain/ids.ts";
import { resultOf, type Outcome } from "../../domain/outcome.ts";
import type { Result } from "../../domain/work-request.ts";
import { nextAfterDeath } from "../../estimate/next-after-death.ts";
import { Planner } from "../../schedule/planner.ts";
import { decideRetry, DEFAULT_RETRY_LIMITS } from "../../verdict/decide-retry.ts";
import {
  LARGEST_MEMORY,
  allocationOf,
  goingOf,
  hasEnded,
  sourcesOf,
  waitingOf,
  type Database,
  type ModelRequest,
  type ModelRun,
} from "./model-records.ts";
import type {
  Look,
  NumberedSync,
  ServerSurroundings,
  ServerUnderTest,
  SimulatedSubmission,
} from "./server-under-test.ts";

/** What a model leaves out of the protection, so that a test can see that its absence is found. */
export type ModelGaps = {
  /** Calls that come late are taken for new ones. */
  ignoresSequence?: boolean;
  /** A clock that was set is not noticed. */
  trustsWallClock?: boolean;
  /** A run that is handed out long after it was placed keeps the lease of then. */
  handsOutOldLeases?: boolean;
  /** Forgets the runs that go on when it is started again. */
  forgetsRuns?: boolean;
};

const HEARTBEAT_MS = 2_000;
/** A difference between the clocks' progress above this means that the wall clock was set, milliseconds. */
const SET_CLOCK_MS = 1_000;

/**
 * The server's side of the protocol in memory: the rules of `server/loop` in a few hundred lines, with the real planner, the
 * real retry budgets and the real growth after deaths. Each transaction is one commit; what is not in the database
 * is lost when it is killed.
 */
export class ModelServer implements ServerUnderTest {
  readonly #db: Database = { requests: new Map(), runs: new Map(), workers: new Map(), submissions: new Map() };
  readonly #around: ServerSurroundings;
  readonly #gaps: ModelGaps;
  #planner: Planner | undefined;
  #clockOffsetMs: number | undefined;
  #nextId = 1;

  constructor(around: ServerSurroundings, gaps: ModelGaps = {}) {
    this.#around = around;
    this.#gaps = gaps;
  }

  join(name: WorkerName, self: WorkerSelf): Promise<void> {
    return this.#commit(() => {
      this.#db.workers.set(name, { name, self, lastSeenMs: this.#now(), isDraining: false, sequence: 0 });
    });
  }

  submit(submission: SimulatedSubmission): Promise<WorkRequestId> {
    return this.#commit(() => {
      const known = this.#db.submissions.get(submission.key);
      if (known !== undefined) return known;
      const id = this.#nextId++ as WorkRequestId; // counted up, as the database does
      const request: ModelRequest = {
        id,
        submission,
        status: "blocked",
        result: null,
        allocation: allocationOf(submission),
        waiting: { code: "dependencies", message: `waits for ${submission.depends_on.join(", ")}` },
        pendingMs: 0,
        notBeforeMs: 0,
        outcomes: [],
        runCount: 0,
      };
      this.#db.requests.set(id, request);
      this.#db.submissions.set(submission.key, id);
      this.#settleBlocked(request);
      return id;
    });
  }

  abort(id: WorkRequestId, by: string): Promise<void> {
    return this.#commit(() => {
      const request = this.#db.requests.get(id);
      if (request === undefined || request.status === "completed" || request.status === "aborted") return;
      const run = this.#activeRunOf(id);
      if (run === undefined) this.#end(request, "aborted", null);
      else run.abortBy ??= by;
    });
  }

  setDrain(name: WorkerName, isDraining: boolean): Promise<void> {
    return this.#commit(() => {
      const worker = this.#db.workers.get(name);
      if (worker !== undefined) worker.isDraining = isDraining;
    });
  }

  async sync(name: WorkerName, call: NumberedSync): Promise<SyncAnswer> {
    const nothing = {
      assignments: [],
      aborts: [],
      acknowledged: [],
      lost: [],
      heartbeat_ms: HEARTBEAT_MS,
      lease_ms: this.#around.leaseMs,
    };
    const acknowledged: RunId[] = [];
    const lost: RunId[] = [];
    for (const report of call.runs) {
      if (report.state !== "ended") continue;
      const isKept = await this.#commit(() => this.#handIn(name, report));
      (isKept ? acknowledged : lost).push(report.run_id);
    }
    const isOld = await this.#commit(() => this.#takeHeld(name, call, lost));
    // nobody waits for the answer to an old call any more: it gives out nothing
    if (isOld) return { ...nothing, draining: false };
    const news = await this.#commit(() => this.#newsFor(name, call));
    return { ...nothing, ...news, acknowledged, lost };
  }

  async tick(): Promise<void> {
    await this.#mindTheClock();
    for (const run of this.#activeRuns().filter((each) => each.leaseExpiresMs <= this.#now())) {
      await this.#commit(() => {
        this.#finish(run, { kind: "worker_lost" });
      });
    }
    const planner = this.#upToDatePlanner();
    for (const { id, placement } of planner.decide(this.#now())) {
      await this.#commit(() => {
        this.#place(id, placement.worker_name);
      });
    }
    await this.#commit(() => {
      this.#explainWaiting(planner);
    });
  }

  async restart(): Promise<void> {
    this.#planner = undefined;
    this.#clockOffsetMs = undefined;
    await this.#commit(() => {
      if (this.#gaps.forgetsRuns === true)
        for (const run of this.#activeRuns()) this.#finish(run, { kind: "worker_lost" });
      this.#renewAll();
    });
  }

  look(): Promise<Look> {
    return Promise.resolve({
      requests: [...this.#db.requests.values()].map(({ id, status, result, waiting }) => ({
        id,
        status,
        result,
        waiting,
      })),
      runs: this.#activeRuns(),
    });
  }

  /** One transaction: all of it or nothing. */
  #commit<Value>(work: () => Value): Promise<Value> {
    try {
      this.#around.kill.beforeCommit();
      const value = work();
      this.#around.kill.afterCommit();
      return Promise.resolve(value);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #now(): number {
    return this.#around.clock.nowMs();
  }

  /** A wall clock that was set says nothing of how long a worker was silent: all have the time of a lease again. */
  async #mindTheClock(): Promise<void> {
    if (this.#gaps.trustsWallClock === true) return;
    const offset = this.#now() - this.#around.clock.monotonicMs();
    const isSet = this.#clockOffsetMs !== undefined && Math.abs(offset - this.#clockOffsetMs) > SET_CLOCK_MS;
    this.#clockOffsetMs = offset;
    if (!isSet) return;
    await this.#commit(() => {
      this.#renewAll();
    });
  }

  #renewAll(): void {
    for (const run of this.#activeRuns()) run.leaseExpiresMs = this.#now() + this.#around.leaseMs;
    for (const worker of this.#db.workers.values()) worker.lastSeenMs = Math.min(worker.lastSeenMs, this.#now());
  }

  /** True when the end is in the database, now or since before; false when it is not the worker's any more. */
  #handIn(name: WorkerName, report: EndedReport): boolean {
    const run = this.#db.runs.get(report.run_id);
    if (run === undefined || run.worker_name !== name || run.lease_token !== report.lease_token) return false;
    if (run.state !== "ended") {
      this.#finish(run, report.outcome);
      return true;
    }
    if (run.outcome?.kind !== "worker_lost" || report.outcome.kind === "worker_lost") return true;
    const request = this.#db.requests.get(run.work_request_id);
    if (request?.status !== "pending" || request.runCount !== run.attempt) return false;
    request.outcomes.pop();
    this.#finish(run, report.outcome);
    return true;
  }

  /** Renews what the worker holds and gives up what it does not hold any more; true when the call is an old one. */
  #takeHeld(name: WorkerName, call: NumberedSync, lost: RunId[]): boolean {
    const worker = this.#db.workers.get(name);
    if (worker === undefined) return true;
    if (call.sequence <= worker.sequence && this.#gaps.ignoresSequence !== true) return true;
    worker.sequence = call.sequence;
    worker.lastSeenMs = this.#now();
    worker.self = call.self;
    const named = new Set(call.runs.map((report) => report.run_id));
    for (const run of this.#activeRuns()) {
      const isGone = run.worker_name === name && run.state === "running" && !named.has(run.id);
      if (isGone) this.#finish(run, { kind: "worker_lost" });
    }
    for (const report of call.runs) {
      if (report.state !== "ended" && !this.#renew(name, report)) lost.push(report.run_id);
    }
    return false;
  }

  #renew(name: WorkerName, report: RunReport): boolean {
    const run = this.#db.runs.get(report.run_id);
    const isHeld = run?.worker_name === name && run.lease_token === report.lease_token && run.state !== "ended";
    if (!isHeld) return false;
    run.leaseExpiresMs = this.#now() + this.#around.leaseMs;
    if (report.state === "running") run.state = "running";
    return true;
  }

  #newsFor(name: WorkerName, call: NumberedSync): Pick<SyncAnswer, "assignments" | "aborts" | "draining"> {
    const known = new Set(call.runs.map((report) => report.run_id));
    const own = this.#activeRuns().filter((run) => run.worker_name === name);
    const fresh = own.filter((run) => run.state === "assigned" && !known.has(run.id));
    if (this.#gaps.handsOutOldLeases !== true) {
      for (const run of fresh) run.leaseExpiresMs = this.#now() + this.#around.leaseMs;
    }
    return {
      assignments: call.wants_work ? fresh.map((run) => this.#assignmentOf(run)) : [],
      aborts: own.flatMap((run) =>
        run.abortBy === null || !known.has(run.id) ? [] : [{ run_id: run.id, by: run.abortBy }],
      ),
      draining: this.#db.workers.get(name)?.isDraining ?? false,
    };
  }

  /** The end of a run, and what follows from it for its request. */
  #finish(run: ModelRun, outcome: Outcome): void {
    run.state = "ended";
    run.outcome = outcome;
    this.#planner?.endRun(run.work_request_id);
    const request = this.#db.requests.get(run.work_request_id);
    if (request === undefined) return;
    if (outcome.kind === "aborted" || run.abortBy !== null) return this.#end(request, "aborted", null);
    const sources = sourcesOf(run.allocation);
    const decision = decideRetry({
      outcome,
      earlier: request.outcomes,
      sources,
      limits: DEFAULT_RETRY_LIMITS,
      isWorthAnotherRun: false,
      random: this.#around.random(),
    });
    request.outcomes.push(outcome);
    if (decision.kind === "final") return this.#end(request, "completed", resultOf(outcome) ?? "error");
    if (decision.kind === "grow") {
      const largest = { memory: LARGEST_MEMORY };
      const grown = nextAfterDeath({ allocation: run.allocation, estimate: {}, exhausted: decision.resource, largest });
      if (grown === undefined) return this.#end(request, "completed", "failure");
      request.allocation = grown;
    }
    const delaySeconds = decision.kind === "again" ? decision.delaySeconds : 0;
    request.status = "pending";
    request.notBeforeMs = this.#now() + delaySeconds * 1000;
    request.waiting = { code: "backoff", message: `its run ${run.id} ended with ${outcome.kind}; it is queued again` };
    return this.#waits(request);
  }

  #end(request: ModelRequest, status: "completed" | "aborted", result: Result | null): void {
    request.status = status;
    request.result = result;
    request.waiting = null;
    this.#planner?.removeRequest(request.id);
    for (const other of this.#db.requests.values()) {
      if (other.submission.depends_on.includes(request.id)) this.#settleBlocked(other);
    }
  }

  #settleBlocked(request: ModelRequest): void {
    if (request.status !== "blocked") return;
    const dependencies = request.submission.depends_on.map((id) => this.#db.requests.get(id));
    const hasFailed = dependencies.some(
      (each) => each !== undefined && hasEnded(each) && each.result !== "success" && !each.submission.allow_failure,
    );
    if (hasFailed) return this.#end(request, "aborted", null);
    if (!dependencies.every((each) => each === undefined || hasEnded(each))) return;
    request.status = "pending";
    request.pendingMs = this.#now();
    request.waiting = { code: "not_planned_yet", message: "it has just become pending" };
    this.#waits(request);
  }

  #waits(request: ModelRequest): void {
    if (request.notBeforeMs <= this.#now()) this.#planner?.addRequest(waitingOf(request, this.#planner));
  }

  /** The planner as the database has it: made anew after a start, else told what time has changed. */
  #upToDatePlanner(): Planner {
    const planner = this.#planner ?? new Planner();
    for (const worker of this.#db.workers.values()) {
      const isOffline = worker.lastSeenMs + this.#around.leaseMs <= this.#now();
      const state = isOffline ? "offline" : worker.isDraining ? "draining" : "online";
      const { capacity, tags, tasks } = worker.self;
      planner.setWorker({ worker_name: worker.name, state, capacity, tags, tasks });
    }
    if (this.#planner === undefined) for (const run of this.#activeRuns()) planner.addRun(goingOf(run));
    for (const request of this.#db.requests.values()) {
      const isDue = request.status === "pending" && request.notBeforeMs <= this.#now();
      if (isDue && !planner.isWaiting(request.id)) planner.addRequest(waitingOf(request, planner));
    }
    this.#planner = planner;
    return planner;
  }

  #place(id: WorkRequestId, worker_name: WorkerName): void {
    const request = this.#db.requests.get(id);
    if (request?.status !== "pending") {
      this.#planner?.endRun(id);
      return;
    }
    request.status = "running";
    request.waiting = null;
    request.runCount += 1;
    const run: ModelRun = {
      id: runId(id, request.runCount),
      work_request_id: id,
      attempt: request.runCount,
      worker_name,
      allocation: request.allocation,
      lease_token: `lease-${id}-${request.runCount}`,
      leaseExpiresMs: this.#now() + this.#around.leaseMs,
      state: "assigned",
      outcome: null,
      abortBy: null,
      assignedMs: this.#now(),
    };
    this.#db.runs.set(run.id, run);
  }

  #explainWaiting(planner: Planner): void {
    for (const request of this.#db.requests.values()) {
      const reason = planner.reasonFor(request.id, this.#now());
      if (request.status === "pending" && reason !== undefined) request.waiting = reason;
    }
  }

  #assignmentOf(run: ModelRun): SyncAnswer["assignments"][number] {
    const { id, lease_token, work_request_id, allocation } = run;
    const subject = this.#db.requests.get(work_request_id)?.submission.key ?? "";
    const key = { task_type: "worker" as const, task_name: "simulated", subject, context: "" };
    return { ...key, run_id: id, lease_token, work_request_id, allocation, task_data: {} };
  }

  #activeRuns(): ModelRun[] {
    return [...this.#db.runs.values()].filter((run) => run.state !== "ended");
  }

  #activeRunOf(id: WorkRequestId): ModelRun | undefined {
    return this.#activeRuns().find((run) => run.work_request_id === id);
  }
}
