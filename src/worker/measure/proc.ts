import { availableParallelism } from "node:os";
import { CpuLedger, TreeCpu } from "./proc-cpu.ts";
import { killEach } from "./cgroup-directory.ts";
import { readIfThere } from "./kernel-file.ts";
import type { Account, Meter, Reading } from "./meter.ts";
import { ProcessTree } from "./process-tree.ts";

const MARKER = "ALMANAC_RUN_MARK";
/** How often the whole machine is searched for processes that left their tree. */
const SEARCH_PERIOD_MS = 1000;

/**
 * Measures without cgroups: walks the process tree in `/proc` and adds up proportional set sizes.
 * What lives shorter than a period is missed, and limits are watched rather than enforced.
 */
export function procMeter(root: string): Meter {
  const ledger = new CpuLedger(root, availableParallelism());
  return { method: "proc", periodMs: 20, open: () => new ProcAccount(root, ledger), close: () => undefined };
}

class ProcAccount implements Account {
  readonly joinFiles = [];
  readonly markers: Record<string, string>;
  readonly #root: string;
  readonly #tree: ProcessTree;
  readonly #cpu: TreeCpu;
  #searchedAtMs = performance.now();

  constructor(root: string, ledger: CpuLedger) {
    const mark = crypto.randomUUID(); // the global: Node loads its cryptography (5 ms) only when this is reached
    this.markers = { [MARKER]: mark };
    this.#root = root;
    this.#tree = new ProcessTree(root, `${MARKER}=${mark}`);
    this.#cpu = new TreeCpu(ledger);
  }

  started(pid: number): void {
    this.#tree.plant(pid);
    this.#cpu.started();
  }

  ended(): void {
    this.#cpu.ended(this.#tree.members());
  }

  reading(): Reading {
    const members = this.#isSearchDue() ? this.#tree.membersAnywhere() : this.#tree.members();
    this.#cpu.add(members);
    let memory = 0;
    for (const { pid } of members) memory += proportionalBytes(readIfThere(`${this.#root}/proc/${pid}/smaps_rollup`));
    return {
      // no process left to look at says nothing about memory
      ...(members.length === 0 ? {} : { memory_bytes: memory }),
      cpu_user_us: this.#cpu.userUs,
      cpu_system_us: this.#cpu.systemUs,
      task_count: members.reduce((sum, member) => sum + member.threads, 0),
    };
  }

  processes(): number[] {
    return this.#tree.membersAnywhere().map((member) => member.pid);
  }

  isEmpty(): boolean {
    return this.processes().length === 0;
  }

  kill(): void {
    const stopped = new Set<number>();
    // what is stopped cannot fork; ends when a search finds nothing new, or at a bound that a fork bomb may pass
    for (let round = 0; round < 50; round += 1) {
      const fresh = this.processes().filter((pid) => !stopped.has(pid));
      if (fresh.length === 0) break;
      for (const pid of fresh) stopped.add(pid);
      stopEach(fresh);
    }
    killEach([...stopped]);
  }

  limitMemory(): boolean {
    return false;
  }

  isWaitingForMemory(): boolean {
    return false;
  }

  limitTasks(): boolean {
    return false;
  }

  remove(): void {
    // nothing was made
  }

  #isSearchDue(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#searchedAtMs < SEARCH_PERIOD_MS) return false;
    this.#searchedAtMs = nowMs;
    return true;
  }
}

/** Anonymous and shared memory of a process, shared pages divided by those who share them. */
function proportionalBytes(rollup: string | undefined): number {
  if (rollup === undefined) return 0;
  let kilobytes = 0;
  for (const match of rollup.matchAll(/^Pss_(?:Anon|Shmem): +(\d+) kB$/gm)) kilobytes += Number(match[1]);
  return kilobytes * 1024;
}

function stopEach(processes: readonly number[]): void {
  for (const pid of processes) {
    try {
      process.kill(pid, "SIGSTOP");
    } catch {
      // ended meanwhile
    }
  }
}
