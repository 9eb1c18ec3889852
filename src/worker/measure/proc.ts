import { availableParallelism } from "node:os";
import { CpuLedger, TreeCpu } from "./proc-cpu.ts";
import { killEach } from "./cgroup-directory.ts";
import { readIfThere, valueOf } from "./kernel-file.ts";
import type { Account, Meter, Reading } from "./meter.ts";
import { ProcessTree } from "./process-tree.ts";
import { sharedSegmentBytes } from "./shared-segments.ts";

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
  readonly #oomKillsBefore: number | undefined;
  #oomKillsAfter: number | undefined;
  /** The most shared memory in use so far, bytes. */
  #mostShared = 0;

  constructor(root: string, ledger: CpuLedger) {
    const mark = crypto.randomUUID(); // the global: Node loads its cryptography (5 ms) only when this is reached
    this.markers = { [MARKER]: mark };
    this.#root = root;
    this.#tree = new ProcessTree(root, `${MARKER}=${mark}`);
    this.#cpu = new TreeCpu(ledger);
    this.#oomKillsBefore = machineOomKills(root);
  }

  started(pid: number): void {
    this.#tree.plant(pid);
    this.#cpu.started();
  }

  ended(): void {
    this.#cpu.ended(this.#tree.everyone());
    this.#oomKillsAfter = machineOomKills(this.#root);
  }

  reading(): Reading {
    if (this.#isSearchDue()) this.#tree.search();
    const everyone = this.#tree.everyone();
    this.#cpu.add(everyone);
    const members = everyone.filter((member) => !member.isDead);
    return {
      // no process left to look at says nothing about memory
      ...(members.length === 0 ? {} : { memory_bytes: this.#memoryOf(members.map(({ pid }) => pid)) }),
      cpu_user_us: this.#cpu.userUs,
      cpu_system_us: this.#cpu.systemUs,
      task_count: members.reduce((sum, member) => sum + member.threads, 0),
      ...this.#oomKills(),
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

  /**
   * Processes are read one after the other. While they are still taking their shares of shared memory, the sum of the
   * shares is too much: what one had alone when it was read, the next has a part of as well. So it is bounded by what
   * there is to share, which is only looked up when it matters.
   */
  #memoryOf(pids: readonly number[]): number {
    let anonymous = 0;
    let shared = 0;
    for (const pid of pids) {
      const rollup = readIfThere(`${this.#root}/proc/${pid}/smaps_rollup`);
      anonymous += rollupBytes(rollup, "Pss_Anon");
      shared += rollupBytes(rollup, "Pss_Shmem");
    }
    if (shared > this.#mostShared && pids.length > 1) {
      const maps = pids.map((pid) => readIfThere(`${this.#root}/proc/${pid}/maps`) ?? "");
      shared = Math.min(shared, Math.max(this.#mostShared, sharedSegmentBytes(maps)));
    }
    this.#mostShared = Math.max(this.#mostShared, shared);
    return anonymous + shared;
  }

  #oomKills(): { machine_oom_kills?: number } {
    if (this.#oomKillsBefore === undefined || this.#oomKillsAfter === undefined) return {};
    return { machine_oom_kills: this.#oomKillsAfter - this.#oomKillsBefore };
  }

  #isSearchDue(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#searchedAtMs < SEARCH_PERIOD_MS) return false;
    this.#searchedAtMs = nowMs;
    return true;
  }
}

/** Also those of containers and cgroups that reached their limits; since Linux 4.13. */
function machineOomKills(root: string): number | undefined {
  return valueOf(readIfThere(`${root}/proc/vmstat`), "oom_kill");
}

/** A line of `smaps_rollup`, in bytes; pages that are shared count divided by those who share them. */
function rollupBytes(rollup: string | undefined, name: "Pss_Anon" | "Pss_Shmem"): number {
  const from = rollup?.indexOf(`\n${name}:`) ?? -1;
  if (rollup === undefined || from < 0) return 0;
  return Number.parseInt(rollup.slice(from + name.length + 2), 10) * 1024;
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
