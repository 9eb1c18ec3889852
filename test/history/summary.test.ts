import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { METRICS, metricValue, parseMetric } from "../../src/history/metric.ts";
import { quantile, summarize } from "../../src/history/summary.ts";
import { entryOf, failure, success } from "./entries.ts";

describe("the figures of a history", () => {
  it("counts results and gives percentiles in the metric's unit", () => {
    const entries = [
      ...Array.from({ length: 10 }, (_, index) => success(index, index + 1)),
      failure(20, 11),
      entryOf({ id: 21, result: "error", outcome: { kind: "worker_lost" } }),
      entryOf({ id: 22, result: "skipped" }),
    ];
    expect(summarize(entries, "duration")).toEqual({
      runs: 13,
      succeeded: 10,
      failed: 1,
      infrastructure: 1,
      skipped: 1,
      failed_share: 1 / 13,
      figure: { runs: 11, min: 1, p50: 6, p95: 10.5, max: 11, max_is_lower_bound: false, lower_bounds: 0 },
    });
  });

  it("leaves the figure out when nothing was measured", () => {
    expect(summarize([], "memory")).toEqual({
      runs: 0,
      succeeded: 0,
      failed: 0,
      infrastructure: 0,
      skipped: 0,
      failed_share: 0,
    });
  });

  it("keeps lower bounds out of the percentiles, but not out of the maximum", () => {
    const killed = entryOf({
      result: "failure",
      outcome: { kind: "out_of_memory", limit: 500 },
      runtime_statistics: { memory: 500 },
      lower_bounds: ["memory"],
    });
    const { figure } = summarize([success(1, 1, 100), success(2, 1, 200), killed], "memory");
    expect(figure).toEqual({
      runs: 2,
      min: 100,
      p50: 150,
      p95: 195,
      max: 500,
      max_is_lower_bound: true,
      lower_bounds: 1,
    });
  });

  it("uses lower bounds where there is nothing else, and says so", () => {
    const killed = entryOf({ runtime_statistics: { memory: 500 }, lower_bounds: ["memory"] });
    expect(summarize([killed], "memory").figure).toEqual({
      runs: 0,
      min: 500,
      p50: 500,
      p95: 500,
      max: 500,
      max_is_lower_bound: true,
      lower_bounds: 1,
    });
  });

  it("gives quantiles that lie within the values and rise with the share", () => {
    const sortedValues = fc
      .array(fc.integer({ min: 0, max: 1e12 }), { minLength: 1 })
      .map((values) => values.sort((a, b) => a - b));
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(sortedValues, share, share, (values, a, b) => {
        const [low, high] = [quantile(values, Math.min(a, b)), quantile(values, Math.max(a, b))];
        expect(low).toBeGreaterThanOrEqual(values[0]!);
        expect(high).toBeLessThanOrEqual(values.at(-1)!);
        // two neighbours in proportion: the last bit may be off
        expect(low).toBeLessThanOrEqual(high + 1e-3);
      }),
    );
  });
});

describe("metrics", () => {
  it("know their names and the short ones", () => {
    expect([...METRICS, "cpu", "disk", "constructor", "x"].map(parseMetric)).toEqual([
      "duration",
      "cpu_time",
      "memory",
      "disk_space",
      "cpu_time",
      "disk_space",
      undefined,
      undefined,
    ]);
  });

  it("prefer milliseconds where they are known", () => {
    const entry = entryOf({ duration_ms: 1234, runtime_statistics: { duration: 1, cpu_time: 7 } });
    expect([metricValue(entry, "duration"), metricValue(entry, "cpu_time"), metricValue(entry, "memory")]).toEqual([
      1.234,
      7,
      undefined,
    ]);
  });
});
