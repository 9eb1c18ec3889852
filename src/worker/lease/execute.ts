import { timestamp, type Clock, type Timestamp } from "../../domain/clock.ts";
import { formatBytes } from "../../domain/units.ts";
import type { RuntimeStatistics } from "../../domain/runtime-statistics.ts";
import { availableDiskSpace, availableMemory, cpuCount } from "../measure/machine.ts";
import type { Meter } from "../measure/meter.ts";
import { statisticsOf } from "../measure/statistics.ts";
import type { LogWriter } from "../report/log-writer.ts";
import type { RunHandle } from "../run/run-spec.ts";
import { startRun } from "../run/start-run.ts";
import type { WorkerLog } from "../worker-log.ts";
import type { Workspace } from "../workspace/prepare.ts";
import type { HeldRun } from "./held-run.ts";
import type { MemoryPool } from "./memory-pool.ts";
import type { RunEnd } from "./local-run.ts";
import type { RunPlan } from "./plan-run.ts";

/** What running a command needs. */
export type ExecuteContext = {
  meter: Meter;
  memory: MemoryPool;
  clock: Clock;
  log: WorkerLog;
  /** Time between SIGTERM and SIGKILL, milliseconds. */
  graceMs: number;
  /** How often the figures of a run are written down, milliseconds. */
  figuresPeriodMs: number;
};

/** The command of one run, from its start until nothing of it is alive. Its figures are kept up in the held run. */
export class ExecutedRun {
  /** When the command was started; undefined when it could not be. */
  readonly startedAt: Timestamp | undefined;
  /** Resolves with how it ended; never rejects. */
  readonly ended: Promise<RunEnd>;
  readonly #run: HeldRun;
  readonly #handle: RunHandle;
  readonly #log: LogWriter;
  readonly #context: ExecuteContext;
  readonly #surroundings: RuntimeStatistics;
  #saving: Promise<void> | undefined;

  /** Starts the command. */
  constructor(
    run: HeldRun,
    plan: RunPlan & { kind: "command" },
    workspace: Workspace,
    log: LogWriter,
    context: ExecuteContext,
  ) {
    this.#run = run;
    this.#log = log;
    this.#context = context;
    this.#surroundings = surroundingsOf(workspace);
    const { run_id, allocation } = run.assignment;
    const { memory, disk_space, duration } = allocation;
    context.memory.promise(run_id, memory.amount);
    const startedAt = timestamp(context.clock.nowMs());
    this.#handle = startRun(
      {
        argv: plan.argv,
        cwd: plan.cwd,
        env: plan.env,
        limits: { memory: memory.amount, disk_space: disk_space.amount, duration: duration.amount },
        output: { onOutput: (stream, chunk) => log.write(stream, chunk) },
        watchDirectory: workspace.scratch,
        graceMs: context.graceMs,
        raiseMemory: (wantedBytes) => this.#raiseMemory(wantedBytes, memory.max),
      },
      context.meter,
    );
    this.startedAt = this.#handle.pid === undefined ? undefined : startedAt;
    const ended = this.#handle.pid === undefined ? this.#neverStarted() : this.#follow(startedAt);
    this.ended = ended.finally(() => context.memory.release(run_id));
  }

  /** Ends it, with the usual grace time unless another is given; the first call counts. */
  abort(by: string, graceMs?: number): void {
    this.#handle.abort(by, graceMs);
  }

  /** Brings the held run's figures up to date. */
  look(): void {
    const measurement = this.#handle.figures();
    const runtime_statistics = { ...statisticsOf(measurement), ...this.#surroundings };
    this.#run.figures = { measurement, runtime_statistics, log_cut_bytes: this.#log.atRiskBytes };
  }

  #raiseMemory(wantedBytes: number, maxBytes: number | undefined): number | undefined {
    const { memory, log } = this.#context;
    const { run_id } = this.#run.assignment;
    const limit = memory.raise(run_id, wantedBytes, maxBytes);
    if (limit === undefined) {
      const most = maxBytes === undefined ? "" : `, and it may have at most ${formatBytes(maxBytes)}`;
      const why = `it needs up to ${formatBytes(wantedBytes)}, ${formatBytes(memory.freeBytes)} are promised to nobody${most}`;
      log.warn({ run_id }, `refused a run more memory: ${why}`);
    }
    return limit;
  }

  async #neverStarted(): Promise<RunEnd> {
    const { outcome, runtime_statistics } = await this.#handle.ended;
    return { outcome, runtime_statistics, ended_at: timestamp(this.#context.clock.nowMs()) };
  }

  async #follow(started_at: Timestamp): Promise<RunEnd> {
    const timer = setInterval(() => {
      this.#saveFigures();
    }, this.#context.figuresPeriodMs);
    const { outcome, runtime_statistics, measurement } = await this.#handle.ended;
    clearInterval(timer);
    await this.#saving;
    return { started_at, ended_at: timestamp(this.#context.clock.nowMs()), outcome, runtime_statistics, measurement };
  }

  /** So that a worker that is killed leaves lower bounds. */
  #saveFigures(): void {
    this.look();
    this.#saving ??= this.#run.directory
      .saveFigures(this.#run.figures)
      .catch((error: unknown) => {
        const { run_id } = this.#run.assignment;
        this.#context.log.warn({ err: error, run_id }, "could not write down the figures of a run");
      })
      .finally(() => {
        this.#saving = undefined;
      });
  }
}

/** What the worker has free as the run starts. */
function surroundingsOf({ scratch }: Workspace): RuntimeStatistics {
  const disk = availableDiskSpace(scratch);
  return {
    available_memory: availableMemory(),
    cpu_count: cpuCount(),
    ...(disk !== undefined && { available_disk_space: disk }),
  };
}
