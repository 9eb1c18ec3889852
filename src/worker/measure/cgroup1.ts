import { KernelFile, readIfThere, valueOf, writeIfAllowed } from "./kernel-file.ts";
import { killAllIn, killEach, makeCgroup, newCgroupName, processesIn, removeCgroup } from "./cgroup-directory.ts";
import type { Hierarchies } from "./hierarchies.ts";
import type { Account, Meter, Reading } from "./meter.ts";
import { withoutAbsent } from "./without-absent.ts";

/** The caller's own cgroups, below which those of the runs are made. */
export type Cgroup1Parents = { memory: string } & Partial<Record<"pids" | "cpuacct" | "freezer" | "unified", string>>;

/**
 * What is used of a machine with cgroup v1: memory and pids of v1, and the v2 tree beside them where it is
 * mounted (it kills, counts CPU time and tells of daemons); else v1's freezer and cpuacct.
 */
export function cgroup1Parents(found: Hierarchies): Cgroup1Parents | undefined {
  const { memory, pids, cpuacct, freezer } = found.v1;
  if (memory === undefined) return undefined;
  const parents: Cgroup1Parents = { memory };
  if (pids !== undefined) parents.pids = pids;
  if (found.unified !== undefined) return { ...parents, unified: found.unified };
  if (cpuacct !== undefined) parents.cpuacct = cpuacct;
  if (freezer !== undefined) parents.freezer = freezer;
  return parents;
}

/** Measures with cgroup v1, in cgroups below the given ones. */
export function cgroup1Meter(parents: Cgroup1Parents): Meter {
  return { method: "cgroup1", periodMs: 20, open: () => new Cgroup1Account(parents) };
}

class Cgroup1Account implements Account {
  readonly joinFiles: string[];
  readonly markers = {};
  readonly #directories: string[] = [];
  readonly #memory: string;
  readonly #pids: string | undefined;
  readonly #unified: string | undefined;
  readonly #freezer: string | undefined;
  readonly #cpuacct: string | undefined;
  readonly #files;
  #highWaterBytes = 0;

  constructor(parents: Cgroup1Parents) {
    const name = newCgroupName();
    this.#memory = this.#make(parents.memory, name)!;
    this.#pids = this.#make(parents.pids, name);
    this.#unified = this.#make(parents.unified, name);
    this.#freezer = this.#make(parents.freezer, name);
    this.#cpuacct = this.#make(parents.cpuacct, name);
    // `0` means "the writer"; in `tasks` that spares the kernel-wide lock that `cgroup.procs` takes (10 ms here)
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
    const stat = this.#files.stat.text();
    const anonymous = valueOf(stat, "total_rss");
    const shared = valueOf(stat, "total_shmem");
    const cache = valueOf(stat, "total_cache");
    return withoutAbsent({
      memory_bytes: anonymous === undefined || shared === undefined ? undefined : anonymous + shared,
      file_cache_bytes: cache === undefined || shared === undefined ? undefined : cache - shared,
      kernel_bytes: this.#files.kernel.number(),
      high_water_bytes: this.#newHighWater(),
      ...this.#cpu(),
      task_count: this.#files.taskCount.number(),
      task_peak: this.#files.taskPeak.number(),
      oom_kills: valueOf(this.#files.oomControl.text(), "oom_kill"),
    });
  }

  processes(): number[] {
    return processesIn(this.#unified ?? this.#memory);
  }

  isEmpty(): boolean {
    const populated = valueOf(this.#files.events?.text(), "populated");
    return populated === undefined ? this.processes().length === 0 : populated === 0;
  }

  kill(): void {
    if (this.#unified !== undefined) return killAllIn(this.#unified);
    if (this.#freezer === undefined) return killEach(this.processes());
    // what is frozen cannot fork away from the list
    writeIfAllowed(`${this.#freezer}/freezer.state`, "FROZEN");
    killEach(this.processes());
    writeIfAllowed(`${this.#freezer}/freezer.state`, "THAWED");
  }

  limitMemory(limitBytes: number): boolean {
    const swapFile = `${this.#memory}/memory.memsw.limit_in_bytes`;
    const limitFile = `${this.#memory}/memory.limit_in_bytes`;
    // memory and swap may never be below memory alone: raise it first, lower it last
    const isRaised = writeIfAllowed(swapFile, String(limitBytes));
    const isSet = writeIfAllowed(limitFile, String(limitBytes));
    if (!isRaised) writeIfAllowed(swapFile, String(limitBytes));
    return isSet;
  }

  holdAtLimit(isHeld: boolean): boolean {
    return writeIfAllowed(`${this.#memory}/memory.oom_control`, isHeld ? "1" : "0");
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

  #make(parent: string | undefined, name: string): string | undefined {
    if (parent === undefined) return undefined;
    const directory = `${parent}/${name}`;
    // two controllers on one hierarchy (`cpu,cpuacct`) share the directory
    if (this.#directories.includes(directory)) return directory;
    if (!makeCgroup(directory)) return undefined;
    this.#directories.push(directory);
    return directory;
  }

  #openFiles() {
    return {
      stat: new KernelFile(`${this.#memory}/memory.stat`),
      kernel: new KernelFile(`${this.#memory}/memory.kmem.usage_in_bytes`),
      highWater: new KernelFile(`${this.#memory}/memory.max_usage_in_bytes`, "r+"),
      oomControl: new KernelFile(`${this.#memory}/memory.oom_control`),
      taskCount: new KernelFile(`${this.#pids}/pids.current`),
      taskPeak: new KernelFile(`${this.#pids}/pids.peak`),
      cpu: new KernelFile(this.#unified === undefined ? `${this.#cpuacct}/cpuacct.usage` : `${this.#unified}/cpu.stat`),
      events: this.#unified === undefined ? undefined : new KernelFile(`${this.#unified}/cgroup.events`),
    };
  }

  /** v1 lets the mark be set back by writing to it, so that each interval has its own. */
  #newHighWater(): number | undefined {
    const bytes = this.#files.highWater.number();
    if (bytes === undefined) return undefined;
    if (this.#files.highWater.write("0")) return bytes;
    const isNew = bytes > this.#highWaterBytes;
    this.#highWaterBytes = bytes;
    return isNew ? bytes : undefined;
  }

  #cpu(): Pick<Reading, "cpu_user_us" | "cpu_system_us"> {
    if (this.#unified !== undefined) return cpuOfStat(this.#files.cpu.text());
    return cpuOfAccounting(this.#files.cpu.number(), readIfThere(`${this.#cpuacct}/cpuacct.stat`));
  }
}

/** CPU time from a v2 `cpu.stat`, which every v2 cgroup has. */
export function cpuOfStat(text: string | undefined): Pick<Reading, "cpu_user_us" | "cpu_system_us"> {
  return withoutAbsent({ cpu_user_us: valueOf(text, "user_usec"), cpu_system_us: valueOf(text, "system_usec") });
}

/** v1 has the sum in nanoseconds, but user and system apart only in ticks: their ratio divides the sum. */
function cpuOfAccounting(
  totalNs: number | undefined,
  stat: string | undefined,
): Pick<Reading, "cpu_user_us" | "cpu_system_us"> {
  const user = valueOf(stat, "user");
  const system = valueOf(stat, "system");
  if (totalNs === undefined || user === undefined || system === undefined) return {};
  const userShare = user + system === 0 ? 1 : user / (user + system);
  const totalUs = totalNs / 1000;
  return { cpu_user_us: totalUs * userShare, cpu_system_us: totalUs * (1 - userShare) };
}
