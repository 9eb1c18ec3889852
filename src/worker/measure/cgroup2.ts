import { cpuOfStat } from "./cgroup1.ts";
import { killAllIn, makeCgroup, newCgroupName, processesIn, removeCgroup } from "./cgroup-directory.ts";
import { KernelFile, valueOf, writeIfAllowed } from "./kernel-file.ts";
import type { Account, Meter, Reading } from "./meter.ts";
import { withSpare } from "./spare.ts";
import { withoutAbsent } from "./without-absent.ts";

/** Measures with cgroup v2, in cgroups below the given one, which has the memory controller enabled for them. */
export function cgroup2Meter(parent: string, keepsSpare: boolean): Meter {
  const make = (): Cgroup2Account => new Cgroup2Account(`${parent}/${newCgroupName()}`);
  return { method: "cgroup2", periodMs: 20, ...withSpare(make, keepsSpare) };
}

/** The books of one run in the cgroup of the given name, which is made. */
export class Cgroup2Account implements Account {
  readonly joinFiles: string[];
  readonly markers = {};
  readonly #directory: string;
  readonly #files;
  #highWaterBytes = 0;

  constructor(directory: string) {
    if (!makeCgroup(directory)) throw new Error(`cannot make the cgroup ${directory}`);
    this.#directory = directory;
    this.joinFiles = [`${directory}/cgroup.procs`];
    this.#files = {
      stat: new KernelFile(`${directory}/memory.stat`),
      highWater: new KernelFile(`${directory}/memory.peak`, "r+"),
      memoryEvents: new KernelFile(`${directory}/memory.events`),
      cpu: new KernelFile(`${directory}/cpu.stat`),
      io: new KernelFile(`${directory}/io.stat`),
      events: new KernelFile(`${directory}/cgroup.events`),
      taskCount: new KernelFile(`${directory}/pids.current`),
      taskPeak: new KernelFile(`${directory}/pids.peak`),
    };
  }

  started(): void {
    // membership came with the start
  }

  ended(): void {
    // the cgroup keeps the figures
  }

  reading(): Reading {
    // before the cache that is subtracted from it: what is cached in between may be subtracted too much, but never
    // called memory
    const highWater = this.#newHighWater();
    const events = this.#files.memoryEvents.text();
    const stat = this.#files.stat.text();
    const anonymous = valueOf(stat, "anon");
    const shared = valueOf(stat, "shmem");
    const file = valueOf(stat, "file");
    return withoutAbsent({
      memory_bytes: anonymous === undefined || shared === undefined ? undefined : anonymous + shared,
      // `file` holds shared memory and tmpfs too, which are memory of the run and no cache
      file_cache_bytes: file === undefined || shared === undefined ? undefined : Math.max(0, file - shared),
      kernel_bytes: valueOf(stat, "kernel"),
      high_water_bytes: highWater,
      ...cpuOfStat(this.#files.cpu.text()),
      task_count: this.#files.taskCount.number(),
      task_peak: this.#files.taskPeak.number(),
      oom_kills: valueOf(events, "oom_kill"),
      // not `max`: that counts what the kernel settled by giving up cache, too
      limit_hits: valueOf(events, "oom"),
      ...inputAndOutput(this.#files.io.text()),
    });
  }

  processes(): number[] {
    return processesIn(this.#directory);
  }

  isEmpty(): boolean {
    const populated = valueOf(this.#files.events.text(), "populated");
    return populated === undefined ? this.processes().length === 0 : populated === 0;
  }

  kill(): void {
    killAllIn(this.#directory);
  }

  /**
   * Elastic: past `memory.high` the kernel lets the run's processes sleep, longer the further they are past it (up to
   * two seconds), so that the limit can be raised before `memory.max` kills. It is high enough not to be reached
   * by a run that is seen in time.
   */
  limitMemory(limitBytes: number, slackBytes = 0): boolean {
    if (slackBytes > 0)
      writeIfAllowed(`${this.#directory}/memory.high`, String(limitBytes + Math.floor(slackBytes * 0.75)));
    writeIfAllowed(`${this.#directory}/memory.swap.max`, "0");
    return writeIfAllowed(`${this.#directory}/memory.max`, String(limitBytes + slackBytes));
  }

  isWaitingForMemory(): boolean {
    return false; // it sleeps only for moments, past the limit that is watched
  }

  limitTasks(limit: number): boolean {
    return writeIfAllowed(`${this.#directory}/pids.max`, String(limit));
  }

  remove(): void {
    for (const file of Object.values(this.#files)) file.close();
    removeCgroup(this.#directory);
  }

  /** Since Linux 6.12 the mark can be set back by writing, for the file that wrote; before, only a new record tells. */
  #newHighWater(): number | undefined {
    const bytes = this.#files.highWater.number();
    if (bytes === undefined) return undefined;
    if (this.#files.highWater.write("0")) return bytes;
    const isNew = bytes > this.#highWaterBytes;
    this.#highWaterBytes = Math.max(bytes, this.#highWaterBytes);
    return isNew ? bytes : undefined;
  }
}

/** Sums `io.stat` (one line a device); absent where the io controller is not there. */
function inputAndOutput(text: string | undefined): Pick<Reading, "read_bytes" | "write_bytes"> {
  if (text === undefined) return {};
  const sum = (key: string): number =>
    [...text.matchAll(new RegExp(`\\b${key}=(\\d+)`, "g"))].reduce((total, match) => total + Number(match[1]), 0);
  return { read_bytes: sum("rbytes"), write_bytes: sum("wbytes") };
}
