import type { Clock } from "../../domain/clock.ts";

/** What a lease watch needs. */
export type LeaseWatchOptions = {
  clock: Clock;
  /** Time that an ended run would have between SIGTERM and SIGKILL, milliseconds. */
  graceMs: number;
  /** The leases are about to end: the runs are to be ended, and killed after the grace time given. */
  over: (graceMs: number) => void;
};

/** Runs are gone this part of a lease before its end: clocks differ a little, and ending takes a moment. */
const MARGIN_SHARE = 1 / 10;
/** What the grace time may take of a lease at most. */
const GRACE_SHARE = 1 / 4;

/**
 * Sees to it that no run of this worker is alive when its lease has ended, whatever the network does. A lease lasts
 * at least as long as the server says, counted from when the call was sent that it answers: so no clock need
 * agree with another, they need only run equally fast.
 */
export class LeaseWatch {
  readonly #options: LeaseWatchOptions;
  #endMs = Infinity;
  #graceMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LeaseWatchOptions) {
    this.#options = options;
  }

  /**
   * The server has answered a call.
   * @param sentMs when that call was sent, monotonic
   * @param leaseMs null: the server wants cut-off runs to go on
   */
  renew(sentMs: number, leaseMs: number | null): void {
    this.close();
    this.#endMs = leaseMs === null ? Infinity : sentMs + leaseMs * (1 - MARGIN_SHARE);
    if (leaseMs === null) return;
    this.#graceMs = Math.min(this.#options.graceMs, leaseMs * GRACE_SHARE);
    const waitMs = this.#endMs - this.#graceMs - this.#options.clock.monotonicMs();
    this.#timer = setTimeout(() => this.#options.over(this.#graceMs), Math.max(0, waitMs));
    this.#timer.unref();
  }

  /** True when the answer came so late that what it hands out may have been given to another already. */
  get isOver(): boolean {
    return this.#options.clock.monotonicMs() >= this.#endMs - this.#graceMs;
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
