import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timestamp } from "../../src/domain/clock.ts";
import type { HistoryEntry } from "../../src/domain/history.ts";
import { foldHistory } from "../../src/estimate/fold-history.ts";
import { learn } from "../../src/estimate/learn.ts";
import { levelKeysOf, levelName } from "../../src/estimate/levels.ts";
import { observationOf } from "../../src/estimate/observation.ts";
import type { EstimateState, LevelStates } from "../../src/estimate/state.ts";

/** An entry of one of a few keys of two tasks; some were killed, some are not trusted. */
const entries = fc
  .array(
    fc.record({
      task_name: fc.constantFrom("build", "test"),
      subject: fc.constantFrom("", "hello", "world"),
      context: fc.constantFrom("", "amd64", "arm64"),
      memory: fc.integer({ min: 1, max: 2 ** 40 }),
      seconds: fc.integer({ min: 1, max: 100_000 }),
      input_size: fc.option(fc.integer({ min: 1, max: 2 ** 40 }), { nil: undefined }),
      isKilled: fc.boolean(),
      trusted: fc.integer({ min: 0, max: 9 }).map((number) => number > 0),
    }),
    { maxLength: 60 },
  )
  .map((all) =>
    all.map(({ memory, seconds, input_size, isKilled, ...rest }, index): HistoryEntry => ({
      ...rest,
      task_type: "worker",
      id: index + 1,
      completed_at: timestamp(1e12 + 1000 * Math.floor(index / 2)),
      result: isKilled ? "failure" : "success",
      outcome: isKilled ? { kind: "out_of_memory", limit: memory } : { kind: "exited", code: 0 },
      runtime_statistics: { memory, duration: seconds, cpu_time: 2 * seconds },
      lower_bounds: isKilled ? ["memory", "duration", "cpu_time"] : [],
      ...(input_size !== undefined && { input_size }),
    })),
  );

/** One entry after the other, as the server learns them. */
function learntOneByOne(all: readonly HistoryEntry[]): Map<string, EstimateState> {
  const known = new Map<string, EstimateState>();
  for (const entry of all) {
    const observation = observationOf(entry);
    if (observation === undefined) continue;
    const states: LevelStates = {};
    for (const key of levelKeysOf(entry)) {
      const state = known.get(levelName(key));
      if (state !== undefined) states[key.level] = state;
    }
    const learnt = learn(entry, states, observation);
    for (const key of levelKeysOf(entry)) known.set(levelName(key), learnt[key.level]!);
  }
  return known;
}

describe("history that is folded", () => {
  it("gives the states that learning one run after the other gave, of all levels, in whatever order it is read", () => {
    fc.assert(
      fc.property(
        entries.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([inOrder, shuffled]) => {
          const folded = foldHistory(shuffled).map(({ key, state }) => [levelName(key), state] as const);
          expect(new Map(folded)).toEqual(learntOneByOne(inOrder));
        },
      ),
    );
  });

  it("is empty where nothing can be learnt", () => {
    expect(foldHistory([])).toEqual([]);
  });
});
