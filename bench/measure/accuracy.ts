import { readdirSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Meter } from "../../src/worker/measure/meter.ts";
import { startRun } from "../../src/worker/run/start-run.ts";
import { cases, type Truth } from "./cases.ts";
import { gnuTime, polled, type Figures } from "./others.ts";

const MIB = 1024 * 1024;

/** One line of the table: the truth, and what each way to measure says. */
export type AccuracyRow = { name: string; truth: Truth; figures: Record<string, Figures> };

/** Runs every case by every method, one at a time. */
export async function accuracy(known: string, directory: string, meters: readonly Meter[]): Promise<AccuracyRow[]> {
  const rows: AccuracyRow[] = [];
  for (const { name, truth, argv } of cases(known, directory)) {
    const figures: Record<string, Figures> = {};
    for (const meter of meters) figures[`almanac ${meter.method}`] = await measured(argv, meter, directory);
    const time = gnuTime(argv, directory);
    if (time !== undefined) figures["GNU time"] = time;
    const polls = await polled(argv);
    for (const [seconds, found] of Object.entries(polls)) figures[`poll ${seconds} s`] = found;
    killAllOf(known);
    rows.push({ name, truth, figures });
  }
  return rows;
}

async function measured(argv: readonly string[], meter: Meter, watchDirectory: string): Promise<Figures> {
  rmSync(join(watchDirectory, "file"), { force: true });
  const run = startRun(
    {
      argv,
      cwd: watchDirectory,
      env: { PATH: process.env["PATH"] ?? "" },
      limits: {},
      output: { onOutput: () => undefined },
      watchDirectory,
      graceMs: 1000,
    },
    meter,
  );
  const { measurement } = await run.ended;
  const { memory_bytes, disk_bytes, duration_ms, cpu_user_ms, cpu_system_ms } = measurement;
  return {
    durationMs: duration_ms,
    ...(memory_bytes === undefined ? {} : { memoryMib: memory_bytes / MIB }),
    ...(disk_bytes === undefined ? {} : { diskMib: disk_bytes / MIB }),
    ...(cpu_user_ms === undefined || cpu_system_ms === undefined
      ? {}
      : { cpuMs: cpu_user_ms + cpu_system_ms, userMs: cpu_user_ms, systemMs: cpu_system_ms }),
  };
}

/** GNU time and polling leave daemons behind. The program is a copy of our own, so only ours match. */
function killAllOf(program: string): void {
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (readlinkSync(`/proc/${name}/exe`) === program) process.kill(Number(name), "SIGKILL");
    } catch {
      // ended meanwhile, or a thread of the kernel, which has no program
    }
  }
}
