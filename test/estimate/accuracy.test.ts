import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Accuracy } from "../../src/domain/accuracy.ts";
import type { AmountSource, Allocation, Estimate, ResourceEstimate } from "../../src/domain/allocation.ts";
import type { HistoryEntry } from "../../src/domain/history.ts";
import { accuracyOf } from "../../src/estimate/accuracy/accuracy.ts";
import { judge, type JudgedRun } from "../../src/estimate/accuracy/judge.ts";
import { AccuracyFold } from "../../src/estimate/accuracy/report.ts";
import {
  addOverruled,
  addRun,
  addTallies,
  emptyTally,
  parseTally,
  type Tally,
} from "../../src/estimate/accuracy/tally.ts";
import { entryOf } from "../history/entries.ts";

const HOUR = 3600;

function allocationOf(memory: number, source: AmountSource): Allocation {
  return {
    memory: { amount: memory, source },
    disk_space: { amount: 100, source: "default" },
    cpu_count: { amount: 2, source: "default" },
    duration: { amount: 2 * HOUR, source: "default" },
    tags: [],
  };
}

function predicted(p50: number, p95: number, p5?: number): ResourceEstimate {
  return {
    ...(p5 !== undefined && { p5 }),
    p50,
    p95,
    allocate: p95,
    ladder: [],
    evidence: { level: "key", runs: 9, method: "ladder" },
  };
}

/** An hour's run that was given 100 bytes of memory, and used 60 of them. */
function hour(part: Partial<HistoryEntry> = {}, used = 60, source: AmountSource = "history"): HistoryEntry {
  return entryOf({
    duration_ms: HOUR * 1000,
    cpu_time_ms: HOUR * 1000,
    runtime_statistics: { memory: used },
    allocation: allocationOf(100, source),
    ...part,
  });
}

const OUT_OF_MEMORY = { outcome: { kind: "out_of_memory", limit: 100 }, result: "failure" } as const;

function accuracy(...runs: [HistoryEntry, Estimate][]): Accuracy {
  return accuracyOf(runs.reduce((tally, [entry, estimate]) => addRun(tally, judge(entry, estimate)!), emptyTally()));
}

