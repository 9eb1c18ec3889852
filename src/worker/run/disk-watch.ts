import { diskUsage } from "../measure/disk-usage.ts";

/** A walk may take this share of one core. */
const MOST_CORE_SHARE = 0.05;
const SHORTEST_PERIOD_MS = 25;

/** Walks a run's directory again and again, the more seldom the more a walk costs, and tells each result. */
export class DiskWatch {
  readonly #directory: string;
  readonly #onUsage: (bytes: number) => void;
  #walk: Promise<void> | undefined;
  #dueMs = 0;

  constructor(directory: string, onUsage: (bytes: number) => void) {
    this.#directory = directory;
    this.#onUsage = onUsage;
  }

  /** Begins a walk if one is due and none is under way. */
  look(): void {
    if (this.#walk !== undefined || performance.now() < this.#dueMs) return;
    this.#walk = this.#measure();
  }

  /** One last walk, after the one under way. */
  async finish(): Promise<void> {
    await this.#walk;
    await this.#measure();
  }

  async #measure(): Promise<void> {
    const beganMs = performance.now();
    this.#onUsage(await diskUsage(this.#directory));
    const endedMs = performance.now();
    this.#dueMs = endedMs + Math.max(SHORTEST_PERIOD_MS, (endedMs - beganMs) / MOST_CORE_SHARE);
    this.#walk = undefined;
  }
}
