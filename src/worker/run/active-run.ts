import type { ChildProcess } from "node:child_process";
import { isCutShort, type Outcome } from "../../domain/outcome.ts";
import type { Measurement } from "../../domain/runtime-statistics.ts";
import type { Account, Meter } from "../measure/meter.ts";
import { Recorder } from "../measure/recorder.ts";
import { notMeasured, statisticsOf, withLowerBounds } from "../measure/statistics.ts";
import { exitOf, OutputFlow, type Exit } from "./child.ts";
import { DiskWatch } from "./disk-watch.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { isWorkersFault, naturalOutcome } from "./natural-outcome.ts";
import type { EndedRun, RunSpec } from "./run-spec.ts";
import { sample } from "./sampler.ts";
import { forwardSignals, signalEach } from "./signals.ts";
import { untilEmpty } from "./until-empty.ts";

type Parts = { spec: RunSpec; meter: Meter; account: Account; path: string };

/** Processes that end together with the command are not left behind by it: they get this long. */
const SETTLE_MS = 20;
/** Between looks at a run of many seconds. */
const LONGEST_PERIOD_MS = 150;
/** After SIGKILL only a process inside the kernel (a dead network disk) can take long. */
const KILL_MS = 60_000;

/**
 * A command that is launched. It is
 * - *running* until its process ends or something ends it;
 * - *ending* once `end` gave the reason: its processes were told to stop, and are killed after the grace time;
 * - *over* when nothing of it is alive and its figures are final: the promise of `follow` resolves.
 * The first reason to end it is the outcome.
 */
export class ActiveRun {
  readonly #parts: Parts;
  readonly #recorder: Recorder;
  readonly #memory: MemoryWatch | undefined;
  readonly #stopForwarding: (() => void) | undefined;
  readonly #disk: DiskWatch | undefined;
  #child: ChildProcess | undefined;
  #startedMs = 0;
  #reason: Outcome | undefined;
  #killAtMs = Infinity;
  #durationMs: number | undefined;
  #final: Measurement | undefined;

  /** Sets the limits and listens for signals: to be made before the launch. */
  constructor(parts: Parts) {
    const { account, spec, meter } = parts;
    this.#parts = parts;
    this.#recorder = new Recorder(meter.method);
    if (spec.limits.process_count !== undefined) account.limitTasks(spec.limits.process_count);
    if (spec.output === "inherit") this.#stopForwarding = forwardSignals(() => this.#child);
    this.#disk = this.#diskWatch();
    this.#memory = this.#memoryWatch();
  }

