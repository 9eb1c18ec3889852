import { readdirSync } from "node:fs";
import { readIfThere } from "./kernel-file.ts";
import { childrenOf, readProcessStat, type ProcessStat } from "./process-stat.ts";

/** No machine forks so fast that it uses up all 32,768 ids in this time. */
const ORDER_MS = 1000;

/**
 * The processes of one run, found without cgroups: the descendants of the started process; those seen
 * once, also after their parent died; and whatever carries the run's marker in its environment.
 */
export class ProcessTree {
  readonly #root: string;
  readonly #marker: string;
  readonly #known = new Map<number, string>();
  #first: { pid: number; atMs: number } | undefined;

  /** @param marker `NAME=value` that the run's processes inherit */
  constructor(root: string, marker: string) {
    this.#root = root;
    this.#marker = marker;
  }

  /** The process that the tree grows from. */
  plant(pid: number): void {
    this.#first = { pid, atMs: performance.now() };
    this.#add(pid);
  }

  #add(pid: number): void {
    const stat = readProcessStat(this.#root, pid);
    if (stat !== undefined) this.#known.set(pid, stat.start);
  }

  /** Those that are alive, without looking at other processes of the machine. */
  members(): ProcessStat[] {
    return this.everyone().filter((stat) => !stat.isDead);
  }

  /**
   * As `members`, with the dead whose parent has not waited for them. Parents are read before their children: one that ends
   * in between is not in its parent's sum yet, and is never counted in both.
   */
  everyone(): ProcessStat[] {
    const found = new Map<number, ProcessStat>();
    // in the order in which they were found; grows while it is gone through, and each process is taken once
    const queue = [...this.#known.keys()];
    for (const pid of queue) {
      if (found.has(pid)) continue;
      const stat = this.#stillThere(pid);
      if (stat === undefined) continue;
      found.set(pid, stat);
      if (!stat.isDead) queue.push(...childrenOf(this.#root, pid, this.#threads(pid)));
    }
    return [...found.values()];
  }

  /** As `members`, after a search of the whole machine. */
  membersAnywhere(): ProcessStat[] {
    this.search();
    return this.members();
  }

  /** Looks through the whole machine for processes that slipped away. */
  search(): void {
    const least = this.#leastPid();
    for (const name of namesIn(`${this.#root}/proc`)) {
      const pid = Number(name);
      if (!(pid >= least) || this.#known.has(pid)) continue;
      const environment = readIfThere(`${this.#root}/proc/${pid}/environ`);
      if (environment !== undefined && `\0${environment}`.includes(`\0${this.#marker}\0`)) this.#add(pid);
    }
  }

  /** Ids are given in order: what is younger than the run has a higher one, as long as they have not begun anew. */
  #leastPid(): number {
    if (this.#first === undefined || performance.now() - this.#first.atMs > ORDER_MS) return 1;
    const last = Number(readIfThere(`${this.#root}/proc/loadavg`)?.split(" ")[4]);
    return last >= this.#first.pid ? this.#first.pid : 1;
  }

  #stillThere(pid: number): ProcessStat | undefined {
    const stat = readProcessStat(this.#root, pid);
    const start = this.#known.get(pid);
    if (stat === undefined || (start !== undefined && stat.start !== start)) {
      this.#known.delete(pid); // gone, or its number now names another process
      return undefined;
    }
    this.#known.set(pid, stat.start);
    return stat;
  }

  #threads(pid: number): string[] {
    return namesIn(`${this.#root}/proc/${pid}/task`);
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // ended meanwhile
  }
}
