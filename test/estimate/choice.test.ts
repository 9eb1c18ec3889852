import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WorkerName } from "../../src/domain/ids.ts";
import type { ResourceEstimate } from "../../src/domain/allocation.ts";
import type { ChoiceAccuracy } from "../../src/domain/accuracy.ts";
import { choiceText } from "../../src/domain/choice-text.ts";
import type { HistoryEntry } from "../../src/domain/history.ts";
import type { Candidate, Placement } from "../../src/domain/run.ts";
import { accuracyOf } from "../../src/estimate/accuracy/accuracy.ts";
import { judge, type JudgedRun } from "../../src/estimate/accuracy/judge.ts";
import { addRun, addTallies, emptyTally, parseTally } from "../../src/estimate/accuracy/tally.ts";
import { entryOf } from "../history/entries.ts";

const amount = { amount: 100, source: "default" } as const;
const allocation = { memory: amount, disk_space: amount, cpu_count: amount, duration: amount, tags: [] };

function duration(p50: number): ResourceEstimate {
  return { p50, p95: 2 * p50, allocate: 9 * p50, ladder: [], evidence: { level: "key", runs: 9, method: "ladder" } };
}

/** A choice of the first worker, with how slow each is; none: as any. */
function placement(...slowness: (number | undefined)[]): Placement {
  const candidates = slowness.map((factor, index): Candidate => {
    const worker_name = `w-${index}` as WorkerName;
    return { worker_name, verdict: index === 0 ? "chosen" : "fits", ...(factor !== undefined && { slowness: factor }) };
  });
  const [first] = candidates;
  const full: Candidate = { worker_name: "full" as WorkerName, verdict: "no_room", resource: "memory" };
  return { at: "x", worker_name: first!.worker_name, rule: "", candidates: [...candidates, full], candidate_count: 9 };
}

/** A run that was predicted to take 100 s, and took so many. */
function run(seconds: number, placed: Placement | undefined, part: Partial<HistoryEntry> = {}, p50 = 100): JudgedRun {
  const entry = entryOf({ duration_ms: seconds * 1000, runtime_statistics: { memory: 50 }, allocation, ...part });
  return judge(entry, { duration: duration(p50) }, { placement: placed })!; // it has an allocation and a duration
}

const choice = (...runs: JudgedRun[]): ChoiceAccuracy | null => accuracyOf(runs.reduce(addRun, emptyTally())).choice;

describe("the choice of a worker", () => {
  it("is worth what is expected of the chosen and what the run took, beside the mean of all that could have taken it", () => {
    expect(choice(run(90, placement(0.8, 1, 1.2)))).toEqual({
      runs: 1,
      unlike: 1,
      seconds: 100,
      predicted: expect.closeTo(0.2),
      realised: expect.closeTo(0.1),
      give_or_take: expect.closeTo(2 * Math.log(90 / 80)),
    });
    expect(choice(run(150, placement(1.5, 0.5)))).toMatchObject({
      predicted: expect.closeTo(-0.5),
      realised: expect.closeTo(-0.5),
      give_or_take: expect.closeTo(0),
    });
  });

  it("is none where one worker could have taken the run, where nothing was predicted, and where the run was cut short", () => {
    const placed = placement(0.8, 1.2);
    expect(choice(run(90, placement(0.8)))).toBeNull();
    expect(choice(run(90, undefined))).toBeNull();
    expect(choice(run(0.5, placed))).toBeNull();
    expect(choice(run(90, placed, { outcome: { kind: "timed_out", limit: 90 }, result: "failure" }))).toBeNull();
    const entry = entryOf({ duration_ms: 90_000, runtime_statistics: {}, allocation });
    expect(choice(judge(entry, {}, { placement: placed })!)).toBeNull(); // it has an allocation and a duration
  });

  it("has nothing to save between workers that are thought to be alike, whatever the run took", () => {
    const alike = choice(run(90, placement(undefined, undefined)), run(500, placement(1.3, 1.3)));
    expect(alike).toEqual({ runs: 2, unlike: 0, seconds: 0, predicted: null, realised: null, give_or_take: null });
    expect(choice(run(90, placement(0.8, 1.2)), run(9000, placement(1, undefined)))).toMatchObject({
      runs: 2,
      unlike: 1,
      realised: expect.closeTo(0.1),
    });
  });

  it("counts a run that took twice as long as expected like one that took half as long", () => {
    const both = choice(run(160, placement(0.8, 1.2)), run(40, placement(0.8, 1.2)))!;
    expect(both.realised).toBeCloseTo(both.predicted!);
    expect(both.give_or_take).toBeGreaterThan(0.9);
  });

  it("weighs runs by how long they were expected to take", () => {
    const found = choice(run(10, placement(1, 3), {}, 10), run(3000, placement(3, 1), {}, 1000))!;
    expect(found.predicted).toBeLessThan(-0.45);
    expect(found.realised).toBeCloseTo(found.predicted!);
  });

  it("is told as found once predictions are off by chance alone: what is saved comes near what was to be saved", () => {
    const near = fc.double({ min: 0.3, max: 3, noNaN: true });
    const slowness = fc.double({ min: 0.3, max: 3, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(near, slowness, slowness), { minLength: 1, maxLength: 30 }), (cases) => {
        // each error comes once as it is and once the other way round
        const pairs = cases.flatMap(([error, own, other]) =>
          [error, 1 / error].map((factor) => run(100 * own * factor, placement(own, other))),
        );
        const found = choice(...pairs)!;
        expect(found.runs).toBe(pairs.length);
        expect(found.unlike === 0 ? 0 : found.realised! - found.predicted!).toBeCloseTo(0, 9);
      }),
    );
  });

  it("is the same however tallies are put together, survives JSON, and is not in tallies from before it was kept", () => {
    const runs = [90, 80, 300].map((seconds) => run(seconds, placement(0.8, 1, 1.1)));
    const [all, first] = [runs.reduce(addRun, emptyTally()), addRun(emptyTally(), runs[0]!)];
    const rest = runs.slice(1).reduce(addRun, emptyTally());
    const found = accuracyOf(all).choice;
    expect(accuracyOf(addTallies(rest, first)).choice?.realised).toBeCloseTo(found!.realised!);
    expect(accuracyOf(parseTally(JSON.parse(JSON.stringify(all)))).choice).toEqual(found);
    const { choice: _, ...old } = all;
    expect(accuracyOf(parseTally(old)).choice).toBeNull();
    expect(accuracyOf(addTallies(old, first)).choice?.runs).toBe(1);
  });

  it("is told in a sentence, also where it cost time", () => {
    const found = { runs: 1400, unlike: 812, seconds: 260_000, predicted: 0.03, realised: -0.02, give_or_take: 0.008 };
    expect(choiceText(found)).toBe(
      "812 of 1,400 runs with more than one worker to choose from had faster and slower ones. The choice was to save 3.0 % (2h10m) of their time, and cost 2.0 % (1h26m), give or take 0.8 % by chance.",
    );
    expect(choiceText({ ...found, runs: 812, predicted: -0.0001, realised: 0.0004 })).toBe(
      "812 runs had faster and slower workers to choose from. The choice was to save nothing, and saved nothing, give or take 0.8 % by chance.",
    );
    expect(choiceText({ runs: 1, unlike: 0, seconds: 0, predicted: null, realised: null, give_or_take: null })).toBe(
      "1 run had more than one worker to choose from, none of them known to be faster than another: no time was to be saved.",
    );
  });
});
