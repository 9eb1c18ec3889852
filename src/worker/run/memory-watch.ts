import type { MemoryRaise } from "../../domain/runtime-statistics.ts";
import type { Account } from "../measure/meter.ts";

/** Asked for at least: a limit that is raised by little is reached again at once. */
const LEAST_RAISE_BYTES = 64 * 1024 * 1024;
const LEAST_RAISE_SHARE = 0.25;
/** How far an elastic run may be past its limit before it was seen, unless the worker says otherwise. */
const USUAL_SLACK_BYTES = 64 * 1024 * 1024;
/** A run that used this share of its slack may have been refused memory. */
const PRESSED_SHARE = 0.75;
/** Between looks at an elastic run that is near its limit, or far from it. */
const NEAR_PERIOD_MS = 5;
const FAR_PERIOD_MS = 10;

/** What to watch. */
export type MemoryWatchOptions = {
  account: Account;
  limitBytes: number;
  /** As in `RunSpec`; absent: the limit is fixed. */
  raiseMemory: ((wantedBytes: number) => number | undefined) | undefined;
  /** As in `RunSpec`. */
  slackBytes: number | undefined;
  onRaise: (raise: Omit<MemoryRaise, "at_ms">) => void;
  /** Reads anew how much the run used at most so far, bytes. */
  readHighest: () => number;
};

/**
 * Holds a run to its memory limit: raises it where it is elastic and there is memory to give, and tells when the
 * run is past it where the kernel does not kill by itself (no cgroups, or an elastic run that got nothing).
 */
export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  readonly #isEnforced: boolean;
  #limitBytes: number;
  readonly #slackBytes: number | undefined;
  #highestBytes = 0;
  #wasPressed = false;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
    this.#limitBytes = options.limitBytes;
    if (options.raiseMemory !== undefined) this.#slackBytes = options.slackBytes ?? USUAL_SLACK_BYTES;
    this.#isEnforced = options.account.limitMemory(options.limitBytes, this.#slackBytes);
  }

  /** The limit now in force, bytes. */
  get limitBytes(): number {
    return this.#limitBytes;
  }

  /**
   * True when an elastic run used up its slack before it was seen. Where the kernel fills memory for a run it cannot
   * wait, and the run was refused memory: its failure is for memory, whatever it says.
   * @param highestBytes the most it has used so far
   */
  wasPressed(highestBytes: number): boolean {
    const mark = this.#limitBytes + (this.#slackBytes ?? Infinity) * PRESSED_SHARE;
    this.#wasPressed ||= highestBytes > mark;
    return this.#wasPressed;
  }

  /** How often to look, milliseconds; undefined: as usual. */
  get periodMs(): number | undefined {
    if (this.#slackBytes === undefined) return undefined;
    return this.#highestBytes > this.#limitBytes / 2 ? NEAR_PERIOD_MS : FAR_PERIOD_MS;
  }

  /**
   * @param memoryBytes in use now
   * @param highestBytes the most in use so far
   * @returns false when the run is past its limit and must die
   */
  look(memoryBytes: number, highestBytes: number): boolean {
    this.#highestBytes = highestBytes;
    if (this.#slackBytes === undefined) return this.#isEnforced || memoryBytes <= this.#limitBytes;
    this.wasPressed(highestBytes);
    const isPast = memoryBytes > this.#limitBytes || this.#options.account.isWaitingForMemory();
    return !isPast || this.#raise(memoryBytes);
  }

  #raise(memoryBytes: number): boolean {
    const from = this.#limitBytes;
    const least = Math.max(memoryBytes, from) + Math.max(from * LEAST_RAISE_SHARE, LEAST_RAISE_BYTES);
    const to = this.#options.raiseMemory?.(Math.ceil(least));
    if (to === undefined || to <= from || to <= memoryBytes) return false;
    this.#options.account.limitMemory(to, this.#slackBytes);
    // the run went on while it was raised, and may have been refused memory at the limit before
    this.wasPressed(this.#options.readHighest());
    this.#limitBytes = to;
    this.#options.onRaise({ from, to });
    return true;
  }
}
