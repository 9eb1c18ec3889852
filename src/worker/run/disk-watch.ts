import { statfsSync } from "node:fs";
import { diskUsage, isOwnFileSystem } from "../measure/disk-usage.ts";
import { ownCpuMs } from "./own-cpu.ts";

/** Walks may take this share of one core. */
const MOST_CORE_SHARE = 0.02;
/** A walk that was this cheap is always made at the end. */
const CHEAP_MS = 5;
/** The longest time between two walks that cost little, though the file system seems not to change. */
const LONGEST_PERIOD_MS = 1000;
/** While the run fills its directory, a look is taken so often: what is written and deleted in between is missed. */
const FILLING_PERIOD_MS = 5;
/** Less than this is left on a full disk. */
const FULL_BYTES = 1024 * 1024;

/** What to watch. */
export type DiskWatchOptions = {
  directory: string;
  /** The run's processes, for the files that they deleted but have open. */
  processes: () => readonly number[];
  onUsage: (bytes: number) => void;
};

/**
 * Follows the disk use of a run's directory. The file system's free space is read often, as it costs a microsecond
 * and changes when anybody writes; only then is the directory walked, the more seldom the more a walk costs.
 * A directory with a file system of its own is not walked at all: its figures are the run's.
 */
export class DiskWatch {
  readonly #options: DiskWatchOptions;
  /** Whether the directory has a file system of its own. */
  readonly isOwn: boolean;
  readonly #freeAtStart: number | undefined;
  #walk: Promise<void> | undefined;
  #walkedFree: number | undefined;
  #walkedAtMs = -Infinity;
  #costMs = 0;
  #lowestFree = Infinity;
  #bytes = 0;
  #isFilling = false;

  constructor(options: DiskWatchOptions) {
    this.#options = options;
    this.isOwn = isOwnFileSystem(options.directory);
    this.#freeAtStart = this.#free();
  }

  /** Free space when the watch began, bytes. */
  get freeAtStart(): number | undefined {
    return this.#freeAtStart;
  }

  /** True once the file system was seen full. */
  get wasFull(): boolean {
    return this.#lowestFree < FULL_BYTES;
  }

  /** Begins a walk if one is due. @returns in how many milliseconds to look again; Infinity: as usual */
  look(): number {
    const free = this.#free();
    if (free === undefined) return Infinity;
    if (this.isOwn) this.#tellOwn(free);
    else if (this.#walk === undefined && this.#isDue(free)) this.#walk = this.#measure(free);
    return this.#isFilling ? FILLING_PERIOD_MS : Infinity;
  }

  /** One last figure, after the walk under way. No process of the run is alive any more. */
  async finish(): Promise<void> {
    await this.#walk;
    const free = this.#free();
    if (free === undefined) return;
    if (this.isOwn) this.#tellOwn(free);
    else if (free !== this.#walkedFree || this.#costMs < CHEAP_MS) await this.#measure(free, []);
  }

  #isDue(free: number): boolean {
    const sinceMs = performance.now() - this.#walkedAtMs;
    if (sinceMs < this.#costMs / MOST_CORE_SHARE) return false;
    return free !== this.#walkedFree || sinceMs >= LONGEST_PERIOD_MS;
  }

  async #measure(free: number, processes = this.#options.processes()): Promise<void> {
    const beganMs = ownCpuMs();
    const bytes = await diskUsage(this.#options.directory, processes);
    if (bytes !== undefined) this.#tell(bytes);
    this.#walkedAtMs = performance.now();
    this.#costMs = ownCpuMs() - beganMs;
    this.#walkedFree = free;
    this.#walk = undefined;
  }

  #tellOwn(free: number): void {
    this.#walkedFree = free;
    if (this.#freeAtStart !== undefined) this.#tell(Math.max(0, this.#freeAtStart - free));
  }

  #tell(bytes: number): void {
    this.#isFilling = bytes > this.#bytes;
    this.#bytes = bytes;
    this.#options.onUsage(bytes);
  }

  #free(): number | undefined {
    try {
      const { bavail, bsize } = statfsSync(this.#options.directory);
      this.#lowestFree = Math.min(this.#lowestFree, bavail * bsize);
      return bavail * bsize;
    } catch {
      return undefined; // the directory is not there
    }
  }
}
