import { describe, expect, it } from "vitest";
import { compareRun } from "../../src/history/comparison.ts";
import type { HistoryEntry } from "../../src/domain/history.ts";
import { entryOf, failure, success } from "./entries.ts";

const GIB = 2 ** 30;

function earlier(...seconds: number[]): HistoryEntry[] {
  return seconds.map((value, index) => success(index + 1, value, GIB));
}

const twelve = earlier(...Array.from({ length: 12 }, (_, index) => 4 + index / 10));

describe("a run beside the earlier ones", () => {
  it.each([
    [8.19, "1.8× slower than the median of 12 runs (4.5s), slower than all of them"],
    [5.005, "10 % slower than the median of 12 runs (4.5s), within their range"],
    [4.55, "as fast as the median of 12 runs (4.5s), within their range"],
    [3.64, "20 % faster than the median of 12 runs (4.5s), faster than all of them"],
    [0.455, "10× faster than the median of 12 runs (4.5s), faster than all of them"],
    [0, "0s, against the median of 12 runs (4.5s), faster than all of them"],
  ])("that took %d s", (seconds, sentence) => {
    expect(compareRun(success(99, seconds, GIB), twelve).sentence).toBe(sentence);
  });

  it("says that there is nothing to compare with", () => {
    expect(compareRun(success(1, 3), [])).toEqual({ sentence: "first run of its key: nothing to compare with yet" });
  });

  it("names a single run as such, and says that few are few", () => {
    expect(compareRun(success(9, 6, GIB), earlier(4)).sentence).toBe("1.5× slower than the one earlier run (4.0s)");
    expect(compareRun(success(9, 6, GIB), earlier(4, 4, 4)).sentence).toBe(
      "1.5× slower than the median of 3 runs (4.0s, few to judge by)",
    );
  });

  it("mentions memory when it is far from the usual", () => {
    expect(compareRun(success(9, 4, 1.5 * GIB), earlier(4)).sentence).toBe(
      "as fast as the one earlier run (4.0s); memory 1.5G, up from a median of 1.0G",
    );
    expect(compareRun(success(9, 4, 1.2 * GIB), earlier(4)).sentence).toBe("as fast as the one earlier run (4.0s)");
  });

  it("calls a success after failures by its name", () => {
    expect(compareRun(success(9, 4), [failure(1, 1), failure(2, 1)]).sentence).toBe(
      "first success after 2 runs without one",
    );
  });

  it("tells a first failure from one of many", () => {
    expect(compareRun(failure(9, 2), earlier(4, 4)).sentence).toBe(
      "failed after 2.0s: the first failure in 3 runs; successful runs take 4.0s (median of 2)",
    );
    expect(compareRun(failure(9, 2), [failure(1, 1)]).sentence).toBe(
      "failed after 2.0s: none of 1 earlier run succeeded either",
    );
    expect(compareRun(failure(9, 2), [failure(1, 1), ...earlier(4)]).sentence).toBe(
      "failed after 2.0s: 1 of 2 earlier runs failed as well; successful runs take 4.0s (median of 1)",
    );
    expect(compareRun(failure(9, 2), []).sentence).toBe("failed after 2.0s: the first run of its key");
  });

  it("compares with successes only, and not with what was cut short", () => {
    const cut = entryOf({ id: 7, duration_ms: 1, lower_bounds: ["duration"] });
    expect(compareRun(success(9, 4), [...earlier(4), failure(8, 100), cut]).duration).toEqual({
      value: 4,
      median: 4,
      min: 4,
      max: 4,
      runs: 1,
      ratio: 1,
    });
  });

  it("says so when neither has figures", () => {
    expect(compareRun(entryOf(), [entryOf()]).sentence).toBe("no figures to compare with those of 1 run");
  });
});
