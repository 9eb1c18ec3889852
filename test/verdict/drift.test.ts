import { describe, expect, it } from "vitest";
import { normal, seededRandom, type Random } from "../../src/simulate/random.ts";
import { findChange } from "../../src/verdict/drift.ts";

const WINDOW = 200;

/** Looks at a series after each value, as the server does; gives where it alarms. */
function watch(draw: (index: number) => number, length: number): number[] {
  const alarms: number[] = [];
  let values: number[] = [];
  for (let index = 0; index < length; index += 1) {
    values = [...values, draw(index)].slice(-WINDOW);
    if (findChange(values) === undefined) continue;
    alarms.push(index);
    values = [];
  }
  return alarms;
}

const SHAPES: Record<string, (random: Random) => number> = {
  "like a logarithm of normal noise": (random) => 0.2 * normal(random),
  "with heavy tails": (random) => 0.2 * normal(random) * (random() < 0.1 ? 8 : 1),
  "in whole seconds": (random) => Math.log(Math.max(1, Math.round(5 * Math.exp(0.2 * normal(random))))),
  "that is always the same": () => 3,
};

/** Each value is like the one before it: so are the durations of a machine that is busy for a while. */
function alike(random: Random, correlation: number): () => number {
  let value = 0;
  return () => {
    value = correlation * value + Math.sqrt(1 - correlation ** 2) * normal(random);
    return 0.2 * value;
  };
}

describe("drift", () => {
  it.each(Object.keys(SHAPES))("of stationary runs %s is seen in at most one of 10,000", (shape) => {
    const random = seededRandom(20_261_122);
    const series = 10;
    let alarms = 0;
    for (let each = 0; each < series; each += 1) alarms += watch(() => SHAPES[shape]!(random), 2_000).length; // one of the keys
    expect(alarms / ((series * 2_000) / 10_000)).toBeLessThanOrEqual(1);
  });

  it.each([0.2, 0.4, 0.6])("of stationary runs alike by %f one after another is seen as rarely", (correlation) => {
    const random = seededRandom(3);
    let alarms = 0;
    for (let each = 0; each < 10; each += 1) alarms += watch(alike(random, correlation), 2_000).length;
    expect(alarms).toBeLessThanOrEqual(2); // of 20,000
  });

  it.each([0.3, -0.3, 1])("by %f in the logarithm is seen within 20 runs, and where it began", (size) => {
    const random = seededRandom(7);
    const values = Array.from({ length: 70 }, (_, index) => 0.1 * normal(random) + (index >= 50 ? size : 0));
    const change = findChange(values);
    expect(Math.abs((change?.firstIndex ?? 0) - 50)).toBeLessThanOrEqual(1);
    expect(change!.after - change!.before).toBeCloseTo(size, 0); // found, as just seen
    expect(change!.confidence).toBeGreaterThan(0.99);
  });

  it("is not looked for in few runs, nor told when it is too small to matter", () => {
    expect(findChange([...Array(10).fill(0), ...Array(8).fill(5)] as number[])).toBeUndefined();
    const tiny = Array.from({ length: 100 }, (_, index) => (index >= 50 ? 0.01 : 0) + index * 1e-6);
    expect(findChange(tiny)).toBeUndefined();
  });

  it("is not seen in a few outliers", () => {
    const values = Array.from({ length: 100 }, (_, index) => (index >= 96 ? 4 : 0) + (index % 7) * 0.01);
    expect(findChange(values)).toBeUndefined();
  });
});
