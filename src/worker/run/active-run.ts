import type { ChildProcess } from "node:child_process";
import { isCutShort, type Outcome } from "../../domain/outcome.ts";
import type { Measurement } from "../../domain/runtime-statistics.ts";
import type { Account, Meter } from "../measure/meter.ts";
import { Recorder } from "../measure/recorder.ts";
import { statisticsOf, withLowerBounds } from "../measure/statistics.ts";
import { DiskWatch } from "./disk-watch.ts";
import { naturalOutcome } from "./natural-outcome.ts";
import { startError } from "./find-command.ts";
import type { EndedRun, RunSpec } from "./run-spec.ts";
import { sample } from "./sampler.ts";
import { forwardSignals, signalEach } from "./signals.ts";
import { untilEmpty } from "./until-empty.ts";

type Parts = { spec: RunSpec; meter: Meter; account: Account; child: ChildProcess; startedMs: number; path: string };
/** How the started process ended, or why it could not start. */
type Exit = { code: number | null; signal: NodeJS.Signals | null } | { failure: Error };

/** Processes that end together with the command are not left behind by it: they get this long. */
const SETTLE_MS = 20;
/** After SIGKILL only a process inside the kernel (a dead network disk) can take long. */
const KILL_MS = 60_000;
/** How long output may still come from a process that is not the run's (it was handed the pipe). */
const DRAIN_MS = 5000;
/** Near its memory limit an elastic run is looked at so often. */
const ELASTIC_PERIOD_MS = 5;

/**
 * A command that was launched. It is
 * - *running* until its process ends or something ends it;
 * - *ending* once `end` gave the reason: its processes were told to stop, and are killed after the grace time;
 * - *over* when nothing of it is alive and its figures are final: `ended()` resolves.
 * The first reason to end it is the outcome.
 */
export class ActiveRun {
  readonly #parts: Parts;
  readonly #recorder: Recorder;
  readonly #disk: DiskWatch | undefined;
  readonly #ended: Promise<EndedRun>;
  #memoryLimit: number | undefined;
  #reason: Outcome | undefined;
  #killAtMs = Infinity;
  #durationMs: number | undefined;
  #final: Measurement | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#memoryLimit = parts.spec.limits.memory;
    this.#recorder = new Recorder(parts.meter.method);
    const { watchDirectory } = parts.spec;
    if (watchDirectory !== undefined) this.#disk = new DiskWatch(watchDirectory, (bytes) => this.#diskSeen(bytes));
    if (parts.child.pid !== undefined) parts.account.started(parts.child.pid);
    this.#ended = this.#live();
  }

  ended(): Promise<EndedRun> {
    return this.#ended;
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
    if (graceMs > 0) signalEach(this.#parts.account.processes(), "SIGTERM");
    else this.#parts.account.kill();
  }

  async #live(): Promise<EndedRun> {
    const { child, spec, account } = this.#parts;
    const closed = outputClosed(child, spec.output);
    const stopForwarding = spec.output === "inherit" ? forwardSignals(child) : undefined;
    const stopSampling = sample(this.#parts.meter.periodMs, () => this.#look());
    const exit = await exitOf(child);
    this.#durationMs = performance.now() - this.#parts.startedMs;
    stopForwarding?.();
    stopSampling();
    account.ended();
    await this.#clear();
    await drained(child, closed);
    await this.#disk?.finish();
    this.#read();
    const end = this.#conclude(exit);
    account.remove();
    return end;
  }

  /** One look at the running command. @returns ms until the next */
  #look(): number {
    const { spec, meter } = this.#parts;
    this.#read();
    this.#disk?.look();
    this.#watchMemory();
    const limitSeconds = spec.limits.duration;
    if (limitSeconds !== undefined && this.#elapsedMs() >= limitSeconds * 1000) {
      this.end({ kind: "timed_out", limit: limitSeconds });
    }
    if (performance.now() >= this.#killAtMs) this.#parts.account.kill();
    return spec.raiseMemory === undefined ? meter.periodMs : ELASTIC_PERIOD_MS;
  }

  #read(): void {
    this.#recorder.add(this.#elapsedMs(), this.#parts.account.reading());
  }

  #watchMemory(): void {
    const { account, meter } = this.#parts;
    const limit = this.#memoryLimit;
    if (limit === undefined) return;
    const isPast = meter.method === "proc" && (this.#recorder.memoryNowBytes ?? 0) > limit;
    if (!isPast && !account.isWaitingForMemory()) return;
    if (this.#raise(limit)) return;
    if (isPast) this.end({ kind: "out_of_memory", limit }, 0);
    else account.holdAtLimit(false);
  }

  /** Asks for more memory. @returns whether there was some */
  #raise(from: number): boolean {
    const wanted = Math.round(Math.max(from * 1.25, from + 64 * 1024 * 1024));
    const to = this.#parts.spec.raiseMemory?.(wanted);
    if (to === undefined || to <= from) return false;
    this.#parts.account.limitMemory(to);
    this.#memoryLimit = to;
    this.#recorder.addRaise({ at_ms: Math.round(this.#elapsedMs()), from, to });
    return true;
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
    const figures = this.#recorder.measurement(this.#elapsedMs());
    const isPartial = isCutShort(outcome) || ("failure" in exit && this.#reason !== undefined);
    const measurement = withLowerBounds(figures, isPartial, this.#recorder.oomKills > 0);
    this.#final = measurement;
    return { outcome, measurement, runtime_statistics: statisticsOf(measurement) };
  }

  #outcomeOf(exit: Exit): Outcome {
    if ("failure" in exit) {
      return { kind: "start_failed", errors: [startError("start-failed", exit.failure.message, {})] };
    }
    const { path, account } = this.#parts;
    return naturalOutcome({
      ...exit,
      path,
      isJoined: account.joinFiles.length === 0 || (this.#recorder.measurement(0).memory_bytes ?? 0) > 0,
      isLaunchedByShell: account.joinFiles.length > 0,
      oomKills: this.#recorder.oomKills,
      memoryLimit: this.#memoryLimit,
    });
  }

  #elapsedMs(): number {
    return this.#durationMs ?? performance.now() - this.#parts.startedMs;
  }
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("error", (failure) => {
      resolve({ failure });
    });
    child.once("exit", (code, signal) => {
      resolve({ code, signal });
    });
  });
}

/** Hands output on as it comes; resolves when both streams are closed. */
async function outputClosed(child: ChildProcess, output: RunSpec["output"]): Promise<void> {
  if (output === "inherit") return;
  const streams = [["stdout", child.stdout] as const, ["stderr", child.stderr] as const];
  await Promise.all(
    streams.map(async ([name, stream]) => {
      if (stream === null) return;
      stream.on("data", (chunk: Buffer) => {
        output.onOutput(name, chunk);
      });
      await new Promise((resolve) => {
        stream.once("close", resolve);
      });
    }),
  );
}

/** All processes of the run are dead: what was written is there, or somebody else holds the pipe. */
async function drained(child: ChildProcess, closed: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAIN_MS);
  });
  await Promise.race([closed, late]);
  clearTimeout(timer);
  child.stdout?.destroy();
  child.stderr?.destroy();
}
