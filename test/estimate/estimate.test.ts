import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RESOURCES } from "../../src/domain/allocation.ts";
import { estimate } from "../../src/estimate/estimate.ts";
import { learn } from "../../src/estimate/learn.ts";
import type { Observation } from "../../src/estimate/observation.ts";
import { parseState, type LevelStates } from "../../src/estimate/state.ts";

const KEY = { task_type: "worker", task_name: "build", subject: "hello", context: "a" } as const;
const MIB = 2 ** 20;

/** The run number n that used so much. */
function run(n: number, memory: number, more: Partial<Observation> = {}): Observation {
  return {
    at_ms: n * 60_000,
    request: String(n),
    memory: { value: memory, is_lower_bound: false },
    asked: {},
    ...more,
  };
}

function learnt(observations: readonly Observation[], key = KEY): LevelStates {
  return observations.reduce<LevelStates>((states, observation) => learn(key, states, observation), {});
}

const memories = fc.array(fc.integer({ min: 1, max: 2 ** 40 }), { minLength: 1, maxLength: 40 });
const runs = memories.map((values) => values.map((value, index) => run(index + 1, value)));

describe("an estimate", () => {
  it("is absent where nothing is known", () => {
    expect(estimate(KEY, {}, {})).toEqual({});
  });

  it("names its level and how many runs it stands on", () => {
    const states = learnt([run(1, 100 * MIB), run(2, 110 * MIB), run(3, 105 * MIB)]);
    expect(estimate(KEY, states, {}).memory?.evidence).toMatchObject({ level: "key", runs: 3 });
  });

  it("of one or two runs is a little above the largest", () => {
    const { memory } = estimate(KEY, learnt([run(1, 100 * MIB), run(2, 200 * MIB)]), {});
    expect(memory!.allocate / (200 * MIB)).toBeCloseTo(1.1, 1);
  });

  it("is positive and in order, whatever was learnt", () => {
    fc.assert(
      fc.property(runs, (observations) => {
        const found = estimate(KEY, learnt(observations), {});
        for (const resource of RESOURCES) {
          const one = found[resource];
          if (one === undefined) continue;
          expect(one.p50).toBeGreaterThan(0);
          expect(one.p95).toBeGreaterThanOrEqual(one.p50);
          const ladder = [one.allocate, ...one.ladder];
          expect(ladder).toEqual(ladder.toSorted((a, b) => a - b));
          expect(new Set(ladder).size).toBe(ladder.length);
        }
      }),
    );
  });

  it("does not change when a run is learnt twice", () => {
    fc.assert(
      fc.property(runs, (observations) => {
        const twice = observations.flatMap((observation) => [observation, observation]);
        expect(estimate(KEY, learnt(twice), {})).toEqual(estimate(KEY, learnt(observations), {}));
      }),
    );
  });

  it("scales with the unit, beyond a few bytes", () => {
    const large = fc.array(fc.integer({ min: MIB, max: 2 ** 40 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(large, fc.constantFrom(2, 1024), (values, factor) => {
        const [once, scaled] = [1, factor].map((unit) => {
          const observations = values.map((value, index) => run(index + 1, value * unit));
          return estimate(KEY, learnt(observations), {}).memory!.allocate / unit;
        });
        expect(scaled! / once!).toBeCloseTo(1, 2);
      }),
    );
  });

  it("is not moved without bound by garbage in one run", () => {
    const good = Array.from({ length: 20 }, (_, index) => run(index + 1, 100 * MIB + index * MIB));
    const broken = [Number.NaN, Number.POSITIVE_INFINITY, -5, 0, 1e300].map((value, index) => run(30 + index, value));
    const { memory } = estimate(KEY, learnt([...good, ...broken]), {});
    expect(memory!.p50).toBeGreaterThan(50 * MIB);
    expect(memory!.p50).toBeLessThan(300 * MIB);
    expect(Number.isFinite(memory!.allocate)).toBe(true);
  });

  it("takes a killed run as a lower bound, and goes above it at once", () => {
    const states = learnt([run(1, 100 * MIB), run(2, 100 * MIB), run(3, 100 * MIB)]);
    const killed = run(4, 0, { memory: { value: 400 * MIB, is_lower_bound: true } });
    expect(estimate(KEY, learn(KEY, states, killed), {}).memory!.allocate).toBeGreaterThan(400 * MIB);
  });

  it("of a new subject comes from the other subjects of the task", () => {
    const observations = Array.from({ length: 10 }, (_, index) => run(index + 1, (100 + index) * MIB));
    const states = learnt(observations);
    const other = { ...KEY, subject: "other", context: "b" };
    const coarse: LevelStates = {
      ...(states.task && { task: states.task }),
      ...(states.default && { default: states.default }),
    };
    const found = estimate(other, coarse, {}).memory;
    expect(found?.evidence.level).toBe("task");
    expect(found!.p50 / MIB).toBeGreaterThan(80);
    expect(found!.p50 / MIB).toBeLessThan(130);
  });
});

describe("a state", () => {
  it("is plain JSON of at most 4 KiB, however long the history", () => {
    const observations = Array.from({ length: 500 }, (_, index) =>
      run(index + 1, 2 ** 30 + index * 12_345_678, {
        input_size: 1_000_000 + index * 777,
        machine: `Some long processor name ${index % 7} @ 3.10GHz`,
        disk_space: { value: 5e9 + index * 1e6, is_lower_bound: false },
        duration: { value: 100.123 + index, is_lower_bound: false },
        cpu_count: { value: 1.5 + index / 1000, is_lower_bound: false },
        asked: { memory: 2 ** 33 },
      }),
    );
    for (const state of Object.values(learnt(observations))) {
      const text = JSON.stringify(state);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096);
      expect(parseState(JSON.parse(text))).toEqual(state);
    }
  });

  it("of another version is not taken", () => {
    expect(parseState({ version: -1 })).toBeUndefined();
    expect(parseState("junk")).toBeUndefined();
  });
});
