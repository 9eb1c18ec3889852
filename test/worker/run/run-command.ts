import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { detectMeter } from "../../../src/worker/measure/detect.ts";
import type { Meter } from "../../../src/worker/measure/meter.ts";
import type { EndedRun, RunHandle, RunSpec } from "../../../src/worker/run/run-spec.ts";
import { startRun } from "../../../src/worker/run/start-run.ts";

/** Every method that works on this machine, the best first; `proc` works everywhere. */
export const meters: Meter[] = [detectMeter().meter, detectMeter({ method: "proc" }).meter].filter(
  (meter, index, all) => all.findIndex((other) => other.method === meter.method) === index,
);

/** The best method here. */
export const bestMeter: Meter = meters[0]!; // there always is /proc

const directories: string[] = [];

/** A fresh directory, removed after the tests of the file. */
export function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "almanac-test-"));
  directories.push(directory);
  return directory;
}

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** What a run wrote, with what it left. */
export type RunWithOutput = EndedRun & { stdout: string; stderr: string };

/** Starts a command with the settings most tests want; `output()` is what it wrote so far. */
export function start(
  argv: readonly string[],
  options: Partial<RunSpec> & { meter?: Meter } = {},
): RunHandle & { output: () => { stdout: string; stderr: string } } {
  const written = { stdout: "", stderr: "" };
  const { meter = bestMeter, ...rest } = options;
  const handle = startRun(
    {
      argv,
      cwd: tmpdir(),
      env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
      limits: {},
      output: {
        onOutput: (stream, chunk) => {
          written[stream] += chunk.toString();
        },
      },
      graceMs: 2000,
      ...rest,
    },
    meter,
  );
  return { ...handle, output: () => written };
}

/** Runs a command to its end. */
export async function run(
  argv: readonly string[],
  options: Partial<RunSpec> & { meter?: Meter } = {},
): Promise<RunWithOutput> {
  const handle = start(argv, options);
  const end = await handle.ended;
  return { ...end, ...handle.output() };
}

/** Runs a shell script. */
export function sh(script: string, options: Partial<RunSpec> & { meter?: Meter } = {}): Promise<RunWithOutput> {
  return run(["/bin/sh", "-c", script], options);
}

/** Ids of the living processes whose command line has this text in it. */
export function processesWith(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isAliveWith(name, text))
    .map(Number);
}

function isAliveWith(pid: string, text: string): boolean {
  try {
    if (/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "latin1"))) return false;
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(text);
  } catch {
    return false; // ended while we looked
  }
}

/** Waits until something holds, looking often; fails after ten seconds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
}

/** Whether a file is there. */
export function isThere(...path: string[]): boolean {
  return existsSync(join(...path));
}