describe("the accuracy of estimates", () => {
  it("compares what was predicted, given and used", () => {
    const { runs, resources } = accuracy(
      [hour(), { memory: predicted(50, 80) }],
      [hour({}, 40), { memory: predicted(50, 80) }],
      [hour({}, 90), { memory: predicted(60, 80) }],
      [hour({}, 30, "request"), {}],
    );
    expect(runs).toBe(4);
    expect(resources.memory).toEqual({
      judged: 3,
      below_p5: null,
      below_p50: 1 / 3,
      below_p95: 2 / 3,
      median_error: expect.closeTo(0.25, 1), // of 1/6, 1/4 and 1/3
      sources: { history: 3, request: 1 },
      deaths: 0,
      deaths_as_asked: 0,
      held: {
        allocated: 400,
        used: 220,
        unused: 180,
        lost: 0,
        wasted: 180,
        wasted_share: 0.45,
        times_used: 400 / 220,
        asked_runs: 1,
        asked: 100,
        saved: 0,
      },
    });
    expect(resources.cpu_count?.held).toMatchObject({ allocated: 8, used: 4, wasted_share: 0.5 });
    expect(resources.duration?.held).toBeNull();
  });

  it("counts what used less than its p5, of runs that had one and were not cut short below it", () => {
    const cut = (used: number) =>
      hour({ outcome: { kind: "timed_out", limit: HOUR }, result: "failure", lower_bounds: ["memory"] }, used);
    const { memory } = accuracy(
      [hour({}, 39), { memory: predicted(50, 80, 40) }],
      [hour({}, 40), { memory: predicted(50, 80, 40) }],
      [cut(60), { memory: predicted(50, 80, 40) }],
      [cut(30), { memory: predicted(50, 80, 40) }], // it might have needed more
      [hour({}, 10), { memory: predicted(50, 80) }],
    ).resources;
    expect(memory?.below_p5).toBeCloseTo(1 / 3);
  });

  it("adds to days from before a p5 was kept, which do not count for it", () => {
    const old = addRun(emptyTally(), judge(hour({}, 10), { memory: predicted(50, 80) })!);
    const tally = addRun(
      parseTally(JSON.parse(JSON.stringify(old))),
      judge(hour({}, 10), { memory: predicted(50, 80, 40) })!,
    );
    expect(accuracyOf(tally).resources.memory).toMatchObject({ judged: 2, below_p5: 1 });
    expect(accuracyOf(old).resources.memory).toMatchObject({ judged: 1, below_p5: null });
  });

  it("counts an attempt that died of an amount of ours as lost whole, and says what it cost", () => {
    const result = accuracy([hour(OUT_OF_MEMORY, 100), { memory: predicted(50, 80) }], [hour(), {}]);
    expect(result.mistakes).toEqual({ attempts: 1, seconds: HOUR, memory_byte_hours: 100 });
    expect(result.mistakes_as_asked).toEqual({ attempts: 0, seconds: 0, memory_byte_hours: 0 });
    expect(result.resources.memory).toMatchObject({
      judged: 1,
      below_p50: 0,
      below_p95: 0,
      median_error: null,
      deaths: 1,
    });
    expect(result.resources.memory?.held).toMatchObject({
      allocated: 200,
      used: 60,
      unused: 40,
      lost: 100,
      wasted: 140,
    });
    expect(result.resources.memory?.held?.wasted_share).toBeCloseTo(0.7);
  });

  it("keeps what people asked too little apart from mistakes of its own; a raise after a death is its own", () => {
    for (const [source, asked] of [
      ["request", 1],
      ["task", 1],
      ["workflow", 1],
      ["retry", 0],
      ["default", 0],
    ] as const) {
      const result = accuracy([hour(OUT_OF_MEMORY, 100, source), {}]);
      expect(result.mistakes_as_asked.attempts).toBe(asked);
      expect(result.mistakes.attempts).toBe(1 - asked);
      expect(result.resources.memory).toMatchObject({ deaths: 1 - asked, deaths_as_asked: asked });
    }
  });

  it("takes a run that was cut short for what it shows: too little predicted, or nothing", () => {
    const killed = { outcome: { kind: "signalled", signal: "SIGKILL" }, result: "failure" } as const;
    const shown = accuracy([hour(killed), { memory: predicted(50, 80) }]);
    expect(shown.resources.memory).toMatchObject({ judged: 0, below_p50: 0, below_p95: null, median_error: null });
    expect(shown.resources.memory?.held).toMatchObject({ allocated: 100, used: 0, unused: 0, lost: 0 });
    expect(shown.mistakes.attempts).toBe(0);
  });

  it("leaves out what nobody could have estimated: lost workers, what never started, what people ended", () => {
    const outcomes: HistoryEntry["outcome"][] = [
      { kind: "worker_lost" },
      { kind: "start_failed", errors: [] },
      { kind: "aborted", by: "me" },
    ];
    for (const outcome of outcomes) expect(judge(hour({ outcome, result: "error" }), {})).toBeUndefined();
    expect(judge(entryOf({ duration_ms: 5 }), {})).toBeUndefined(); // imported: nothing was allocated
  });

  it("holds the memory of a run whose limit was raised from the raise on", () => {
    const raises = [{ at_ms: (HOUR * 1000) / 4, from: 100, to: 200 }];
    const run = judge(hour({}, 150), { memory: predicted(50, 80) }, { raises })!;
    expect(run.resources.memory.held).toBe((100 / 4 + (200 * 3) / 4) * HOUR);
  });

  it("saves what people asked for and an override did not give, and knows nothing of what nobody asked for", () => {
    const overridden = allocationOf(100, "override");
    const asked = { allocation: { ...overridden, memory: { ...overridden.memory, asked: 250 } } };
    const { resources } = accuracy(
      [hour(asked), {}],
      [hour({}, 60, "override"), {}],
      [hour({}, 60, "history"), {}],
      [hour({}, 60, "retry"), {}],
      [hour({}, 60, "workflow"), {}],
    );
    expect(resources.memory?.held).toMatchObject({ allocated: 500, asked_runs: 2, asked: 350, saved: 150 });
  });

  it("counts the verdicts that people overruled, most often first", () => {
    const once = addOverruled(emptyTally(), "flaky", "regression");
    const often = addOverruled(addOverruled(once, "regression", "known_failure"), "regression", "known_failure");
    expect(accuracyOf(often).overruled).toEqual([
      { from: "regression", to: "known_failure", count: 2 },
      { from: "flaky", to: "regression", count: 1 },
    ]);
  });

  it("counts runs of untrusted origin too: they were given what was predicted", () => {
    expect(judge(hour({ trusted: false }), {})).toBeDefined();
  });
});

const amounts = fc.integer({ min: 1, max: 2 ** 40 });
const judgedRuns: fc.Arbitrary<JudgedRun> = fc
  .record({
    used: amounts,
    given: amounts,
    p50: amounts,
    more: amounts,
    seconds: fc.integer({ min: 1, max: 10_000 }),
    isDeath: fc.boolean(),
    source: fc.constantFrom<AmountSource>("history", "default", "request", "retry"),
  })
  .map(({ used, given, p50, more, seconds, isDeath, source }) => {
    const end: Partial<HistoryEntry> = isDeath
      ? { outcome: { kind: "out_of_memory", limit: given }, result: "failure" }
      : {};
    const entry = hour({ ...end, duration_ms: seconds * 1000, allocation: allocationOf(given, source) }, used);
    return judge(entry, { memory: predicted(p50, p50 + more) })!; // it has an allocation and a duration
  });

