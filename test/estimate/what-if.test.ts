import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimate } from "../../src/estimate/estimate.ts";
import { learn } from "../../src/estimate/learn.ts";
import type { LevelStates } from "../../src/estimate/state.ts";
import { amountForShare, levelRunsOf, needsOf, outlookOf, type Needs } from "../../src/estimate/what-if.ts";

const KEY = { task_type: "worker", task_name: "build", subject: "hello", context: "a" } as const;
const MIB = 2 ** 20;

/** What runs that used so much memory have taught. */
function learnt(memories: readonly number[]): LevelStates {
  return memories.reduce<LevelStates>((states, value, index) => {
    const memory = { value, is_lower_bound: false };
    return learn(KEY, states, { at_ms: index * 60_000, request: String(index), memory, asked: {} });
  }, {});
}

const needs = (memories: readonly number[]) => needsOf(KEY, learnt(memories), "memory", {})!;

describe("the outlook of an amount", () => {
  const plain: Needs = { values: [10, 20, 30, 40], weights: [0.25, 0.25, 0.25, 0.25] };

  it("counts what is left over, and attempts that are lost, by the ladder and then by doubling", () => {
    expect(outlookOf(plain, [40])).toEqual({ amount: 40, failure_share: 0, wasted: 15, needed: 25 });
    // 10 and 20 fit; 30 and 40 lose 20 each, then get 40
    expect(outlookOf(plain, [20, 40])).toEqual({
      amount: 20,
      failure_share: 0.5,
      wasted: (10 + 0 + (20 + 10) + (20 + 0)) / 4,
      needed: 25,
    });
    // 10 and 20 fit; 30 and 40 lose 20, then get 40 by doubling
    expect(outlookOf(plain, [20])).toEqual(outlookOf(plain, [20, 40]));
  });

  it("finds the least amount that so few runs need more than", () => {
    expect(amountForShare(plain, 0)).toBe(40);
    expect(amountForShare(plain, 0.24)).toBe(40);
    expect(amountForShare(plain, 0.25)).toBe(30);
    expect(amountForShare(plain, 1)).toBe(10);
  });

  it("is read off the runs of the key", () => {
    const memories = Array.from({ length: 40 }, (_, index) => (100 + ((index * 17) % 40)) * MIB);
    const of = needs(memories);
    expect(outlookOf(of, [90 * MIB]).failure_share).toBeGreaterThan(0.95);
    expect(outlookOf(of, [120 * MIB]).failure_share).toBeCloseTo(0.5, 1);
    expect(outlookOf(of, [200 * MIB]).failure_share).toBeLessThan(0.01);
    expect(outlookOf(of, [200 * MIB]).needed / MIB).toBeCloseTo(120, -1);
  });

  it("is never quite safe, and with few runs less so", () => {
    const [few, many] = [needs([100 * MIB]), needs(Array.from({ length: 60 }, () => 100 * MIB))];
    const share = (of: Needs) => outlookOf(of, [120 * MIB]).failure_share;
    expect(share(few)).toBeGreaterThan(share(many));
    expect(outlookOf(few, [101 * MIB]).failure_share).toBeGreaterThan(0);
  });

  it("has nothing to say without runs", () => {
    expect(needsOf(KEY, {}, "memory", {})).toBeUndefined();
  });

  const memories = fc.array(fc.integer({ min: 4096, max: 2 ** 36 }), { minLength: 1, maxLength: 40 });

  it("only gets safer with more, and stays within its bounds", () => {
    fc.assert(
      fc.property(memories, fc.integer({ min: 4096, max: 2 ** 36 }), fc.integer({ min: 1, max: 2 ** 30 }), (used, amount, more) => {
        const of = needs(used);
        const [less, larger] = [outlookOf(of, [amount]), outlookOf(of, [amount + more])];
        expect(larger.failure_share).toBeLessThanOrEqual(less.failure_share);
        for (const { failure_share, wasted, needed } of [less, larger]) {
          expect(failure_share).toBeGreaterThanOrEqual(0);
          expect(failure_share).toBeLessThanOrEqual(1);
          expect(wasted).toBeGreaterThanOrEqual(0);
          expect(needed).toBeGreaterThan(0);
        }
        expect(of.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1);
        const enough = amountForShare(of, 0.01);
        expect(outlookOf(of, [enough]).failure_share).toBeLessThanOrEqual(0.01 + 1e-9);
      }),
    ); // prettier-ignore
  });

  it("calls no amount much better than what the estimate proposes", () => {
    fc.assert(
      fc.property(memories, (used) => {
        const states = learnt(used);
        const { allocate, ladder } = estimate(KEY, states, {}).memory!;
        const of = needsOf(KEY, states, "memory", {})!;
        const proposed = outlookOf(of, [allocate, ...ladder]);
        const doubled = outlookOf(of, [4 * allocate]);
        expect(proposed.wasted).toBeLessThanOrEqual(doubled.wasted * 1.01);
      }),
    );
  });
});

describe("the levels of an estimate", () => {
  it("are named with the runs that each holds, finest first", () => {
    expect(levelRunsOf(KEY, learnt([MIB, MIB, 2 * MIB]))).toEqual([
      { level: "key", runs: 3, kept: { memory: 3 } },
      { level: "subject", runs: 3, kept: { memory: 3 } },
      { level: "context", runs: 3, kept: { memory: 3 } },
      { level: "task", runs: 3, kept: { memory: 3 } },
    ]);
  });
});
