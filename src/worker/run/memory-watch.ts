import type { MemoryRaise } from "../../domain/runtime-statistics.ts";
import { ELASTIC_SLACK_BYTES, type Account } from "../measure/meter.ts";

/** Asked for at least: a limit that is raised by little is reached again at once. */
const LEAST_RAISE_BYTES = 64 * 1024 * 1024;
const LEAST_RAISE_SHARE = 0.25;
/** Between looks at an elastic run that is near its limit, or far from it. */
const NEAR_PERIOD_MS = 5;
const FAR_PERIOD_MS = 10;

/** What to watch. */
export type MemoryWatchOptions = {
  account: Account;
  limitBytes: number;
  /** As in `RunSpec`; absent: the limit is fixed. */
  raiseMemory: ((wantedBytes: number) => number | undefined) | undefined;
  onRaise: (raise: Omit<MemoryRaise, "at_ms">) => void;
};

/**
 * Holds a run to its memory limit: raises it where it is elastic and there is memory to give, and tells when the
 * run is past it where the kernel does not kill by itself (no cgroups, or an elastic run that got nothing).
 */
export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  readonly #isEnforced: boolean;
  #limitBytes: number;
  #highestBytes = 0;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
    this.#limitBytes = options.limitBytes;
    this.#isEnforced = options.account.limitMemory(options.limitBytes, this.isElastic);
  }

  get isElastic(): boolean {
    return this.#options.raiseMemory !== undefined;
  }

  /** The limit now in force, bytes. */
  get limitBytes(): number {
    return this.#limitBytes;
  }

  /**
   * True when an elastic run used up its slack faster than it was watched: what failed in it, failed for memory.
   */
  get wasPressed(): boolean {
    return this.isElastic && this.#highestBytes > this.#limitBytes + ELASTIC_SLACK_BYTES * 0.75;
  }

  /** How often to look, milliseconds; undefined: as usual. */
  get periodMs(): number | undefined {
    if (!this.isElastic) return undefined;
    return this.#highestBytes > this.#limitBytes / 2 ? NEAR_PERIOD_MS : FAR_PERIOD_MS;
  }

  /** @returns false when the run is past its limit and must die */
  look(memoryBytes: number): boolean {
    this.#highestBytes = Math.max(this.#highestBytes, memoryBytes);
    if (this.#isEnforced && !this.isElastic) return true;
    const isPast = memoryBytes > this.#limitBytes || this.#options.account.isWaitingForMemory();
    return !isPast || this.#raise(memoryBytes);
  }

  #raise(memoryBytes: number): boolean {
    const from = this.#limitBytes;
    const least = Math.max(memoryBytes, from) + Math.max(from * LEAST_RAISE_SHARE, LEAST_RAISE_BYTES);
    const to = this.#options.raiseMemory?.(Math.ceil(least));
    if (to === undefined || to <= from || to <= memoryBytes) return false;
    this.#options.account.limitMemory(to, true);
    this.#limitBytes = to;
    this.#options.onRaise({ from, to });
    return true;
  }
}