/** A tally with its fractions to nine digits: the order in which they were added shows in the last ones. */
function rounded(tally: Tally): unknown {
  return JSON.parse(JSON.stringify(tally), (_, value: unknown) =>
    typeof value === "number" ? Number(value.toPrecision(9)) : value,
  );
}

describe("a tally", () => {
  it("is the same in whatever order runs come, and however they are put together", () => {
    fc.assert(
      fc.property(fc.array(judgedRuns, { maxLength: 20 }), fc.nat(20), (runs, at) => {
        const tally = (of: JudgedRun[]) => of.reduce(addRun, emptyTally());
        expect(rounded(tally(runs.toReversed()))).toEqual(rounded(tally(runs)));
        expect(rounded(addTallies(tally(runs.slice(0, at)), tally(runs.slice(at))))).toEqual(rounded(tally(runs)));
      }),
    );
  });

  it("gives shares between 0 and 1, and never wastes more than was given", () => {
    fc.assert(
      fc.property(fc.array(judgedRuns, { minLength: 1, maxLength: 20 }), (runs) => {
        const { resources, runs: count } = accuracyOf(runs.reduce(addRun, emptyTally()));
        const { below_p50, below_p95, held, judged } = resources.memory!;
        expect(count).toBe(runs.length);
        expect(judged).toBeLessThanOrEqual(count);
        for (const share of [below_p50, below_p95, held!.wasted_share]) {
          if (share === null) continue;
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1 + 1e-9);
        }
        expect(held!.wasted).toBeLessThanOrEqual(held!.allocated * (1 + 1e-9));
      }),
    );
  });

  it("gives the median error to within a twentieth of itself", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.002, max: 99, noNaN: true }), (error) => {
        const run = judge(hour({}, 1000), { memory: predicted(1000 * (1 + error), 1e9) })!;
        const found = accuracyOf(addRun(emptyTally(), run)).resources.memory!.median_error!;
        expect(Math.abs(found / error - 1)).toBeLessThan(0.05);
      }),
    );
    const exact = judge(hour({}, 1000), { memory: predicted(1000, 1000) })!;
    expect(accuracyOf(addRun(emptyTally(), exact)).resources.memory!.median_error).toBe(0);
  });

  it("comes back from JSON, stays below 8 KiB, and is begun anew when it is of another version", () => {
    const runs = fc.sample(judgedRuns, { numRuns: 5_000, seed: 1 });
    const tally = runs.reduce(addRun, emptyTally());
    const text = JSON.stringify(tally);
    expect(text.length).toBeLessThan(8192);
    expect(parseTally(JSON.parse(text))).toEqual(tally);
    for (const other of [{ ...tally, version: 0 }, null, "text", undefined])
      expect(parseTally(other)).toEqual(emptyTally());
  });
});

describe("a report", () => {
  const tallyOf = (used: number) => addRun(emptyTally(), judge(hour({}, used), {})!);
  const days: [string, string, number][] = [
    ["build", "2026-11-22", 90], // a Sunday
    ["build", "2026-11-23", 80],
    ["test", "2026-11-24", 10],
  ];
  const report = (span: "day" | "week") => {
    const fold = new AccuracyFold(span);
    for (const [task_name, day, used] of days) fold.add({ task_type: "worker", task_name, day, tally: tallyOf(used) });
    return fold.report({ since: "a", until: "b", is_cut: false });
  };

  it("adds days up by task, most wasteful first, and in all", () => {
    const { all, tasks, is_cut } = report("day");
    expect(is_cut).toBe(false);
    expect(all.resources.memory?.held).toMatchObject({ allocated: 300, used: 180, wasted: 120 });
    expect(tasks.map(({ task_name, accuracy: { runs, resources } }) => [task_name, runs, resources.memory?.held?.wasted]))
      .toEqual([["test", 1, 90], ["build", 2, 30]]); // prettier-ignore
  });

  it("cuts time into days, or into weeks that begin on Monday, in UTC", () => {
    expect(report("day").over_time.map(({ from }) => from.slice(0, 10))).toEqual(days.map(([, day]) => day));
    expect(report("week").over_time.map(({ from, accuracy: { runs } }) => [from, runs])).toEqual([
      ["2026-11-16T00:00:00.000Z", 1],
      ["2026-11-23T00:00:00.000Z", 2],
    ]);
  });
});
