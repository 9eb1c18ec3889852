import { setTimeout as delay } from "node:timers/promises";
import { backoffMs } from "../../client/retry.ts";
import { AppError } from "../../contract/errors.ts";
import type { RunReport, SentLines, SyncAnswer, WorkerSelf } from "../../contract/worker-protocol.ts";
import type { Clock } from "../../domain/clock.ts";
import { formatDuration } from "../../domain/units.ts";
import { WORKER_BACKOFF } from "../report/keep-trying.ts";
import type { SaidLines } from "../report/said-lines.ts";
import type { WorkerLog } from "../worker-log.ts";
import { LeaseWatch } from "./lease-watch.ts";
import type { Roster } from "./roster.ts";
import type { ServerLine } from "./server-line.ts";

/** What the loop needs. */
export type SyncLoopOptions = {
  line: ServerLine;
  roster: Roster;
  /** What the worker tells of itself, as it is now. */
  self: () => WorkerSelf;
  /** What the worker says of itself. */
  said: Pick<SaidLines, "next" | "kept" | "isLong">;
  /** Whether the worker wants new runs. */
  wantsWork: () => boolean;
  /** Gets a token that the server knows; throws when there is no way to. */
  authenticate: (signal: AbortSignal) => Promise<void>;
  /** A call was answered and taken in, or has failed. */
  over: () => void;
  /** Time that an ended run has between SIGTERM and SIGKILL, milliseconds. */
  graceMs: number;
  clock: Clock;
  random: () => number;
  log: WorkerLog;
};

/** An idle worker lets the server hold its call for so long, milliseconds. */
const IDLE_WAIT_MS = 20_000;
/** Changes that come close together are told together. */
const GATHER_MS = 10;
/** After an answer without news that came too early, so that a server that cannot wait is not flooded. */
const PAUSE_MS = 1000;
/** How much longer than it was allowed to wait the server may take. */
const ANSWER_MS = 30_000;
/** Before the server has told its own figure. */
const DEFAULT_HEARTBEAT_MS = 2000;

/** Above the number that the server knows: calls of the worker before this one may still be under way. */
const SEQUENCE_STEP = 1_000_000;

/** Why a waiting call was ended by ourselves. */
const OVERTAKEN = new Error("something changed while the call was waiting");

/**
 * The one conversation with the server, at most one call at a time. It is
 * - *calling*: a sync is on its way; the server may hold it while there is nothing to say. When a run
 *   changes meanwhile, a call that brings no end of a run is dropped and sent anew (the server sends
 *   again what was in an answer that never arrived);
 * - *pausing*: after failures, longer each time and by chance, or after an answer that came too early.
 * It ends when its signal aborts, or when no token can be got any more.
 */
export class SyncLoop {
  readonly #options: SyncLoopOptions;
  readonly #leases: LeaseWatch;
  #sequence = 0;
  #heartbeatMs = DEFAULT_HEARTBEAT_MS;
  #isDraining = false;
  #failures = 0;
  #lastHeardMs: number;
  /** When the first of the failures was. */
  #cutOffMs = 0;
  #isChanged = false;
  #overtake: (() => void) | undefined;

  constructor(options: SyncLoopOptions) {
    this.#options = options;
    this.#lastHeardMs = options.clock.monotonicMs();
    const { clock, graceMs } = options;
    this.#leases = new LeaseWatch({ clock, graceMs, over: (leftMs) => this.#endLeases(leftMs) });
  }

  /** A run has changed: the server is told soon. */
  wake(): void {
    this.#isChanged = true;
    this.#overtake?.();
  }

  /** Talks to the server until it is to end. Throws the fault that leaves no way to go on. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      // ends: see the class
      while (!signal.aborted) await this.#step(signal);
    } finally {
      this.#leases.close();
    }
  }

  async #step(signal: AbortSignal): Promise<void> {
    try {
      await this.#exchange(signal);
    } catch (error) {
      if (!signal.aborted && error !== OVERTAKEN) await this.#recover(error, signal);
    }
  }

  /** True while the server does not answer. */
  get isCutOff(): boolean {
    return this.#failures > 0;
  }

  /** When the server last answered; before that, when the loop was made. Monotonic, milliseconds. */
  get lastHeardMs(): number {
    return this.#lastHeardMs;
  }

