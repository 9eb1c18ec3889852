import { describe, expect, it } from "vitest";
import type { Allocation, Estimate, EstimateEvidence } from "../../src/domain/allocation.ts";
import { allocate, askedAmounts, type RequirementsBySource } from "../../src/estimate/allocate.ts";
import { nextAfterDeath } from "../../src/estimate/next-after-death.ts";

const GIB = 2 ** 30;
const defaults = { memory: 2 * GIB, disk_space: 4 * GIB, cpu_count: 1, duration: 86_400 };
const evidence = { level: "key", runs: 12, method: "test" } as const;
const known: Estimate = {
  memory: { p50: 3 * GIB, p95: 4 * GIB, allocate: 5 * GIB, ladder: [6 * GIB, 9 * GIB], evidence },
};

describe("an allocation", () => {
  it("takes each amount from the highest source that has one, and says which", () => {
    const requirements = { request: { cpu_count: 2 }, task: { cpu_count: 8, duration: 60 } };
    expect(allocate({ estimate: known, requirements, defaults })).toEqual({
      memory: { amount: 5 * GIB, source: "history", evidence },
      disk_space: { amount: 4 * GIB, source: "default" },
      cpu_count: { amount: 2, source: "request" },
      duration: { amount: 60, source: "task" },
      tags: [],
    });
  });

  it("keeps within the bounds of every source above the one that decides, and carries the lowest maximum", () => {
    const bounded = (max: number, min?: number) =>
      allocate({
        estimate: known,
        requirements: { request: { max: { memory: max }, ...(min !== undefined && { min: { memory: min } }) } },
        defaults,
      }).memory;
    expect(bounded(4 * GIB)).toMatchObject({ amount: 4 * GIB, source: "history", max: 4 * GIB });
    expect(bounded(9 * GIB, 7 * GIB)).toMatchObject({ amount: 7 * GIB, note: "raised to the minimum of the request" });
  });

  it("is never larger than the largest worker, unless a person demanded it", () => {
    const largest = { memory: 3 * GIB };
    const fromHistory = allocate({ estimate: known, requirements: {}, defaults, largest }).memory;
    expect(fromHistory).toMatchObject({ amount: 3 * GIB, source: "history", note: "clamped to the largest worker" });
    const demanded = allocate({ estimate: known, requirements: { request: { memory: 9 * GIB } }, defaults, largest });
    expect(demanded.memory).toEqual({ amount: 9 * GIB, source: "request" });
  });

  it("is never so small that ordinary noise would end a run", () => {
    const tiny = { p50: 0.01, p95: 0.02, allocate: 0.03, ladder: [], evidence: { ...evidence, runs: 20 } };
    const allocation = allocate({ estimate: { memory: tiny, duration: tiny }, requirements: {}, defaults });
    expect([allocation.memory.amount, allocation.duration.amount]).toEqual([16 * 2 ** 20, 3600]);
  });

  it("takes a time limit from history only after twenty runs of the key itself", () => {
    const limitFrom = (found: Partial<EstimateEvidence>) => {
      const duration = { p50: 1e4, p95: 2e4, allocate: 1e5, ladder: [], evidence: { ...evidence, ...found } };
      return allocate({ estimate: { duration }, requirements: {}, defaults }).duration;
    };
    expect(limitFrom({ runs: 20 })).toMatchObject({ amount: 1e5, source: "history" });
    expect(limitFrom({ runs: 19 })).toEqual({ amount: 86_400, source: "default" });
    expect(limitFrom({ runs: 500, level: "task" })).toEqual({ amount: 86_400, source: "default" });
  });

  it("needs the tags of all sources, each once", () => {
    const requirements = { request: { tags: ["kvm", "a"] }, task: { tags: ["a", "b"] } };
    expect(allocate({ estimate: {}, requirements, defaults }).tags).toEqual(["a", "b", "kvm"]);
  });

  it("keeps what people asked for where an override has something else given, and only there", () => {
    const memoryOf = (requirements: RequirementsBySource) =>
      allocate({ estimate: known, requirements, defaults }).memory;
    const people = { request: { memory: 9 * GIB }, task: { memory: 7 * GIB } };
    expect(memoryOf({ ...people, override: { memory: 4 * GIB } })).toEqual({
      amount: 4 * GIB,
      source: "override",
      asked: 9 * GIB,
    });
    expect(memoryOf({ ...people, override: { max: { memory: 8 * GIB } } })).toMatchObject({
      amount: 8 * GIB,
      source: "request",
      asked: 9 * GIB,
    });
    expect(memoryOf({ ...people, override: { memory: 9 * GIB } })).not.toHaveProperty("asked");
    expect(memoryOf(people)).not.toHaveProperty("asked");
    expect(memoryOf({ override: { memory: 4 * GIB } })).not.toHaveProperty("asked");
  });

  it("tells the estimator what people asked for", () => {
    const asked = { request: { memory: 5 }, workflow: { memory: 7, cpu_count: 2 } };
    expect(askedAmounts(asked)).toEqual({ memory: 5, cpu_count: 2 });
  });
});

describe("the allocation after a death", () => {
  const first = allocate({ estimate: known, requirements: {}, defaults });

  it("grows by the ladder of the estimate, and only the resource that ran out", () => {
    const next = nextAfterDeath({ allocation: first, estimate: known, exhausted: "memory", defaults });
    expect(next).toEqual({
      ...first,
      memory: { amount: 6 * GIB, source: "retry", note: "raised after a death" },
    });
  });

  it("ends in few steps at the largest worker, and then there is no more", () => {
    const largest = { memory: 64 * GIB };
    const amounts: number[] = [];
    let next = nextAfterDeath({ allocation: first, estimate: known, exhausted: "memory", largest, defaults });
    while (next !== undefined) {
      amounts.push(next.memory.amount);
      next = nextAfterDeath({ allocation: next, estimate: known, exhausted: "memory", largest, defaults });
    }
    expect(amounts.at(-1)).toBe(64 * GIB);
    expect(amounts.length).toBeLessThanOrEqual(8);
    expect(amounts).toEqual(amounts.toSorted((a, b) => a - b));
  });

  it("confirms a time limit that history set once at the default, and takes the second death for final", () => {
    const duration = { amount: 4000, source: "history" } as const;
    const die = (allocation: Allocation) =>
      nextAfterDeath({ allocation, estimate: {}, exhausted: "duration", defaults });
    const confirming = die({ ...first, duration })!;
    expect(confirming.duration).toMatchObject({ amount: 86_400, source: "retry" });
    expect(die(confirming)).toBeUndefined();
  });

  it("doubles a time limit once that history did not set", () => {
    const once = nextAfterDeath({ allocation: first, estimate: {}, exhausted: "duration", defaults })!;
    expect(once.duration.amount).toBe(2 * 86_400);
    expect(nextAfterDeath({ allocation: once, estimate: {}, exhausted: "duration", defaults })).toBeUndefined();
  });

  it("never passes a maximum that was demanded", () => {
    const requirements = { request: { max: { memory: 5.5 * GIB } } };
    const next = nextAfterDeath({ allocation: first, estimate: known, exhausted: "memory", requirements, defaults });
    expect(next?.memory.amount).toBe(5.5 * GIB);
    expect(
      nextAfterDeath({ allocation: next!, estimate: known, exhausted: "memory", requirements, defaults }),
    ).toBeUndefined();
  });
});
