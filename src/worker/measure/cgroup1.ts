import { KernelFile, readIfThere, valueOf, writeIfAllowed } from "./kernel-file.ts";
import { killAllIn, killEach, makeCgroup, newCgroupName, processesIn, removeCgroup } from "./cgroup-directory.ts";
import type { Hierarchies } from "./hierarchies.ts";
import type { Account, Meter, Reading } from "./meter.ts";
import { withSpare } from "./spare.ts";
import { withoutAbsent } from "./without-absent.ts";

/** The caller's own cgroups, below which those of the runs are made. */
export type Cgroup1Parents = { memory: string } & Partial<Record<"pids" | "cpuacct" | "unified", string>>;

/**
 * What is used of a machine with cgroup v1. The v2 tree that may be mounted beside v1 has all that pids and
 * cpuacct have, but joining it waits for a lock of the whole kernel (10 ms and more here): only if one is missing.
 */
export function cgroup1Parents(found: Hierarchies): Cgroup1Parents | undefined {
  const { memory, pids, cpuacct } = found.v1;
  if (memory === undefined) return undefined;
  const parents: Cgroup1Parents = { memory };
  if (pids !== undefined) parents.pids = pids;
  if (cpuacct !== undefined) parents.cpuacct = cpuacct;
  if ((pids === undefined || cpuacct === undefined) && found.unified !== undefined) parents.unified = found.unified;
  return parents;
}

/** Measures with cgroup v1, in cgroups below the given ones. */
export function cgroup1Meter(parents: Cgroup1Parents, keepsSpare: boolean): Meter {
  return { method: "cgroup1", periodMs: 20, ...withSpare(() => new Cgroup1Account(parents), keepsSpare) };
}

class Cgroup1Account implements Account {
  readonly joinFiles: string[];
  readonly markers = {};
  readonly #directories: string[] = [];
  readonly #pids: string | undefined;
  readonly #cpuacct: string | undefined;
  readonly #unified: string | undefined;
  readonly #memory: string;
  readonly #files;
  #limitBytes = Infinity;

