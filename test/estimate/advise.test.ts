import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AmountSource } from "../../src/domain/allocation.ts";
import type { HistoryEntry } from "../../src/domain/history.ts";
import { advise } from "../../src/estimate/advise.ts";
import { entryOf } from "../history/entries.ts";

const GIB = 1024 ** 3;
const NOW = Date.parse("2026-11-22T00:00:00Z");
const HOUR_MS = 3_600_000;

/** An hour's run, one of the last ones, that asked for so much memory and used so much. */
function run(
  id: number,
  asked: number,
  memory: number,
  more: Partial<HistoryEntry> = {},
  source: AmountSource = "request",
) {
  const amount = (value: number) => ({ amount: value, source: "default" as const });
  return entryOf({
    id,
    completed_at: new Date(NOW - (id + 1) * HOUR_MS).toISOString(),
    duration_ms: HOUR_MS,
    runtime_statistics: { memory, duration: 3600 },
    allocation: {
      memory: { amount: asked, source },
      disk_space: amount(GIB),
      cpu_count: amount(1),
      duration: amount(86_400),
      tags: [],
    },
    ...more,
  });
}

/** So many runs that ask for 8 GiB and use about 1. */
const modest = (count: number, more: (id: number) => Partial<HistoryEntry> = () => ({}), source?: AmountSource) =>
  Array.from({ length: count }, (_, id) => run(id, 8 * GIB, GIB + ((id * 37) % 11) * 2 ** 20, more(id), source));

const question = (entries: HistoryEntry[]) => ({
  entries,
  nowMs: NOW,
  capacities: [{ memory: 16 * GIB, disk_space: GIB }, { memory: 12 * GIB, disk_space: GIB }], // prettier-ignore
});

describe("advice", () => {
  it("is to ask for what is enough, with what that saves and how many runs fit at once", () => {
    const [advice, ...more] = advise(question(modest(40)));
    expect(more).toEqual([]);
    expect(advice).toMatchObject({
      task_name: "build",
      subject: "",
      context: "",
      resource: "memory",
      asked: 8 * GIB,
      asked_least: 8 * GIB,
      asked_most: 8 * GIB,
      runs: 40,
    });
    expect(advice!.enough / GIB).toBeGreaterThan(1);
    expect(advice!.enough / GIB).toBeLessThan(1.5);
    expect(advice!.failures).toBeLessThanOrEqual(0.01);
    // 40 runs of an hour within one week: about 7 of 8 GiB of each were not needed
    expect(advice!.saved_a_week / GIB).toBeCloseTo(40 * (8 - advice!.enough / GIB), -1);
    const fit = Math.floor((16 * GIB) / advice!.enough) + Math.floor((12 * GIB) / advice!.enough);
    expect(advice!.at_once).toEqual({ as_asked: 3, with_enough: fit });
  });

  it("is to ask for more where many runs die of what is asked", () => {
    const dead = { outcome: { kind: "out_of_memory", limit: GIB }, result: "failure" } as const;
    const entries = Array.from({ length: 30 }, (_, id) =>
      id % 2 === 0 ? run(id, GIB, GIB, dead) : run(id, GIB, 0.9 * GIB),
    );
    const [advice] = advise(question(entries));
    expect(advice!.enough).toBeGreaterThan(GIB);
    expect(advice!.failures_as_asked).toBeGreaterThan(0.1);
  });

  it("is none where what is asked is about right, where nobody asked, and where there are too few runs", () => {
    expect(advise(question([]))).toEqual([]);
    expect(advise(question(modest(4)))).toEqual([]);
    expect(advise(question(modest(40, undefined, "history")))).toEqual([]);
    const right = Array.from({ length: 60 }, (_, id) => run(id, 1.05 * GIB, GIB));
    expect(advise(question(right))).toEqual([]);
  });

  it("is given apart for each context where they differ, and for the whole task where they do not", () => {
    const mixed = Array.from({ length: 60 }, (_, id) => {
      const context = id % 2 === 0 ? "small" : "large";
      const memory = id % 2 === 0 ? GIB : 6 * GIB;
      return run(id, 8 * GIB, memory + ((id * 7) % 9) * 2 ** 20, { context });
    });
    const contexts = advise(question(mixed)).map(({ context, subject }) => [context, subject]);
    expect(contexts).toEqual([["small", ""], ["large", ""]]); // prettier-ignore
    const alike = advise(question(modest(40, (id) => ({ context: id % 2 === 0 ? "a" : "b" }))));
    expect(alike.map(({ context }) => context)).toEqual([""]);
  });

  it("never names an amount that many runs need more than", () => {
    const memories = fc.array(fc.integer({ min: 2 ** 20, max: 2 ** 35 }), { minLength: 5, maxLength: 40 });
    fc.assert(
      fc.property(memories, fc.integer({ min: 2 ** 20, max: 2 ** 36 }), (used, asked) => {
        for (const { enough, failures, saved_a_week } of advise(question(used.map((memory, id) => run(id, asked, memory))))) {
          expect(enough).toBeGreaterThanOrEqual(16 * 2 ** 20);
          expect(failures).toBeLessThanOrEqual(0.01 + 1e-9);
          expect(Number.isFinite(saved_a_week)).toBe(true);
        }
      }),
      { numRuns: 50 },
    ); // prettier-ignore
  });
});