  async #exchange(signal: AbortSignal): Promise<void> {
    const { roster, clock, log, said } = this.#options;
    if (this.#isChanged) await delay(GATHER_MS, undefined, { signal });
    this.#isChanged = false;
    const reports = roster.reports();
    const waitMs = this.#waitFor(reports);
    const sentMs = clock.monotonicMs();
    const lines = said.next();
    const answer = await this.#call(reports, lines, waitMs, signal);
    if (lines !== undefined) said.kept(lines);
    this.#lastHeardMs = clock.monotonicMs();
    if (this.isCutOff) {
      const cutOffFor = formatDuration(Math.round((this.#lastHeardMs - this.#cutOffMs) / 1000));
      log.info({ failures: this.#failures }, `the server answers again, after ${cutOffFor}`);
    }
    this.#failures = 0;
    this.#leases.renew(sentMs, answer.lease_ms);
    // What a late answer hands out may be another's by now; if not, it is handed out again.
    const isNews = this.#takeIn(this.#leases.isOver ? { ...answer, assignments: [] } : answer, reports);
    this.#options.over();
    const leftMs = waitMs - (clock.monotonicMs() - sentMs);
    if (!isNews && leftMs > 0) await this.#pause(Math.min(leftMs, PAUSE_MS), signal);
  }

  async #call(
    reports: RunReport[],
    log: SentLines | undefined,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<SyncAnswer> {
    const { line, self, wantsWork } = this.#options;
    const overtaken = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    // An end is answered at once; to drop that call would only make it be sent twice.
    const mayOvertake = !reports.some((report) => report.state === "ended");
    this.#overtake = () => {
      if (mayOvertake) timer ??= setTimeout(() => overtaken.abort(OVERTAKEN), GATHER_MS);
    };
    if (this.#isChanged) this.#overtake();
    this.#sequence += 1;
    const sequence = this.#sequence;
    try {
      return await line.client.call("sync", {
        body: {
          sequence,
          self: self(),
          runs: reports,
          wants_work: wantsWork(),
          wait_ms: waitMs,
          ...(log !== undefined && { log }),
        },
        signal: AbortSignal.any([signal, overtaken.signal]),
        idleTimeoutMs: waitMs + ANSWER_MS,
        attempts: 1,
      });
    } finally {
      clearTimeout(timer);
      this.#overtake = undefined;
    }
  }

  #takeIn(answer: SyncAnswer, sent: readonly RunReport[]): boolean {
    this.#heartbeatMs = answer.heartbeat_ms;
    if (answer.draining !== this.#isDraining) {
      this.#isDraining = answer.draining;
      this.#options.log.info({}, answer.draining ? "draining: takes no new runs" : "takes runs again");
    }
    const isNews = this.#options.roster.hear(answer, sent);
    // The answer may have been on its way when the worker was told to stop: what it brought is given back.
    if (!this.#options.wantsWork()) this.#options.roster.stopAll();
    return isNews;
  }

  /**
   * An idle worker waits long; one with runs reports their figures at every heartbeat; one that stops does not wait, nor
   * one that was cut off: it is to know at once that the server is back.
   */
  #waitFor(reports: readonly RunReport[]): number {
    const { wantsWork, said } = this.#options;
    if (this.isCutOff || (!wantsWork() && reports.length === 0)) return 0;
    const waitMs = reports.length === 0 ? IDLE_WAIT_MS : Math.min(this.#heartbeatMs, IDLE_WAIT_MS);
    return said.isLong ? Math.min(waitMs, PAUSE_MS) : waitMs;
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { line, log, authenticate, random, clock } = this.#options;
    if (!(error instanceof AppError)) throw error;
    if (error.code === "call-out-of-order") return this.#countOn(error);
    this.#failures += 1;
    if (this.#failures === 1) {
      this.#cutOffMs = clock.monotonicMs();
      log.warn({ err: error }, "the server does not answer; runs go on");
    }
    this.#options.over();
    if (line.follow()) log.info({ url: line.client.url }, "the server has moved");
    if (error.code === "unauthenticated" || error.code === "forbidden") {
      if (await this.#tried(() => authenticate(signal))) return;
    }
    await this.#pause(backoffMs(this.#failures, WORKER_BACKOFF, random), signal);
  }

  /** The worker of this name before us made more calls: ours have greater numbers from now on. */
  #countOn(error: AppError): void {
    const newest = Number(error.details["newest"]);
    if (!Number.isSafeInteger(newest) || newest < this.#sequence) throw error;
    this.#sequence = newest + SEQUENCE_STEP;
  }

  #endLeases(graceMs: number): void {
    if (this.#options.roster.activeCount === 0) return;
    this.#options.log.warn({}, "the server was silent for a lease time: ends all runs, which may be given to others");
    this.#options.roster.endLeases(graceMs);
  }

  /** Asks for a token; false when the server was not there to give one. */
  async #tried(authenticate: () => Promise<void>): Promise<boolean> {
    try {
      await authenticate();
      return true;
    } catch (error) {
      if (error instanceof AppError && ["unavailable", "internal-error"].includes(error.code)) return false;
      throw error;
    }
  }

  /** Waits; cut short when a run changes, unless the server is not there anyway. */
  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    const wakened = new AbortController();
    if (this.#failures === 0) {
      this.#overtake = () => {
        wakened.abort();
      };
      if (this.#isChanged) wakened.abort();
    }
    try {
      await delay(ms, undefined, { signal: AbortSignal.any([signal, wakened.signal]) });
    } catch {
      signal.throwIfAborted(); // else a run has changed, and the next call tells it
    } finally {
      this.#overtake = undefined;
    }
  }
}
