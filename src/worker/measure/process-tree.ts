import { readdirSync } from "node:fs";
import { readIfThere } from "./kernel-file.ts";
import { childrenOf, readProcessStat, type ProcessStat } from "./process-stat.ts";

/**
 * The processes of one run, found without cgroups: the descendants of the started process; those seen
 * once, also after their parent died; and whatever carries the run's marker in its environment.
 */
export class ProcessTree {
  readonly #root: string;
  readonly #marker: string;
  readonly #known = new Map<number, string>();

  /** @param marker `NAME=value` that the run's processes inherit */
  constructor(root: string, marker: string) {
    this.#root = root;
    this.#marker = marker;
  }

  add(pid: number): void {
    const stat = readProcessStat(this.#root, pid);
    if (stat !== undefined) this.#known.set(pid, stat.start);
  }

  /** Descendants of what is known, without looking at other processes of the machine. */
  members(): ProcessStat[] {
    const alive = new Map<number, ProcessStat>();
    const queue = [...this.#known.keys()];
    // ends: each process is taken once
    for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
      if (alive.has(pid)) continue;
      const stat = this.#stillThere(pid);
      if (stat === undefined) continue;
      alive.set(pid, stat);
      if (!stat.isDead) queue.push(...childrenOf(this.#root, pid, this.#threads(pid)));
    }
    return [...alive.values()].filter((stat) => !stat.isDead);
  }

  /** As `members`, after a search of the whole machine for processes that slipped away. */
  membersAnywhere(): ProcessStat[] {
    for (const name of namesIn(`${this.#root}/proc`)) {
      const pid = Number(name);
      if (!Number.isInteger(pid) || this.#known.has(pid)) continue;
      const environment = readIfThere(`${this.#root}/proc/${pid}/environ`);
      if (environment !== undefined && `\0${environment}`.includes(`\0${this.#marker}\0`)) this.add(pid);
    }
    return this.members();
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