  constructor(parents: Cgroup1Parents) {
    const name = newCgroupName();
    this.#pids = this.#make(parents.pids, name);
    this.#cpuacct = this.#make(parents.cpuacct, name);
    this.#unified = this.#make(parents.unified, name);
    this.#memory = this.#make(parents.memory, name);
    // `0` means the writer itself: in `tasks` that needs no lock, where a number in `cgroup.procs` does.
    // Memory is last: what is charged there tells that all were joined.
    this.joinFiles = this.#directories.map((directory) =>
      directory === this.#unified ? `${directory}/cgroup.procs` : `${directory}/tasks`,
    );
    this.#files = this.#openFiles();
  }

  started(): void {
    // membership came with the start
  }

  ended(): void {
    // the cgroup keeps the figures
  }

  reading(): Reading {
    // before the cache that is subtracted from them: what is cached in between may be subtracted too much, but never
    // called memory
    const highWater = this.#highWaterOf(this.#files.highWater);
    const kernel = this.#highWaterOf(this.#files.kernel);
    const stat = this.#files.stat.text();
    const anonymous = valueOf(stat, "total_rss");
    const shared = valueOf(stat, "total_shmem");
    const cache = valueOf(stat, "total_cache");
    return withoutAbsent({
      memory_bytes: anonymous === undefined || shared === undefined ? undefined : anonymous + shared,
      file_cache_bytes: cache === undefined || shared === undefined ? undefined : cache - shared,
      kernel_bytes: kernel,
      high_water_bytes: highWater,
      ...this.#cpu(),
      task_count: this.#files.taskCount.number(),
      task_peak: this.#files.taskPeak.number(),
      oom_kills: valueOf(this.#files.oomControl.text(), "oom_kill"),
      limit_hits: this.#files.limitHits.number(),
    });
  }

  processes(): number[] {
    return processesIn(this.#memory);
  }

  isEmpty(): boolean {
    // counts what is dead but not yet waited for: 0 is sure, more is not
    return this.#files.taskCount.number() === 0 || this.processes().length === 0;
  }

  kill(): void {
    // nobody can fork away from the list any more
    if (this.#pids !== undefined) writeIfAllowed(`${this.#pids}/pids.max`, "0");
    if (this.#unified !== undefined) killAllIn(this.#unified);
    killEach(this.processes());
  }

  /**
   * Elastic: with the kernel's killer off, a run at its limit sleeps in its page faults until the limit is raised.
   * That alone would not do: memory that the kernel fills for a run (`read` into fresh memory, `fork`) cannot wait
   * and fails with EFAULT or ENOMEM, which no program expects. Hence the slack, and a watch that raises before it is used up.
   */
  limitMemory(limitBytes: number, slackBytes?: number): boolean {
    if (slackBytes !== undefined) writeIfAllowed(`${this.#memory}/memory.oom_control`, "1");
    const bytes = limitBytes + (slackBytes ?? 0);
    const isRaise = bytes > this.#limitBytes;
    const files = [`${this.#memory}/memory.limit_in_bytes`];
    // without swap there is nothing to limit with it
    if (hasSwap()) files.push(`${this.#memory}/memory.memsw.limit_in_bytes`);
    this.#limitBytes = bytes;
    // memory and swap together may never be less than memory alone; the kernel may not count swap at all
    const written = (isRaise ? files.toReversed() : files).map((file) => writeIfAllowed(file, String(bytes)));
    return written[isRaise ? written.length - 1 : 0] === true;
  }

  isWaitingForMemory(): boolean {
    return valueOf(this.#files.oomControl.text(), "under_oom") === 1;
  }

  limitTasks(limit: number): boolean {
    return this.#pids !== undefined && writeIfAllowed(`${this.#pids}/pids.max`, String(limit));
  }

  remove(): void {
    for (const file of Object.values(this.#files)) file?.close();
    for (const directory of this.#directories) removeCgroup(directory);
  }

  #make<T extends string | undefined>(parent: T, name: string): T {
    if (parent === undefined) return parent;
    const directory = `${parent}/${name}` as T & string; // T is a string here
    // two controllers on one hierarchy share the directory
    if (this.#directories.includes(directory)) return directory;
    if (!makeCgroup(directory)) {
      for (const made of this.#directories) removeCgroup(made);
      throw new Error(`cannot make the cgroup ${directory}`);
    }
    this.#directories.push(directory);
    return directory;
  }

  #openFiles() {
    return {
      stat: new KernelFile(`${this.#memory}/memory.stat`),
      kernel: new KernelFile(`${this.#memory}/memory.kmem.max_usage_in_bytes`, "r+"),
      highWater: new KernelFile(`${this.#memory}/memory.max_usage_in_bytes`, "r+"),
      limitHits: new KernelFile(`${this.#memory}/memory.failcnt`),
      oomControl: new KernelFile(`${this.#memory}/memory.oom_control`),
      taskCount: new KernelFile(`${this.#pids}/pids.current`),
      taskPeak: new KernelFile(`${this.#pids}/pids.peak`),
      cpuTotal: new KernelFile(`${this.#cpuacct}/cpuacct.usage`),
      cpuTicks: new KernelFile(`${this.#cpuacct}/cpuacct.usage_all`),
      stat2: this.#cpuacct === undefined ? new KernelFile(`${this.#unified}/cpu.stat`) : undefined,
    };
  }

  /** v1 lets a mark be set back by writing to it, so that each interval has its own. */
  #highWaterOf(file: KernelFile): number | undefined {
    const bytes = file.number();
    if (bytes !== undefined) file.write("0");
    return bytes;
  }

  #cpu(): Pick<Reading, "cpu_user_us" | "cpu_system_us"> {
    if (this.#cpuacct === undefined) return cpuOfStat(this.#files.stat2?.text());
    return cpuOfAccounting(this.#files.cpuTotal.number(), this.#files.cpuTicks.text());
  }
}

let swaps: boolean | undefined;

/** Asked once: machines do not get swap while a worker runs, and asking costs as much as the limit. */
function hasSwap(): boolean {
  swaps ??= (readIfThere("/proc/swaps") ?? "").trim().split("\n").length > 1;
  return swaps;
}

/** CPU time from a v2 `cpu.stat`, which every v2 cgroup has. */
export function cpuOfStat(text: string | undefined): Pick<Reading, "cpu_user_us" | "cpu_system_us"> {
  return withoutAbsent({ cpu_user_us: valueOf(text, "user_usec"), cpu_system_us: valueOf(text, "system_usec") });
}

/**
 * The sum is exact; user and system apart are counted by the timer's ticks, so their ratio divides the sum.
 * @param ticks `cpuacct.usage_all`: a heading, then `core user system` in nanoseconds for each core
 */
function cpuOfAccounting(
  totalNs: number | undefined,
  ticks: string | undefined,
): Pick<Reading, "cpu_user_us" | "cpu_system_us"> {
  if (totalNs === undefined || ticks === undefined) return {};
  let [user, system] = [0, 0];
  for (const match of ticks.matchAll(/^\d+ (\d+) (\d+)$/gm)) {
    user += Number(match[1]);
    system += Number(match[2]);
  }
  const userShare = user + system === 0 ? 1 : user / (user + system);
  const totalUs = totalNs / 1000;
  return { cpu_user_us: totalUs * userShare, cpu_system_us: totalUs * (1 - userShare) };
}
