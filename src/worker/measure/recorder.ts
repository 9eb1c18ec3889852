import { availableParallelism } from "node:os";
import type { Measurement, MeasureMethod, MemoryRaise } from "../../domain/runtime-statistics.ts";
import { CurveKeeper } from "./curve.ts";
import type { Reading } from "./meter.ts";
import { withoutAbsent } from "./without-absent.ts";

/** The largest value seen and when, ms since the run's start. */
type Peak = { value: number; at_ms: number };

/** Turns readings into a run's figures. Times are milliseconds since the run's start. */
export class Recorder {
  readonly #method: MeasureMethod;
  readonly #curve = new CurveKeeper();
  readonly #raises: MemoryRaise[] = [];
  #last: Reading = {};
  #lastAtMs = 0;
  #memory: Peak | undefined;
  #disk: Peak | undefined;
  #diskNow = 0;
  #pageCacheBytes: number | undefined;
  #taskCount = 0;
  #leftBehind = 0;

  constructor(method: MeasureMethod) {
    this.#method = method;
  }

  add(atMs: number, reading: Reading): void {
    const memory = highestMemory(this.#last, reading);
    this.#memory = higher(this.#memory, memory, atMs);
    if (reading.file_cache_bytes !== undefined) {
      this.#pageCacheBytes = Math.max(this.#pageCacheBytes ?? 0, reading.file_cache_bytes);
    }
    this.#taskCount = Math.max(this.#taskCount, reading.task_peak ?? reading.task_count ?? 0);
    this.#curve.add({
      at_ms: atMs,
      memory: memory ?? 0,
      cpu_millicores: this.#coresSince(atMs, reading) * 1000,
      disk_space: this.#diskNow,
    });
    this.#last = { ...this.#last, ...reading };
    this.#lastAtMs = atMs;
  }

  addDisk(atMs: number, bytes: number): void {
    this.#diskNow = bytes;
    this.#disk = higher(this.#disk, bytes, atMs);
  }

  addRaise(raise: MemoryRaise): void {
    this.#raises.push(raise);
  }

  addLeftBehind(count: number): void {
    this.#leftBehind += count;
  }

  /** The memory seen last, bytes. */
  get memoryNowBytes(): number | undefined {
    return this.#last.memory_bytes;
  }

  /** The most memory and disk seen so far, bytes; 0 when none was. */
  get highestMemoryBytes(): number {
    return this.#memory?.value ?? 0;
  }

  get highestDiskBytes(): number {
    return this.#disk?.value ?? 0;
  }

  get oomKills(): number {
    return this.#last.oom_kills ?? 0;
  }

  /** Whether the kernel killed for memory, somewhere on the machine, where it is not known whose process that was. */
  get wasMachineShort(): boolean {
    return (this.#last.machine_oom_kills ?? 0) > 0;
  }

  /** True when the kernel killed in it for memory although it never reached its own limit: others used the memory up. */
  get isBystander(): boolean {
    return this.oomKills > 0 && this.#last.limit_hits === 0;
  }

  /** The figures so far. */
  measurement(durationMs: number): Measurement {
    const { cpu_user_us, cpu_system_us, read_bytes, write_bytes, oom_kills } = this.#last;
    return {
      method: this.#method,
      duration_ms: roundTo3(durationMs),
      ...withoutAbsent({
        cpu_user_ms: milliseconds(cpu_user_us),
        cpu_system_ms: milliseconds(cpu_system_us),
        memory_bytes: this.#memory?.value,
        memory_peak_at_ms: roundTo3(this.#memory?.at_ms),
        page_cache_bytes: this.#pageCacheBytes,
        disk_bytes: this.#disk?.value,
        disk_peak_at_ms: roundTo3(this.#disk?.at_ms),
        read_bytes,
        write_bytes,
        process_count: this.#taskCount === 0 ? undefined : this.#taskCount,
        oom_kills,
        left_behind: this.#leftBehind,
        memory_raises: this.#raises.length === 0 ? undefined : [...this.#raises],
      }),
      lower_bounds: [],
      curve: this.#curve.curve(),
    };
  }

  #coresSince(atMs: number, reading: Reading): number {
    const elapsedUs = (atMs - this.#lastAtMs) * 1000;
    return elapsedUs <= 0 ? 0 : Math.max(0, cpuUs(reading) - cpuUs(this.#last)) / elapsedUs;
  }
}

/**
 * The most memory in use between two readings: what was seen at the second, or, where the kernel's high-water
 * mark rose in between, that mark less the file cache and kernel memory that it contains. (Formula of
 * `docs/measuring.md`; the larger of both ends is taken for the cache, so that cache is never called memory.)
 */
function highestMemory(before: Reading, now: Reading): number | undefined {
  const seen = now.memory_bytes;
  if (seen === undefined || now.high_water_bytes === undefined) return seen;
  const cache = Math.max(before.file_cache_bytes ?? 0, now.file_cache_bytes ?? 0);
  const kernel = Math.max(before.kernel_bytes ?? 0, now.kernel_bytes ?? 0);
  const batch = cache > 4 * CACHE_BATCH_BYTES ? CACHE_BATCH_BYTES : 0;
  return Math.max(seen, now.high_water_bytes - cache - kernel - batch);
}

/**
 * The kernel charges, and counts the cache, in batches of 64 pages for each core: where cache is subtracted, it may
 * be that much more than was told. More than eight cores are seldom behind at once.
 */
const CACHE_BATCH_BYTES = 2 * 64 * 4096 * Math.min(8, availableParallelism());

function higher(peak: Peak | undefined, value: number | undefined, atMs: number): Peak | undefined {
  if (value === undefined || (peak !== undefined && value <= peak.value)) return peak;
  return { value, at_ms: atMs };
}

function cpuUs(reading: Reading): number {
  return (reading.cpu_user_us ?? 0) + (reading.cpu_system_us ?? 0);
}

function milliseconds(microseconds: number | undefined): number | undefined {
  return microseconds === undefined ? undefined : roundTo3(microseconds / 1000);
}

function roundTo3(value: number): number;
function roundTo3(value: number | undefined): number | undefined;
function roundTo3(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1000) / 1000;
}
