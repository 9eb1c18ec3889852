import type { PlanPolicy } from "./policy.ts";

/**
 * A key without history of which several requests wait. In one of three states:
 * - *open*: fewer runs than `probes` go on; its requests are like any others;
 * - *held*: enough runs go on to learn from; its requests get only room that nothing else can use;
 * - *released*: it was held as long as is allowed; its requests are like any others again.
 */
export type Probe = {
  readonly key: string;
  runs: number;
  waiting: number;
  /** When it was first held, milliseconds; undefined before. */
  heldSinceMs: number | undefined;
  isHeld: boolean;
};

/** The keys without history that have requests or runs. */
export class Probes {
  readonly #policy: PlanPolicy;
  readonly #probes = new Map<string, Probe>();
  /** Those whose counts have changed since their state was last looked at. */
  readonly #changed = new Set<Probe>();
  readonly #held = new Set<Probe>();

  constructor(policy: PlanPolicy) {
    this.#policy = policy;
  }

  take(key: string): Probe {
    const known = this.#probes.get(key);
    if (known !== undefined) return known;
    const probe: Probe = { key, runs: 0, waiting: 0, heldSinceMs: undefined, isHeld: false };
    this.#probes.set(key, probe);
    return probe;
  }

  /** Forgets the keys that nothing names any more. */
  keepOnly(named: ReadonlySet<Probe>): void {
    for (const probe of this.#probes.values()) {
      if (named.has(probe)) continue;
      this.#probes.delete(probe.key);
      this.#changed.delete(probe);
      this.#held.delete(probe);
    }
  }

  /** Counts a request that waits (1), or does not any more (-1). */
  countWaiting(probe: Probe, by: 1 | -1): void {
    probe.waiting += by;
    this.#changed.add(probe);
  }

  /** Counts a run that goes on (1), or has ended (-1). */
  countRun(probe: Probe, by: 1 | -1): void {
    probe.runs += by;
    this.#changed.add(probe);
  }

  /** Brings the states up to date; gives those that are held now and were not, or the other way round. */
  refresh(nowMs: number): Probe[] {
    if (nowMs >= this.nextReleaseMs()) for (const probe of this.#held) this.#changed.add(probe);
    const turned = [...this.#changed].filter((probe) => this.#shouldHold(probe, nowMs) !== probe.isHeld);
    this.#changed.clear();
    for (const probe of turned) {
      probe.isHeld = !probe.isHeld;
      if (probe.isHeld) this.#held.add(probe);
      else this.#held.delete(probe);
    }
    return turned;
  }

  /** When the first of the held ones is to be released; infinity if none is held. */
  nextReleaseMs(): number {
    let since = Infinity;
    for (const probe of this.#held) since = Math.min(since, probe.heldSinceMs ?? Infinity);
    return since + this.#policy.probeHoldMs;
  }

  #shouldHold(probe: Probe, nowMs: number): boolean {
    if (this.#policy.probes === 0 || probe.runs < this.#policy.probes) return false;
    if (!probe.isHeld && probe.waiting < this.#policy.probeWaiting) return false;
    probe.heldSinceMs ??= nowMs;
    return nowMs < probe.heldSinceMs + this.#policy.probeHoldMs;
  }
}
