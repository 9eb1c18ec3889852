import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TOLD_AT, type ToldEnds } from "../../src/domain/accuracy.ts";
import type { Allocation } from "../../src/domain/allocation.ts";
import type { HistoryEntry } from "../../src/domain/history.ts";
import { accuracyOf } from "../../src/estimate/accuracy/accuracy.ts";
import { judge, type JudgedRun, type RunDetails } from "../../src/estimate/accuracy/judge.ts";
import { addRun, addTallies, emptyTally, parseTally } from "../../src/estimate/accuracy/tally.ts";
import { toldEnd } from "../../src/schedule/sampled-duration.ts";
import { entryOf } from "../history/entries.ts";

const allocation: Allocation = {
  memory: { amount: 100, source: "history" },
  disk_space: { amount: 100, source: "default" },
  cpu_count: { amount: 2, source: "default" },
  duration: { amount: 7200, source: "default" },
  tags: [],
};

/** A run of so many seconds, of which the end was told as given. */
function run(seconds: number, told: RunDetails["toldEnd"], part: Partial<HistoryEntry> = {}): JudgedRun {
  const entry = entryOf({ duration_ms: seconds * 1000, runtime_statistics: { memory: 50 }, allocation, ...part });
  return judge(entry, {}, { toldEnd: told })!; // it has an allocation and a duration
}

const told = (...runs: JudgedRun[]): ToldEnds[] => accuracyOf(runs.reduce(addRun, emptyTally())).told_ends;
const always = (p50: number, p90: number) => () => ({ p50, p90 });

describe("the ends that were told of runs", () => {
  it("are compared with the true end when a tenth, half and nine tenths of a run were over", () => {
    const asked: number[] = [];
    const found = told(
      run(200, (elapsed) => {
        asked.push(elapsed);
        return { p50: 100 + elapsed, p90: 130 + elapsed };
      }),
    );
    expect(asked).toEqual([20, 100, 180]);
    expect(found).toEqual([
      { at: 0.1, judged: 1, median_error: expect.closeTo(0.4, 1), p90_error: expect.closeTo(0.4, 1), sooner: 0, within: 0, later: 1 },
      { at: 0.5, judged: 1, median_error: 0, p90_error: 0, sooner: 0, within: 1, later: 0 },
      { at: 0.9, judged: 1, median_error: expect.closeTo(0.4, 1), p90_error: expect.closeTo(0.4, 1), sooner: 1, within: 0, later: 0 },
    ]); // prettier-ignore
  });

  it("are told in shares of the runs, with the error of half and of nine of ten", () => {
    const runs = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((far) => run(100, always(100 + 10 * far, 200)));
    const [first] = told(...runs, run(100, always(90, 100)), run(100, always(80, 99)));
    expect(first).toMatchObject({ judged: 12, sooner: 10 / 12, within: 1 / 12, later: 1 / 12 });
    expect(first!.median_error! / 0.4).toBeCloseTo(1, 1);
    expect(first!.p90_error! / 0.9).toBeCloseTo(1, 1);
  });

  it("are of runs whether they passed or failed by themselves, but of none that was cut short", () => {
    const failed = run(60, always(60, 70), { outcome: { kind: "exited", code: 1 }, result: "failure" });
    expect(told(failed)).toHaveLength(3);
    const cut: Partial<HistoryEntry>[] = [
      { outcome: { kind: "signalled", signal: "SIGKILL" }, result: "failure" },
      { outcome: { kind: "timed_out", limit: 60 }, result: "failure" },
      { outcome: { kind: "out_of_memory", limit: 100 }, result: "failure" },
      { lower_bounds: ["duration"] },
    ];
    for (const part of cut) expect(told(run(60, always(60, 70), part))).toEqual([]);
  });

  it("are not told of what nothing was predicted for, nor of runs that are over in less than a second", () => {
    expect(told(run(60, undefined))).toEqual([]);
    expect(told(run(0.9, always(1, 2)))).toEqual([]);
  });

  it("hold in tallies from before they were kept, beside those that have them", () => {
    const { told_ends: _, ...old } = addRun(emptyTally(), run(60, always(60, 70)));
    const stored: unknown = JSON.parse(JSON.stringify(old));
    expect(accuracyOf(parseTally(stored)).told_ends).toEqual([]);
    const both = addTallies(parseTally(stored), addRun(emptyTally(), run(60, always(60, 70))));
    expect(accuracyOf(both)).toMatchObject({ runs: 2, told_ends: [{ judged: 1 }, { judged: 1 }, { judged: 1 }] });
  });

  it("have shares that add up, an order of errors, and the same tally however runs are put together", () => {
    const runs = fc.array(
      fc
        .record({
          seconds: fc.double({ min: 1, max: 1e5, noNaN: true }),
          p50: fc.double({ min: 0.001, max: 1e5, noNaN: true }),
          spread: fc.double({ min: 1, max: 10, noNaN: true }),
          slowness: fc.double({ min: 0.1, max: 10, noNaN: true }),
        })
        .map(({ seconds, p50, spread, slowness }) =>
          run(seconds, (elapsed) => toldEnd({ p50, p95: p50 * spread, limit: 1e6 }, slowness, elapsed)),
        ),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(runs, fc.nat(20), (all, at) => {
        const tally = (of: JudgedRun[]) => of.reduce(addRun, emptyTally());
        const found = accuracyOf(tally(all)).told_ends;
        expect(found.map((one) => one.at)).toEqual(TOLD_AT);
        for (const { judged, sooner, within, later, median_error, p90_error } of found) {
          expect(judged).toBe(all.length);
          expect(sooner! + within! + later!).toBeCloseTo(1);
          expect(p90_error).toBeGreaterThanOrEqual(median_error!);
        }
        const parts = addTallies(tally(all.slice(0, at)), tally(all.slice(at)));
        expect(accuracyOf(parts).told_ends).toEqual(found);
        expect(accuracyOf(tally(all.toReversed())).told_ends).toEqual(found);
      }),
    );
  });

  it("take at most 4 KiB of a tally, however many runs there are and however far off they were", () => {
    let tally = emptyTally();
    for (let far = 0; far < 3000; far += 1)
      tally = addRun(
        tally,
        run(1000, (at) => ({ p50: 1.005 ** far + at, p90: 1e9 })),
      );
    expect(JSON.stringify(tally.told_ends).length).toBeLessThan(4096);
  });

  it("are off by no more than what is left of a run where they are too soon: none that goes on is told to be over", () => {
    const positive = fc.double({ min: 1, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(positive, positive, (seconds, p50) => {
        const [, , last] = told(run(seconds, (at) => toldEnd({ p50, p95: 2 * p50, limit: 1e6 }, 1, at)));
        expect(last!.later === 1 ? last!.median_error : 0).toBeLessThan(0.11);
      }),
    );
  });
});
