import type { RunId } from "../../domain/ids.ts";

/**
 * The worker's memory, and what of it is promised to which run. What nobody was promised makes the limits of
 * runs elastic (`DESIGN.md` §7): a run that outgrows its amount gets more instead of being killed.
 */
export class MemoryPool {
  readonly #capacityBytes: number;
  readonly #promised = new Map<RunId, number>();

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  /** Promises a run the amount that the server allocated to it. */
  promise(run: RunId, bytes: number): void {
    this.#promised.set(run, bytes);
  }

  /**
   * More for a run: as much as it wants, or else all that is left.
   * @param maxBytes what it may never have more of
   * @returns its new limit; undefined when there is nothing to give
   */
  raise(run: RunId, wantedBytes: number, maxBytes = Infinity): number | undefined {
    const own = this.#promised.get(run) ?? 0;
    const limit = Math.min(wantedBytes, maxBytes, own + this.freeBytes);
    if (limit <= own) return undefined;
    this.#promised.set(run, limit);
    return limit;
  }

  /** The run has ended. */
  release(run: RunId): void {
    this.#promised.delete(run);
  }

  /** What nobody was promised; never below 0. */
  get freeBytes(): number {
    let promised = 0;
    for (const bytes of this.#promised.values()) promised += bytes;
    return Math.max(0, this.#capacityBytes - promised);
  }
}
