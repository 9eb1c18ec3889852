import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Measurement } from "../../../src/domain/runtime-statistics.ts";
import { knownProgram } from "../../fixtures/programs/known.ts";
import { bestMeter, freshDirectory, meters, run, start, until } from "../run/run-command.ts";

const program = knownProgram();
const MIB = 1024 * 1024;

const ALLOWED_SHARES: Record<string, number> = { proc: 0.05 };

/** By how many bytes a figure misses what is allowed: 1 % and 2 MiB with cgroups, 5 % and 2 MiB with `/proc`. */
function memoryOff(bytes: number | undefined, truthMib: number, method: string): number {
  const truth = truthMib * MIB;
  return outside(bytes, truth, truth * (ALLOWED_SHARES[method] ?? 0.01) + 2 * MIB);
}

/** By how many milliseconds a figure misses 1 % and 10 ms; with `/proc`, user and system are a tick (10 ms) coarser. */
function cpuOff(milliseconds: number | undefined, truthMs: number, method: string): number {
  return outside(milliseconds, truthMs, truthMs * 0.01 + (method === "proc" ? 30 : 10));
}

function outside(value = Number.NaN, truth: number, allowed: number): number {
  const off = value - truth;
  return Math.abs(off) <= allowed ? 0 : off - Math.sign(off) * allowed;
}

function cpuMs({ cpu_user_ms, cpu_system_ms }: Measurement): number {
  return (cpu_user_ms ?? Number.NaN) + (cpu_system_ms ?? Number.NaN);
}

describe.skipIf(program === undefined)("figures of a program whose figures are known (needs cc)", () => {
  const known = [program ?? ""];
  const measured = async (...args: (string | number)[]): Promise<Measurement> =>
    (await run([...known, ...args.map(String)])).measurement;

  describe.each(meters)("measured by $method", (meter) => {
    const measuredBy = async (...args: (string | number)[]): Promise<Measurement> =>
      (await run([...known, ...args.map(String)], { meter })).measurement;

    /** Ended as soon as all of it is held and was looked at: how busy the machine is does not matter. */
    const heldBy = async (holders: number, ...args: (string | number)[]): Promise<Measurement> => {
      const handle = start([...known, ...args.map(String), "60000"], { meter, graceMs: 0 });
      await until("everything is held", () => handle.output().stdout === "held\n".repeat(holders));
      handle.figures();
      handle.abort("the test");
      return (await handle.ended).measurement;
    };

    it.each([
      ["one process", 1, ["alloc", 200], 200],
      ["four children together", 4, ["spread", 4, 100], 400],
      ["a program reached through five execs", 1, ["chain", 5, 100], 100],
    ] as const)("peak memory of %s", async (_, holders, args, truthMib) => {
      const { memory_bytes, method } = await heldBy(holders, ...args);
      expect(method).toBe(meter.method);
      expect(memoryOff(memory_bytes, truthMib, method)).toBe(0);
    });

    it("peak memory of shared memory, once for all who use it", async () => {
      const { memory_bytes, method } = await heldBy(4, "shared", 200, 4);
      expect(memoryOff(memory_bytes, 200, method)).toBe(0);
    });

    it("peak memory without the files that it wrote or mapped", async () => {
      const directory = freshDirectory();
      const file = join(directory, "file");
      writeFileSync(file, Buffer.alloc(100 * MIB, 1));
      expect(memoryOff((await heldBy(1, "map", file, 100)).memory_bytes, 0, meter.method)).toBe(0);
      expect(memoryOff((await heldBy(1, "file", file, 300, 20)).memory_bytes, 20, meter.method)).toBe(0);
    });

    it("CPU time of several threads", async () => {
      const measurement = await measuredBy("burn", "user", 300, 3);
      expect(cpuOff(cpuMs(measurement), 900, meter.method)).toBe(0);
    });

    it("CPU time of children and grandchildren that were waited for", async () => {
      // long against the start of five programs, each of which costs a millisecond or two on a busy machine
      const script = `${known[0]} burn user 400 1; (${known[0]} burn user 400 1; true); ${known[0]} burn user 400 1 & wait`;
      const { measurement } = await run(["/bin/sh", "-c", script], { meter });
      expect(cpuOff(cpuMs(measurement), 1200, meter.method)).toBe(0);
    });

    it("CPU time of 1,000 short children", async () => {
      const { measurement, stdout } = await run([...known, "many", "1000"], { meter });
      expect(cpuOff(cpuMs(measurement), Number(stdout), meter.method)).toBe(0);
    });

    it("duration from when its process was made until it ended", async () => {
      const beganMs = performance.now();
      const handle = start([...known, "hold", "200"], { meter });
      const spawningMs = performance.now() - beganMs;
      const { duration_ms } = (await handle.ended).measurement;
      // it slept 200 ms, but its process may have been made, and begun, at any moment of the spawning
      expect(duration_ms).toBeGreaterThanOrEqual(200 - spawningMs);
      expect(duration_ms).toBeLessThanOrEqual(performance.now() - beganMs);
    });

    it("most processes and threads at once", async () => {
      expect((await measuredBy("spread", 4, 1, 300)).process_count).toBe(5);
    });
  });

  describe.runIf(bestMeter.method !== "proc")(`measured by ${bestMeter.method} alone`, () => {
    it.each([
      ["memory given back at once", ["spike", 100, 0, 50], 100],
      ["a spike of 5 ms", ["spike", 500, 5, 50], 500],
      ["four children for 10 ms one after another", ["spread", 1, 100, 10], 100],
      ["a run of a few milliseconds", ["alloc", 1, 0], 1],
    ] as const)("peak memory of %s", async (_, args, truthMib) => {
      expect(memoryOff((await measured(...args)).memory_bytes, truthMib, bestMeter.method)).toBe(0);
    });

    it("CPU time of a child that nobody waited for", async () => {
      const measurement = await measured("unwaited", 300);
      expect(cpuOff(cpuMs(measurement), 300, measurement.method)).toBe(0);
    });

    it("memory and CPU time of a daemon that outlived the command, which is counted and killed", async () => {
      const measurement = await measured("daemon", 100, 200);
      const { memory_bytes, left_behind, method } = measurement;
      expect(memoryOff(memory_bytes, 100, method)).toBe(0);
      expect(left_behind).toBe(1);
      // touching 100 MiB takes system time of its own
      expect(cpuMs(measurement)).toBeGreaterThanOrEqual(200);
    });

    it("user and system time apart", async () => {
      const user = await measured("burn", "user", 500, 1);
      expect(cpuOff(user.cpu_user_ms, 500, user.method)).toBe(0);
      const system = await measured("burn", "system", 500, 1);
      // some user time belongs to 500 ms of system calls
      expect(system.cpu_system_ms).toBeGreaterThan(350);
      expect(cpuOff(cpuMs(system), 500, system.method)).toBe(0);
    });

    it("memory and processes of 1,000 short children", async () => {
      const measurement = await measured("many", 1000);
      expect(memoryOff(measurement.memory_bytes, 0, measurement.method)).toBe(0);
      expect(measurement.process_count).toBe(2);
    });

    it("a command of a few milliseconds has all figures", async () => {
      const { lower_bounds, curve, ...measurement } = (await run(["true"])).measurement;
      expect(lower_bounds).toEqual([]);
      expect(measurement.memory_bytes).toBeGreaterThan(0);
      expect(cpuMs({ ...measurement, lower_bounds })).toBeGreaterThan(0);
      expect(measurement.process_count).toBe(1);
      expect(curve?.at_ms.length).toBeGreaterThan(0);
    });
  });
});
