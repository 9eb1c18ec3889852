import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { knownProgram } from "../../fixtures/programs/known.ts";
import { bestMeter, freshDirectory, meters, processesWith, run, sh } from "./run-command.ts";

const program = knownProgram();
const known = program ?? "";
const MIB = 1024 * 1024;
const hasKernelLimits = bestMeter.method !== "proc";

describe.skipIf(program === undefined)("limits of a run (needs cc)", () => {
  describe.each(meters)("measured by $method", (meter) => {
    it("past its memory it is out_of_memory with the limit, and its figures are lower bounds", async () => {
      const { outcome, measurement } = await run([known, "alloc", "2000", "5000"], {
        meter,
        limits: { memory: 100 * MIB },
      });
      expect(outcome).toEqual({ kind: "out_of_memory", limit: 100 * MIB });
      expect(measurement.lower_bounds).toContain("memory");
      expect(measurement.memory_bytes).toBeGreaterThan(95 * MIB);
    });

    it("below its memory it is not disturbed", async () => {
      const { outcome, measurement } = await run([known, "alloc", "90", "100"], {
        meter,
        limits: { memory: 100 * MIB },
      });
      expect(outcome).toEqual({ kind: "exited", code: 0 });
      expect(measurement.lower_bounds).toEqual([]);
    });

    it("past its disk it is out_of_disk with the limit", async () => {
      const watchDirectory = freshDirectory();
      const argv = [known, "disk", join(watchDirectory, "file"), "300", "5000"];
      const { outcome, measurement } = await run(argv, { meter, watchDirectory, limits: { disk_space: 100 * MIB } });
      expect(outcome).toEqual({ kind: "out_of_disk", limit: 100 * MIB });
      expect(measurement.lower_bounds).toContain("disk_space");
      expect(measurement.disk_bytes).toBeGreaterThan(100 * MIB);
    });
  });

  describe.runIf(hasKernelLimits)(`enforced by the kernel (${bestMeter.method})`, () => {
    it("holds for memory although the file cache of the run is larger", async () => {
      const file = join(freshDirectory(), "file");
      const { outcome } = await run([known, "file", file, "200", "50", "0"], { limits: { memory: 100 * MIB } });
      expect(outcome).toEqual({ kind: "exited", code: 0 });
    });

    it("is out_of_memory when only a child was killed and its parent exits 1", async () => {
      const { outcome, measurement } = await sh(`${known} alloc 300 0; echo "child: $?"; exit 1`, {
        limits: { memory: 100 * MIB },
      });
      expect(outcome).toEqual({ kind: "out_of_memory", limit: 100 * MIB });
      expect(measurement.oom_kills).toBe(1);
    });

    it("is exited when the command says that it succeeded although a child was killed, which is counted", async () => {
      const { outcome, measurement } = await sh(`${known} alloc 300 0; exit 0`, { limits: { memory: 100 * MIB } });
      expect(outcome).toEqual({ kind: "exited", code: 0 });
      expect(measurement.oom_kills).toBe(1);
      expect(measurement.lower_bounds).toEqual(["memory"]);
    });

    it("is out_of_memory also when the kernel filled the memory for the run", async () => {
      const { outcome } = await run([known, "readinto", "300"], { limits: { memory: 100 * MIB } });
      expect(outcome).toEqual({ kind: "out_of_memory", limit: 100 * MIB });
    });

    it("fails to fork past its process count, and the run goes on", async () => {
      const script = "for i in 1 2 3 4 5 6 7 8; do sleep 0.3 & done 2>/dev/null; wait; echo done";
      const { outcome, measurement } = await sh(script, { limits: { process_count: 5 } });
      expect(outcome.kind).toBe("exited");
      expect(measurement.process_count).toBe(5);
    });

    it.each([{ process_count: 200 }, {}])("ends a fork bomb, of which nothing is left (limits %j)", async (limits) => {
      const { outcome } = await run([known, "bomb", "stay"], { limits: { ...limits, duration: 0.3 }, graceMs: 100 });
      expect(outcome).toEqual({ kind: "timed_out", limit: 0.3 });
      expect(processesWith(`${known}\0bomb`)).toEqual([]);
    });

    it("ends a fork bomb that the command left behind", async () => {
      const { outcome, measurement } = await run([known, "bomb", "go"]);
      expect(outcome).toEqual({ kind: "exited", code: 0 });
      expect(measurement.left_behind).toBeGreaterThan(0);
      expect(processesWith(`${known}\0bomb`)).toEqual([]);
    });

    it("leaves neighbours alone when one run dies of its memory", async () => {
      const neighbour = run([known, "alloc", "90", "400"], { limits: { memory: 100 * MIB } });
      const { outcome } = await run([known, "alloc", "300", "0"], { limits: { memory: 100 * MIB } });
      expect(outcome).toEqual({ kind: "out_of_memory", limit: 100 * MIB });
      expect((await neighbour).outcome).toEqual({ kind: "exited", code: 0 });
    });
  });

  it("does not create its directory", async () => {
    const watchDirectory = join(freshDirectory(), "absent");
    const { measurement } = await run(["true"], { watchDirectory });
    expect(existsSync(watchDirectory)).toBe(false);
    expect(measurement.disk_bytes).toBeUndefined();
  });
});
