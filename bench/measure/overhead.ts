import { spawn } from "node:child_process";
import type { Meter } from "../../src/worker/measure/meter.ts";
import { startRun } from "../../src/worker/run/start-run.ts";

/** Milliseconds a run, and how much more than a bare spawn. */
export type OverheadRow = {
  path: string;
  runs: number;
  median_ms: number;
  mean_ms: number;
  more_median_ms: number;
  more_mean_ms: number;
};

/** What watching a run costs. */
export type SamplingRow = { method: string; seconds: number; forks_per_second: number; core_percent: number };

type Path = { name: string; once: () => Promise<unknown> };

const MIB = 1024 * 1024;
const env = { PATH: process.env["PATH"] ?? "" };

/** Runs a 5 ms command so many times by each path, in turns, so that a busy moment hits all alike. */
export async function overhead(
  known: string,
  directory: string,
  meters: readonly Meter[],
  runs: number,
): Promise<OverheadRow[]> {
  const paths: Path[] = [
    { name: "child_process.spawn", once: () => bare(known, directory) },
    ...meters.map((meter) => ({
      name: `almanac ${meter.method}`,
      once: () => measured([known, "hold", "5"], directory, meter),
    })),
  ];
  const times = new Map<string, number[]>(paths.map(({ name }) => [name, []]));
  for (let index = -20; index < runs; index += 1) {
    for (const { name, once } of paths) {
      const beganMs = performance.now();
      await once();
      // the first rounds warm everything up
      if (index >= 0) times.get(name)?.push(performance.now() - beganMs);
    }
  }
  const [base = []] = times.values();
  return [...times].map(([path, all]) => ({
    path,
    runs,
    median_ms: median(all),
    mean_ms: mean(all),
    more_median_ms: median(all) - median(base),
    more_mean_ms: mean(all) - mean(base),
  }));
}

/** Our own CPU time while a run forks 100 processes a second, as a share of one core. */
export async function samplingCost(
  known: string,
  directory: string,
  meter: Meter,
  seconds: number,
): Promise<SamplingRow> {
  const before = process.cpuUsage();
  await measured([known, "forks", String(seconds * 1000), "100"], directory, meter);
  const { user, system } = process.cpuUsage(before);
  return { method: meter.method, seconds, forks_per_second: 100, core_percent: (user + system) / seconds / 10_000 };
}

function bare(known: string, cwd: string): Promise<unknown> {
  const child = spawn(known, ["hold", "5"], { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  child.stdout.resume();
  child.stderr.resume();
  return new Promise((resolve) => {
    child.once("close", resolve);
  });
}

/** As a worker runs it: with limits, output taken, disk watched. */
function measured(argv: readonly string[], directory: string, meter: Meter): Promise<unknown> {
  return startRun(
    {
      argv,
      cwd: directory,
      env,
      limits: { memory: 1024 * MIB, disk_space: 1024 * MIB, duration: 3600 },
      output: { onOutput: () => undefined },
      watchDirectory: directory,
      graceMs: 1000,
    },
    meter,
  ).ended;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
