import type { WorkerSelf } from "../../contract/worker-protocol.ts";
import type { Clock } from "../../domain/clock.ts";
import { keepTrying } from "../report/keep-trying.ts";
import type { SaidLines } from "../report/said-lines.ts";
import type { WorkerLog } from "../worker-log.ts";
import type { Credentials } from "./credentials.ts";
import { Roster, type RosterOptions } from "./roster.ts";
import type { ServerLine } from "./server-line.ts";
import { SyncLoop } from "./sync-loop.ts";

/** What a worker's life needs. */
export type WorkerLifeOptions = Pick<RosterOptions, "runs" | "begin" | "hasFiles"> & {
  clock: Clock;
  random: () => number;
  log: WorkerLog;
  line: ServerLine;
  self: () => WorkerSelf;
  credentials: Credentials;
  /** What the worker says of itself. */
  said: SaidLines;
  /** Time that an ended run has between SIGTERM and SIGKILL, milliseconds. */
  graceMs: number;
  /** How long closing may wait for the server, milliseconds. */
  closeMs: number;
};

/** A server that does not answer at once does not hear the last words of a worker that has nothing else to hand in. */
const LAST_WORDS_MS = 1000;

/**
 * A worker from its start to its end. It is
 * - *joining* while it has no token;
 * - *working*: talks to the server, takes runs and hands them in;
 * - *closing* once `close` was called: takes nothing new, ends what runs, and hands in for a bounded time;
 * - *ended*: nothing of it runs; what could not be handed in is on disk for the next worker of its name.
 * It ends without `close` when no token can be got.
 */
export class WorkerLife {
  readonly #options: WorkerLifeOptions;
  readonly #roster: Roster;
  readonly #loop: SyncLoop;
  readonly #stop = new AbortController();
  #isClosing = false;
  #isJoinTold = false;
  #closing: Promise<void> | undefined;
  #busyMs: number;
  #hasEnded = false;
  #watch: (() => void) | undefined;

  constructor(options: WorkerLifeOptions) {
    const { clock, random, log, line, self, credentials, said } = options;
    this.#options = options;
    this.#busyMs = clock.monotonicMs();
    const changed = () => {
      this.#changed();
    };
    this.#roster = new Roster({
      runs: options.runs,
      begin: options.begin,
      hasFiles: options.hasFiles,
      clock,
      log,
      changed,
    });
    this.#loop = new SyncLoop({
      roster: this.#roster,
      wantsWork: () => !this.#isClosing,
      authenticate: (signal) => credentials.join(signal),
      over: () => this.#watch?.(),
      said,
      graceMs: options.graceMs,
      clock,
      random,
      log,
      line,
      self,
    });
    said.onNews(() => this.#loop.wake());
  }

  /** Takes up what the worker before this one left on disk. */
  recover(): Promise<void> {
    return this.#roster.recover();
  }

  /** How long there has been neither work nor a server, milliseconds; 0 while something runs. */
  idleWithoutServerMs(): number {
    if (this.#roster.activeCount > 0) return 0;
    return this.#options.clock.monotonicMs() - Math.max(this.#busyMs, this.#loop.lastHeardMs);
  }

  /** What the worker tells of itself has changed: the server hears it soon. */
  selfChanged(): void {
    this.#loop.wake();
  }

  /** Lives to its end. Rejects with the fault that ended it. */
  async live(): Promise<void> {
    const { signal } = this.#stop;
    try {
      await this.#join(signal);
      await this.#loop.run(signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#options.log.error({ err: error }, "the worker cannot go on");
      throw error;
    } finally {
      this.#isClosing = true;
      this.#roster.stopAll();
      await this.#roster.close();
      this.#hasEnded = true;
      this.#watch?.();
    }
  }

  /** Ends it: see the states. Resolves when the time for handing in is over; `live` then ends too. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#isClosing = true;
    this.#options.log.info({}, "ends: takes nothing new, and hands in what it has");
    this.#roster.stopAll();
    this.#loop.wake();
    await this.#untilHandedIn();
    this.#stop.abort();
  }

  /** Resolves when all is handed in, when nothing runs any more and the server does not answer, or after the time. */
  async #untilHandedIn(): Promise<void> {
    const { closeMs, said, credentials } = this.#options;
    const timers: NodeJS.Timeout[] = [];
    let mayLeaveWords = !credentials.hasToken;
    await new Promise<void>((resolve) => {
      this.#watch = () => {
        const { size, activeCount } = this.#roster;
        if (activeCount === 0 && this.#loop.isCutOff) resolve();
        else if (this.#hasEnded) resolve();
        else if (size === 0 && (said.isEmpty || mayLeaveWords)) resolve();
      };
      const leaveWords = () => {
        mayLeaveWords = true;
        this.#watch?.();
      };
      timers.push(setTimeout(resolve, closeMs), setTimeout(leaveWords, Math.min(LAST_WORDS_MS, closeMs)));
      this.#watch();
    });
    for (const timer of timers) clearTimeout(timer);
  }

  async #join(signal: AbortSignal): Promise<void> {
    const { credentials, random } = this.#options;
    if (credentials.hasToken) return;
    // Without a join token it fails for good, which must not be mistaken for a token that may yet be mended.
    if (!credentials.canJoin) return credentials.join(signal);
    const joined = await keepTrying(() => this.#tryToJoin(signal), { signal, random });
    if (!joined.ok) throw joined.refusal;
  }

  async #tryToJoin(signal: AbortSignal): Promise<void> {
    const { credentials, line, log } = this.#options;
    try {
      await credentials.join(signal);
    } catch (error) {
      if (!this.#isJoinTold && !signal.aborted) log.warn({ err: error, url: line.client.url }, "could not join yet");
      this.#isJoinTold = true;
      line.follow();
      throw error;
    }
  }

  #changed(): void {
    if (this.#roster.activeCount > 0) this.#busyMs = this.#options.clock.monotonicMs();
    this.#loop.wake();
    this.#watch?.();
  }
}