  /** To be made before the launch, as the command may write at once. */
  #diskWatch(): DiskWatch | undefined {
    const { spec, account } = this.#parts;
    if (spec.watchDirectory === undefined) return undefined;
    return new DiskWatch({
      directory: spec.watchDirectory,
      processes: () => account.processes(),
      onUsage: (bytes) => {
        this.#diskSeen(bytes);
      },
    });
  }

  #memoryWatch(): MemoryWatch | undefined {
    const { spec, account } = this.#parts;
    if (spec.limits.memory === undefined) return undefined;
    return new MemoryWatch({
      account,
      limitBytes: spec.limits.memory,
      raiseMemory: spec.raiseMemory,
      slackBytes: spec.memorySlack,
      onRaise: (raise) => {
        this.#recorder.addRaise({ at_ms: Math.round(this.#elapsedMs()), ...raise });
      },
      readHighest: () => {
        this.#read();
        return this.#recorder.highestMemoryBytes;
      },
    });
  }

  figures(): Measurement {
    if (this.#final !== undefined) return this.#final;
    this.#read();
    return this.#recorder.measurement(this.#elapsedMs());
  }

  /** Ends the run for a reason, unless it is ending already. */
  end(reason: Outcome, graceMs = this.#parts.spec.graceMs): void {
    if (this.#reason !== undefined || this.#durationMs !== undefined) return;
    this.#reason = reason;
    this.#killAtMs = performance.now() + graceMs;
    this.#signal(graceMs > 0 ? "SIGTERM" : "SIGKILL");
  }

  #signal(signal: "SIGTERM" | "SIGKILL"): void {
    const { account } = this.#parts;
    const members = account.processes();
    if (signal === "SIGKILL") account.kill();
    else signalEach(members, signal);
    // it may not have joined yet
    if (this.#child?.pid !== undefined && !members.includes(this.#child.pid)) this.#child.kill(signal);
  }

  /** The launch failed. */
  abandon(): void {
    this.#stopForwarding?.();
    this.#parts.account.remove();
  }

  /**
   * Follows the launched process to its end.
   * @param startedMs just after the launch, on the clock of `performance.now()`
   */
  async follow(child: ChildProcess, startedMs: number): Promise<EndedRun> {
    const { spec, account, meter } = this.#parts;
    this.#startedMs = startedMs;
    this.#child = child;
    const exited = exitOf(child);
    const output = new OutputFlow(child, spec.output);
    if (child.pid !== undefined) account.started(child.pid);
    const stopSampling = sample(this.#memory?.periodMs ?? meter.periodMs, () => this.#look());
    const exit = await exited;
    this.#durationMs = performance.now() - startedMs;
    this.#stopForwarding?.();
    stopSampling();
    account.ended();
    await this.#clear();
    await output.drained();
    await this.#disk?.finish();
    this.#read();
    const end = this.#conclude(exit);
    account.remove();
    return end;
  }

  /** One look at the running command. @returns ms until the next */
  #look(): number {
    this.#read();
    const diskPeriodMs = this.#disk?.look();
    const memory = this.#memory;
    const { memoryNowBytes = 0, highestMemoryBytes } = this.#recorder;
    if (memory?.look(memoryNowBytes, highestMemoryBytes) === false) {
      this.end({ kind: "out_of_memory", limit: memory.limitBytes }, 0);
    }
    const limitSeconds = this.#parts.spec.limits.duration ?? Infinity;
    if (this.#elapsedMs() >= limitSeconds * 1000) this.end({ kind: "timed_out", limit: limitSeconds });
    if (performance.now() >= this.#killAtMs) this.#signal("SIGKILL");
    return Math.min(this.#usualPeriodMs(), diskPeriodMs ?? Infinity, memory?.periodMs ?? Infinity);
  }

  /** The longer a run takes, the less a moment of it tells: the kernel keeps the peaks between looks. */
  #usualPeriodMs(): number {
    return Math.max(this.#parts.meter.periodMs, Math.min(LONGEST_PERIOD_MS, this.#elapsedMs() / 100));
  }

  #read(): void {
    this.#recorder.add(this.#elapsedMs(), this.#parts.account.reading());
  }

  #diskSeen(bytes: number): void {
    this.#recorder.addDisk(this.#elapsedMs(), bytes);
    const limit = this.#parts.spec.limits.disk_space;
    // no grace: what fills the disk goes on filling it
    if (limit !== undefined && bytes > limit) this.end({ kind: "out_of_disk", limit }, 0);
  }

  /** Sees to it that nothing of the run is alive. */
  async #clear(): Promise<void> {
    const { account } = this.#parts;
    const patienceMs = this.#reason === undefined ? SETTLE_MS : Math.max(0, this.#killAtMs - performance.now());
    if (await untilEmpty(account, patienceMs, () => this.#read())) return;
    this.#read();
    if (this.#reason === undefined) this.#recorder.addLeftBehind(account.processes().length);
    account.kill();
    await untilEmpty(account, KILL_MS, () => account.kill());
  }

  #conclude(exit: Exit): EndedRun {
    const outcome = this.#reason ?? this.#outcomeOf(exit);
    const wasRun = outcome.kind !== "start_failed" || isWorkersFault(outcome.errors);
    const figures = this.#recorder.measurement(this.#elapsedMs());
    const isPartial = isCutShort(outcome) || outcome.kind === "start_failed";
    // what the shell used that could not become the command is no figure of the command
    const measurement = wasRun
      ? withLowerBounds(figures, isPartial, this.#recorder.oomKills > 0)
      : notMeasured(this.#parts.meter.method);
    this.#final = measurement;
    return { outcome, measurement, runtime_statistics: wasRun ? statisticsOf(measurement) : {} };
  }

  #outcomeOf(exit: Exit): Outcome {
    const { path, account, spec } = this.#parts;
    const { highestMemoryBytes, oomKills } = this.#recorder;
    return naturalOutcome({
      exit,
      path,
      // memory is joined last, and whatever runs there is charged at once
      hasJoined: account.joinFiles.length === 0 || highestMemoryBytes > 0,
      isShortOfMemory: oomKills > 0 || this.#memory?.wasPressed(highestMemoryBytes) === true,
      isBystander: this.#recorder.isBystander,
      wasMachineShort: this.#recorder.wasMachineShort,
      memoryLimit: this.#memory?.limitBytes,
      memoryBytes: highestMemoryBytes,
      disk: this.#disk,
      diskBytes: this.#recorder.highestDiskBytes,
      diskLimit: spec.limits.disk_space,
    });
  }

  #elapsedMs(): number {
    return this.#durationMs ?? performance.now() - this.#startedMs;
  }
}
