import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forecast, type ForecastInput } from "../../src/schedule/forecast.ts";
import { normalQuantile, normalShare, sampledDuration, toldEnd } from "../../src/schedule/sampled-duration.ts";
import { seededRandom } from "../../src/simulate/random.ts";
import { arbitraryFleet, arbitraryRequest, GIB, id, request, worker } from "./cases.ts";

const run = (which: number, startedMs: number, p50: number, p95: number, limit = 10_000) => ({
  id: id(which),
  worker_name: worker("w").worker_name,
  amounts: { memory: 4 * GIB, disk_space: GIB, cpu_count: 1 },
  startedMs,
  p50,
  p95,
  limit,
});

describe("a forecast", () => {
  it("starts what waits when what runs should be over, and says how sure that is", () => {
    const input: ForecastInput = {
      workers: [worker("w", { memory: 8 * GIB })],
      runs: [run(1, 0, 100, 150)],
      waiting: [{ ...request({ id: 2, memory: 8 * GIB, p95: 75 }), p50: 50 }],
    };
    const found = forecast(input, 10_000, { random: seededRandom(1), samples: 2000 });
    const { start, end } = found.get(id(2))!;
    // given that it has run for 10 s, half of the time the run takes 100 s, nine of ten times 137 s
    expect(start!.p50Ms / 1000).toBeCloseTo(100, -1);
    expect(start!.p90Ms / 1000).toBeCloseTo(137, -1);
    expect(end.p50Ms / 1000).toBeCloseTo(151, -1);
    const told = found.get(id(1))!.end;
    expect(told.p50Ms / start!.p50Ms).toBeCloseTo(1, 1);
    expect(told.p90Ms / start!.p90Ms).toBeCloseTo(1, 1);
  });

  it("tells the same end of a run whenever it is asked at one moment, whatever chance says", () => {
    const input: ForecastInput = { workers: [worker("w")], runs: [run(1, 0, 100, 150)], waiting: [] };
    const [one, other] = [1, 2].map((seed) => forecast(input, 10_000, { random: seededRandom(seed) }).get(id(1)));
    expect(one).toEqual(other);
  });

  it("says that a run is overdue, and by how much", () => {
    const input: ForecastInput = { workers: [worker("w")], runs: [run(1, 0, 100, 150)], waiting: [] };
    const { end, overdueMs, start } = forecast(input, 200_000, { random: seededRandom(1) }).get(id(1))!;
    expect(overdueMs).toBe(50_000);
    expect(start).toBeUndefined();
    expect(end.p50Ms).toBeGreaterThan(200_000);
  });

  it("calls a run late by what is usual on its worker: later on a slow one", () => {
    const slow = worker("w", {}, { slowness: 2 });
    const input: ForecastInput = { workers: [slow], runs: [run(1, 0, 100, 150)], waiting: [] };
    expect(forecast(input, 200_000, { random: seededRandom(1) }).get(id(1))!.overdueMs).toBeUndefined();
    expect(forecast(input, 310_000, { random: seededRandom(1) }).get(id(1))!.overdueMs).toBe(10_000);
  });

  it("says how long such a run takes on its worker, however long it has gone on", () => {
    const slow = worker("w", {}, { slowness: 2 });
    const input: ForecastInput = { workers: [slow], runs: [run(1, 0, 100, 150)], waiting: [] };
    const usual = (nowMs: number) => forecast(input, nowMs, { random: seededRandom(1) }).get(id(1))!.usual!;
    expect(usual(0).p50).toBeCloseTo(200, 0);
    expect(usual(0).p90).toBeGreaterThan(250);
    expect(usual(0).p90).toBeLessThan(300); // its p95
    expect(usual(400_000)).toEqual(usual(0));
  });

  it("has nothing to say of what fits nowhere", () => {
    const input: ForecastInput = { workers: [worker("w")], runs: [], waiting: [request({ id: 1, memory: 99 * GIB })] };
    expect(forecast(input, 0, { random: seededRandom(1) }).size).toBe(0);
  });

  it("of one request is the same as of all, where its own rank decides", () => {
    const waiting = [1, 2, 3, 4].map((each) => ({ ...request({ id: each, memory: 16 * GIB, p95: 20 }), p50: 10 }));
    const input: ForecastInput = { workers: [worker("w")], runs: [], waiting };
    const all = forecast(input, 0, { random: seededRandom(7), samples: 500 });
    const one = forecast(input, 0, { random: seededRandom(8), samples: 500, wanted: new Set([id(3)]) });
    expect([...one.keys()]).toEqual([3]);
    const ratio = one.get(id(3))!.start!.p50Ms / all.get(id(3))!.start!.p50Ms;
    expect(Math.abs(Math.log(ratio))).toBeLessThan(0.15);
  });

  it("orders start and end, and median and bound, whatever waits", () => {
    fc.assert(
      fc.property(
        arbitraryFleet,
        fc.array(arbitraryRequest, { maxLength: 15, size: "max" }),
        fc.nat(),
        (workers, specs, seed) => {
          const waiting = specs.map((spec, index) => request({ ...spec, id: index + 1 }));
          const found = forecast({ workers, runs: [], waiting }, 5_000, { random: seededRandom(seed), samples: 5 });
          for (const { start, end } of found.values()) {
            expect(start!.p50Ms).toBeGreaterThanOrEqual(5_000);
            expect(start!.p90Ms).toBeGreaterThanOrEqual(start!.p50Ms);
            expect(end.p50Ms).toBeGreaterThanOrEqual(start!.p50Ms);
            expect(end.p90Ms).toBeGreaterThanOrEqual(end.p50Ms);
          }
        },
      ),
    );
  });
});

describe("a sampled duration", () => {
  it("has the predicted median and bound", () => {
    const random = seededRandom(3);
    const seconds = Array.from({ length: 4000 }, () => sampledDuration({ p50: 10, p95: 30, limit: 1000 }, 0, random()));
    seconds.sort((a, b) => a - b);
    expect(seconds[2000]).toBeCloseTo(10, 0);
    expect(seconds[3800]! / 30).toBeCloseTo(1, 1);
  });

  it("is never shorter than what has passed, nor longer than the limit unless that has passed", () => {
    const positive = fc.double({ min: 0.01, max: 1e6, noNaN: true });
    const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(positive, positive, positive, positive, share, (p50, p95, limit, elapsed, uniform) => {
        const seconds = sampledDuration({ p50, p95, limit }, elapsed, uniform);
        expect(seconds).toBeGreaterThanOrEqual(elapsed);
        expect(seconds).toBeLessThanOrEqual(Math.max(elapsed, limit));
      }),
    );
  });

  it("gives the end that is told of a run: the median and what nine of ten keep to of those that last so long", () => {
    const random = seededRandom(5);
    const guess = { p50: 10, p95: 30, limit: 50 };
    const slowness = 1.5;
    for (const elapsed of [0, 4, 20, 40, 80]) {
      const told = toldEnd({ ...guess, limit: guess.limit * slowness }, slowness, elapsed * slowness);
      const drawn = Array.from({ length: 4000 }, () => slowness * sampledDuration(guess, elapsed, random()));
      drawn.sort((a, b) => a - b);
      expect(told.p50 / drawn[2000]!).toBeCloseTo(1, 1);
      expect(told.p90 / drawn[3600]!).toBeCloseTo(1, 1);
    }
  });

  it("rests on a normal distribution whose quantiles undo its shares", () => {
    for (const share of [0.001, 0.05, 0.3, 0.5, 0.9, 0.99]) {
      expect(normalShare(normalQuantile(share))).toBeCloseTo(share, 3);
    }
  });
});
