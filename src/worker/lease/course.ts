import { assertNever } from "../../domain/assert-never.ts";
import type { OutputGlob } from "../../domain/artifact.ts";
import { timestamp } from "../../domain/clock.ts";
import type { Outcome } from "../../domain/outcome.ts";
import type { WorkRequestError } from "../../domain/output-data.ts";
import type { RunLog } from "../../domain/run.ts";
import { LogWriter } from "../report/log-writer.ts";
import { workspaceIn, type Workspace } from "../workspace/prepare.ts";
import { ExecutedRun, type ExecuteContext } from "./execute.ts";
import { HandOver, type HandOverContext } from "./hand-over.ts";
import type { HeldRun } from "./held-run.ts";
import { neverStarted, NO_LOG, type Ending, type RunEnd } from "./local-run.ts";
import { outputsOf, planRun, setUpFault, type PlanContext, type RunPlan } from "./plan-run.ts";
import type { Course } from "./roster.ts";

/** What courses need; the same for all runs of a worker. */
export type CourseContext = ExecuteContext &
  PlanContext &
  HandOverContext & {
    /** Most bytes of a run's log that are kept. */
    logCapBytes: number;
  };

/** Begins the work for a run: all of it for a new one, handing in for one that had ended when the worker was started. */
export function beginCourse(run: HeldRun, turn: Promise<void>, context: CourseContext): Course {
  return new RunCourse(run, turn, context);
}

type Ended = { end: RunEnd; log: RunLog };

class RunCourse implements Course {
  readonly #run: HeldRun;
  readonly #context: CourseContext;
  readonly #workspace: Workspace;
  readonly #cancelled = new AbortController();
  /** Aborted when it is to end before its command has started. */
  readonly #setUp = new AbortController();
  readonly #handOver: HandOver;
  readonly #main: Promise<void>;
  #executed: ExecutedRun | undefined;
  /** What it is to leave; unknown when another worker process had started it. */
  #outputs: readonly OutputGlob[] | undefined;
  #again: Promise<void> | undefined;

  constructor(run: HeldRun, turn: Promise<void>, context: CourseContext) {
    this.#run = run;
    this.#context = context;
    this.#workspace = workspaceIn(run.directory.scratch);
    this.#handOver = new HandOver(run, context, this.#cancelled.signal);
    this.#main = this.#guarded(() => this.#go(turn));
  }

  get done(): Promise<void> {
    return Promise.all([this.#main, this.#again]).then(() => undefined);
  }

  endProcesses(why: Ending | { why: "lost" }): void {
    this.#setUp.abort();
    this.#executed?.abort(nameOf(why), why.why === "lease_over" ? why.graceMs : undefined);
  }

  cancel(): void {
    this.#cancelled.abort();
  }

  look(): void {
    if (this.#run.local.state === "running") this.#executed?.look();
  }

  handInAgain(): void {
    this.#again ??= this.#guarded(() => this.#sendAgain()).finally(() => {
      this.#again = undefined;
    });
  }

  async #go(turn: Promise<void>): Promise<void> {
    await turn;
    const local = this.#run.apply({ kind: "taken_up" });
    if (local.state === "preparing") this.#run.apply({ kind: "ended", ...(await this.#perform()) });
    else if (local.state === "uploading") await this.#handOver.takeOver(local.log);
    else if (local.state === "handed_in") await this.#handOver.takeOver(local.log);
    await this.#handIn();
  }

  /** Prepares and runs it; gives its end. */
  async #perform(): Promise<Ended> {
    try {
      // Before anything is done, so that a restarted worker knows that something was.
      await this.#run.saved();
      return await this.#prepareAndExecute();
    } catch (error) {
      this.#warn(error, "a run could not be started");
      return this.#refused([setUpFault(error, this.#context.workerName)]);
    }
  }

  async #prepareAndExecute(): Promise<Ended> {
    const signal = AbortSignal.any([this.#cancelled.signal, this.#setUp.signal]);
    const plan = await planRun(this.#run.assignment, this.#workspace, this.#context, signal);
    const { local } = this.#run;
    const ending: Ending | undefined = local.state === "preparing" ? local.ending : { why: "worker_stopping" };
    if (ending !== undefined) return { end: neverStarted(ending, this.#context.clock.nowMs()), log: NO_LOG };
    if (plan.kind === "command") this.#outputs = plan.outputs;
    switch (plan.kind) {
      case "refused":
        return this.#refused(plan.errors);
      case "noop":
        return this.#nothingToDo();
      case "command":
        return this.#execute(plan);
      default:
        return assertNever(plan);
    }
  }

  #refused(errors: WorkRequestError[]): Ended {
    const ended_at = timestamp(this.#context.clock.nowMs());
    return { end: { ended_at, outcome: { kind: "start_failed", errors }, runtime_statistics: {} }, log: NO_LOG };
  }

  #nothingToDo(): Ended {
    const at = timestamp(this.#context.clock.nowMs());
    const outcome: Outcome = { kind: "exited", code: 0 };
    return { end: { started_at: at, ended_at: at, outcome, runtime_statistics: { duration: 0 } }, log: NO_LOG };
  }

  async #execute(plan: RunPlan & { kind: "command" }): Promise<Ended> {
    const log = this.#openLog();
    const executed = new ExecutedRun(this.#run, plan, this.#workspace, log, this.#context);
    this.#executed = executed;
    if (executed.startedAt !== undefined) this.#run.apply({ kind: "started", at: executed.startedAt });
    return { end: await executed.ended, log: await log.end() };
  }

  #openLog(): LogWriter {
    const { clock, logCapBytes } = this.#context;
    const startedMs = clock.monotonicMs();
    return new LogWriter({
      file: this.#run.directory.logFile,
      capBytes: logCapBytes,
      elapsedMs: () => clock.monotonicMs() - startedMs,
      grown: (size) => {
        this.#handOver.logGrew(size);
      },
      failed: (error) => {
        this.#warn(error, "could not write the log of a run");
      },
    });
  }

  async #handIn(): Promise<void> {
    const { local, assignment } = this.#run;
    if (local.state !== "uploading") return;
    const globs = this.#outputs ?? (await outputsOf(assignment, this.#context.tasks));
    const handedOver = await this.#handOver.complete(local.end, local.log, globs);
    this.#run.apply({ kind: "uploaded", ...handedOver });
    await this.#run.saved();
    await this.#run.directory.removeScratch();
  }

  async #sendAgain(): Promise<void> {
    const { local } = this.#run;
    if (local.state !== "handed_in") return;
    this.#run.apply({ kind: "uploaded", ...(await this.#handOver.completeAgain(local)) });
  }

  /** Nobody waits for a course: what goes wrong is told here, and the run stays as it is for the next worker. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#cancelled.signal.aborted) this.#warn(error, "a run could not be finished");
    }
  }

  #warn(error: unknown, message: string): void {
    this.#context.log.error({ err: error, run_id: this.#run.assignment.run_id }, message);
  }
}

/** Whom the run's own outcome names; replaced by `worker_lost` where the worker itself ended it. */
function nameOf(why: Ending | { why: "lost" }): string {
  switch (why.why) {
    case "aborted":
      return why.by;
    case "worker_stopping":
      return "the worker, which is stopping";
    case "lease_over":
      return "the worker, which was cut off from the server";
    case "lost":
      return "the worker, which lost its lease";
    default:
      return assertNever(why);
  }
}
