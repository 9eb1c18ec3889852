import { array, assert, integer, nat, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { CurveKeeper } from "../../../src/worker/measure/curve.ts";
import { Recorder } from "../../../src/worker/measure/recorder.ts";

const points = array(
  record({
    gap_ms: integer({ min: 1, max: 200 }),
    memory: nat(1e9),
    cpu_millicores: nat(8000),
    disk_space: nat(1e9),
  }),
  { minLength: 1, maxLength: 3000 },
);

describe("the curve of a run", () => {
  it("has at most 600 points, in order, and keeps every peak, whatever its length", () => {
    assert(
      property(points, (samples) => {
        const keeper = new CurveKeeper();
        let at_ms = 0;
        for (const { gap_ms, ...sample } of samples) keeper.add({ at_ms: (at_ms += gap_ms), ...sample });
        const curve = keeper.curve();
        expect(curve.at_ms.length).toBeLessThanOrEqual(600);
        expect(curve.at_ms).toEqual([...curve.at_ms].sort((a, b) => a - b));
        expect(curve.at_ms.at(-1)).toBe(at_ms);
        expect(Math.max(...curve.memory)).toBe(Math.max(...samples.map(({ memory }) => memory)));
        expect(Math.max(...curve.disk_space)).toBe(Math.max(...samples.map(({ disk_space }) => disk_space)));
        const lengths = new Set(
          [curve.at_ms, curve.memory, curve.cpu_millicores, curve.disk_space].map((all) => all.length),
        );
        expect(lengths.size).toBe(1);
      }),
      { numRuns: 100 },
    );
  });

  it("keeps the CPU time that its points stand for", () => {
    assert(
      property(points, (samples) => {
        const keeper = new CurveKeeper();
        let at_ms = 0;
        let usedMs = 0;
        for (const { gap_ms, ...sample } of samples) {
          usedMs += (gap_ms * sample.cpu_millicores) / 1000;
          keeper.add({ at_ms: (at_ms += gap_ms), ...sample });
        }
        const curve = keeper.curve();
        const keptMs = curve.at_ms.reduce(
          (sum, end, index) => sum + ((end - (curve.at_ms[index - 1] ?? 0)) * curve.cpu_millicores[index]!) / 1000, // same length
          0,
        );
        // each point is rounded to a thousandth of a core
        expect(Math.abs(keptMs - usedMs)).toBeLessThanOrEqual(at_ms * 0.0006 + 1e-6);
      }),
      { numRuns: 100 },
    );
  });

  it("of a day takes a few kilobytes", () => {
    const keeper = new CurveKeeper();
    for (let at_ms = 100; at_ms <= 86_400_000; at_ms += 100) {
      keeper.add({ at_ms, memory: 1e9 + at_ms, cpu_millicores: 1500, disk_space: 1e8 });
    }
    expect(JSON.stringify(keeper.curve()).length).toBeLessThan(12_000);
  });
});

describe("the figures of a run", () => {
  it("take the kernel's mark less the cache and kernel memory in it, when that is more than was seen", () => {
    const recorder = new Recorder("cgroup2");
    recorder.add(10, { memory_bytes: 100, file_cache_bytes: 0, kernel_bytes: 0, high_water_bytes: 100 });
    recorder.add(20, { memory_bytes: 50, file_cache_bytes: 30, kernel_bytes: 5, high_water_bytes: 200 });
    const { memory_bytes, memory_peak_at_ms, page_cache_bytes } = recorder.measurement(25);
    expect({ memory_bytes, memory_peak_at_ms, page_cache_bytes }).toEqual({
      memory_bytes: 165,
      memory_peak_at_ms: 20,
      page_cache_bytes: 30,
    });
  });

  it("never call cache memory: the larger cache of both ends of an interval is subtracted", () => {
    const recorder = new Recorder("cgroup2");
    recorder.add(10, { memory_bytes: 100, file_cache_bytes: 500, high_water_bytes: 600 });
    recorder.add(20, { memory_bytes: 100, file_cache_bytes: 0, high_water_bytes: 600 });
    expect(recorder.measurement(25).memory_bytes).toBe(100);
  });

  it("are absent when nothing could be read", () => {
    const recorder = new Recorder("proc");
    recorder.add(10, {});
    const { curve, ...figures } = recorder.measurement(12.3456);
    expect(figures).toEqual({ method: "proc", duration_ms: 12.346, left_behind: 0, lower_bounds: [] });
    expect(curve?.at_ms).toEqual([10]);
  });
});
