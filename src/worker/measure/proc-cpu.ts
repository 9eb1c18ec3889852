import { readProcessStat, TICK_US, type ProcessStat } from "./process-stat.ts";

type Ticks = { user: number; system: number };
/** What was counted of one process when it was last seen. */
type Seen = { parent: number; own: Ticks; children: Ticks };

/**
 * CPU time of this process's own children that ended: the kernel keeps one sum for all of them, so what
 * is taken for one run is taken away from the next. Needed because the last moments of a process
 * can be read only by whoever waits for it, which is Node.
 */
export class CpuLedger {
  readonly #root: string;
  readonly #coreCount: number;
  #taken: Ticks = zero();
  #runCount = 0;

  constructor(root: string, coreCount: number) {
    this.#root = root;
    this.#coreCount = coreCount;
  }

  /** A run begins. What ended before the first of those that go on belongs to none of them. */
  begin(): void {
    if (this.#runCount === 0) this.#taken = this.#sum();
    this.#runCount += 1;
  }

  /** A run has ended. Takes what ended since, but no more than one run can have used in the time: the rest is another's. */
  take(known: Ticks, elapsedMs: number): Ticks {
    this.#runCount -= 1;
    const sum = this.#sum();
    const since = { user: sum.user - this.#taken.user, system: sum.system - this.#taken.system };
    const most = known.user + known.system + (elapsedMs * 1000 * this.#coreCount) / TICK_US + 2;
    const share = Math.min(1, most / Math.max(1, since.user + since.system));
    const taken = { user: Math.round(since.user * share), system: Math.round(since.system * share) };
    this.#taken = { user: this.#taken.user + taken.user, system: this.#taken.system + taken.system };
    return taken;
  }

  #sum(): Ticks {
    const own = readProcessStat(this.#root, "self");
    return { user: own?.childUserTicks ?? 0, system: own?.childSystemTicks ?? 0 };
  }
}

/**
 * Adds up the CPU time of a process tree from looks at it. A process that was waited for between two looks is
 * found again in its parent's time for children, less what had been counted of it already.
 */
export class TreeCpu {
  readonly #ledger: CpuLedger;
  #seen = new Map<number, Seen>();
  /**
   * Counted of processes that were gone at the last look, and not yet in the time for children of the process named: it was
   * read a moment earlier, before it waited for them. If it did wait, the next look shows it; if not, it never will.
   */
  #owed = new Map<number, Ticks>();
  #total: Ticks = { user: 0, system: 0 };
  /** Counted of processes whose nearest living ancestor is Node itself. */
  #orphaned: Ticks = { user: 0, system: 0 };
  #lookedAtMs = performance.now();

  constructor(ledger: CpuLedger) {
    this.#ledger = ledger;
  }

  started(): void {
    this.#ledger.begin();
  }

  get userUs(): number {
    return this.#total.user * TICK_US;
  }

  get systemUs(): number {
    return this.#total.system * TICK_US;
  }

  /** A look at all processes of the tree, parents before their children, the dead that nobody has waited for included. */
  add(everyone: readonly ProcessStat[]): void {
    const now = new Map(everyone.map((member) => [member.pid, seenOf(member)]));
    const counted = this.#countedOfTheGone(now);
    const owed = new Map<number, Ticks>();
    for (const [pid, seen] of now) {
      const before = this.#seen.get(pid);
      addTo(this.#total, difference(seen.own, before?.own));
      const fresh = difference(difference(seen.children, before?.children), this.#owed.get(pid));
      addTo(this.#total, difference(fresh, counted.get(pid)));
      owed.set(pid, difference(counted.get(pid) ?? zero(), fresh));
    }
    addTo(this.#orphaned, counted.get(0) ?? zero());
    this.#seen = now;
    this.#owed = owed;
    this.#lookedAtMs = performance.now();
  }

  /** The started process was waited for: takes what its last moments added. Given are those that outlived it. */
  ended(everyone: readonly ProcessStat[]): void {
    const sinceMs = performance.now() - this.#lookedAtMs;
    this.add(everyone);
    const taken = this.#ledger.take(this.#orphaned, sinceMs);
    addTo(this.#total, difference(taken, this.#orphaned));
  }

  /** For each process that is there (0: none) what had been counted of its descendants that are gone since the last look. */
  #countedOfTheGone(now: ReadonlyMap<number, Seen>): Map<number, Ticks> {
    const counted = new Map<number, Ticks>();
    for (const [pid, seen] of this.#seen) {
      if (now.has(pid)) continue;
      const ancestor = this.#ancestorThere(seen.parent, now);
      const sum = counted.get(ancestor) ?? zero();
      addTo(sum, seen.own);
      addTo(sum, seen.children);
      addTo(sum, this.#owed.get(pid) ?? zero());
      counted.set(ancestor, sum);
    }
    return counted;
  }

  #ancestorThere(parent: number, now: ReadonlyMap<number, Seen>): number {
    let pid = parent;
    // ends at a process that is there or at one that is not of this tree; parents form no circle
    while (!now.has(pid)) {
      const seen = this.#seen.get(pid);
      if (seen === undefined) return 0;
      pid = seen.parent;
    }
    return pid;
  }
}

function seenOf(stat: ProcessStat): Seen {
  return {
    parent: stat.parent,
    own: { user: stat.userTicks, system: stat.systemTicks },
    children: { user: stat.childUserTicks, system: stat.childSystemTicks },
  };
}

function zero(): Ticks {
  return { user: 0, system: 0 };
}

function addTo(sum: Ticks, more: Ticks): void {
  sum.user += more.user;
  sum.system += more.system;
}

/** Never below zero: what was counted already is not taken back. */
function difference(now: Ticks, before: Ticks | undefined): Ticks {
  if (before === undefined) return now;
  return { user: Math.max(0, now.user - before.user), system: Math.max(0, now.system - before.system) };
}
