import { array, assert, integer, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import type { Curve } from "../../src/domain/runtime-statistics.ts";
import { curveBand } from "../../src/history/curve-band.ts";

function curve(at_ms: number[], memory: number[]): Curve {
  return { at_ms, memory, cpu_millicores: memory, disk_space: memory };
}

const memory = (one: Curve) => one.memory;

/** Runs of a few points each. */
const curves = array(
  record({
    gaps: array(integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 9 }),
    level: integer({ min: 0, max: 9 }),
  }),
  { maxLength: 25 },
).map((all) =>
  all.map(({ gaps, level }) => {
    let now = 0;
    const at_ms = [0, ...gaps.map((gap) => (now += gap))];
    return curve(
      at_ms,
      at_ms.map((_, index) => level * 10 + index),
    );
  }),
);

describe("a band of earlier runs", () => {
  it("goes from the 10th to the 90th percentile, for as long as half of the runs went on", () => {
    const runs = Array.from({ length: 11 }, (_, index) => curve([0, 1000 * (index + 1)], [index, 10 * index]));
    const band = curveBand(runs, memory)!; // of enough runs
    expect(band.runs).toBe(11);
    expect(band.at_ms.at(-1)).toBe(6000);
    expect([band.low[0], band.high[0]]).toEqual([1, 9]);
    // the six that were still going on, of 50 to 100
    expect([band.low.at(-1), band.high.at(-1)]).toEqual([55, 95]);
  });

  it("is not made of two runs, or of runs without a curve", () => {
    const run = curve([0, 10], [1, 2]);
    expect(curveBand([run, run], memory)).toBeUndefined();
    expect(curveBand([run, run, curve([0], [1])], memory)).toBeUndefined();
  });

  it("lies within what the runs used, and never upside down", () => {
    assert(
      property(curves, (all) => {
        const band = curveBand(all, memory);
        if (band === undefined) return;
        const used = all.flatMap(memory);
        for (const [index, low] of band.low.entries()) {
          expect(low).toBeGreaterThanOrEqual(Math.min(...used));
          expect(band.high[index]).toBeGreaterThanOrEqual(low);
          expect(band.high[index]).toBeLessThanOrEqual(Math.max(...used));
        }
      }),
    );
  });
});
