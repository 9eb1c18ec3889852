import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Truth } from "./cases.ts";
import { childrenOf, readProcessStat, TICK_US } from "../../src/worker/measure/process-stat.ts";

/** Figures of one way to measure; absent where it has none. MiB and milliseconds. */
export type Figures = Truth;

const MIB = 1024 * 1024;

/** GNU time's figures, or undefined where it is not installed. */
export function gnuTime(argv: readonly string[], scratch: string): Figures | undefined {
  // into a file: a daemon that the command leaves behind would hold a pipe open
  const file = join(scratch, "time");
  const { status } = spawnSync("/usr/bin/time", ["-o", file, "-f", "almanac %M %U %S %e", ...argv], {
    stdio: "ignore",
  });
  if (status === null) return undefined;
  const match = /almanac (\S+) (\S+) (\S+) (\S+)/.exec(readFileSync(file, "utf8"));
  const [kilobytes = 0, user = 0, system = 0, elapsed = 0] = (match ?? []).slice(1).map(Number);
  return {
    memoryMib: kilobytes / 1024,
    cpuMs: (user + system) * 1000,
    userMs: user * 1000,
    systemMs: system * 1000,
    durationMs: elapsed * 1000,
  };
}

export const POLL_SECONDS = [1, 5, 10] as const;
export type Polled = Record<(typeof POLL_SECONDS)[number], Figures>;

/** What systems do that look every few seconds: resident sizes and CPU times of the process tree, added up. */
export async function polled(argv: readonly string[]): Promise<Polled> {
  const [program = "", ...args] = argv;
  const child = spawn(program, args, { stdio: "ignore" });
  const result: Polled = { 1: {}, 5: {}, 10: {} };
  const timers = POLL_SECONDS.map((seconds) =>
    setInterval(() => {
      const now = lookAt(child.pid ?? 0);
      const before = result[seconds];
      result[seconds] = {
        memoryMib: Math.max(before.memoryMib ?? 0, now.memoryMib),
        cpuMs: Math.max(before.cpuMs ?? 0, now.cpuMs),
      };
    }, seconds * 1000),
  );
  await new Promise((resolve) => {
    child.once("exit", resolve);
  });
  for (const timer of timers) clearInterval(timer);
  return result;
}

function lookAt(root: number): { memoryMib: number; cpuMs: number } {
  const sum = { memoryMib: 0, cpuMs: 0 };
  const queue = [root];
  // ends: the tree is finite
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    try {
      const stat = readProcessStat("", pid);
      sum.memoryMib += (Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]) * 4096) / MIB;
      sum.cpuMs += (((stat?.userTicks ?? 0) + (stat?.systemTicks ?? 0)) * TICK_US) / 1000;
      queue.push(...childrenOf("", pid, readdirSync(`/proc/${pid}/task`)));
    } catch {
      // ended while we looked
    }
  }
  return sum;
}
