import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { remainingPaths } from "../../src/schedule/path.ts";
import { alikeKey, slownessOf, type SpeedObservation } from "../../src/schedule/slowness.ts";
import { usableCpus } from "../../src/schedule/usable-cpus.ts";
import { normal, seededRandom } from "../../src/simulate/random.ts";
import { id } from "./cases.ts";

/** Runs of keys on machines, each with its own factor, spread by `sigma` in logarithms. */
function runsOn(machines: Record<string, number>, keys: number, each: number, sigma: number): SpeedObservation[] {
  const random = seededRandom(5);
  const observations: SpeedObservation[] = [];
  for (let key = 0; key < keys; key += 1) {
    const usual = 20 * Math.exp(normal(random));
    for (const [machine, factor] of Object.entries(machines)) {
      for (let run = 0; run < each; run += 1) {
        observations.push({ key: `k${key}`, machine, seconds: usual * factor * Math.exp(sigma * normal(random)) });
      }
    }
  }
  return observations;
}

function node(which: number, seconds: number, ...dependents: number[]) {
  return { id: id(which), seconds, dependents: dependents.map((each) => id(each)) };
}

describe("the slowness of workers", () => {
  it("is learnt from the same work on several of them", () => {
    const found = slownessOf(runsOn({ slow: 2, usual: 1, fast: 0.5 }, 40, 5, 0.2));
    const ratio = found.get("slow")!.factor / found.get("fast")!.factor;
    expect(ratio).toBeGreaterThan(3.4);
    expect(ratio).toBeLessThan(4.2);
    expect(found.get("usual")!.factor).toBeCloseTo(1, 1);
    expect(found.get("usual")).toMatchObject({ keys: 40, runs: 200 });
  });

  it("lies between what its keys say, nearer together the more alike they are", () => {
    const alike = slownessOf(runsOn({ slow: 2, usual: 1 }, 40, 5, 0.01)).get("slow")!; // both ran all keys
    const different = slownessOf(runsOn({ slow: 2, usual: 1 }, 40, 5, 0.5)).get("slow")!; // as above
    expect(alike.high / alike.low).toBeLessThan(1.05);
    expect(different.high / different.low).toBeGreaterThan(1.2);
  });

  it("does not follow a handful of runs", () => {
    const found = slownessOf(runsOn({ slow: 4, usual: 1 }, 1, 2, 0));
    expect(found.get("slow")!.factor).toBeLessThan(1.3);
  });

  it("does not follow wild runs, nor keys that behave oddly", () => {
    const wild = runsOn({ a: 1, b: 1 }, 20, 5, 0.1).map((run, index) =>
      index % 9 === 0 || run.key === "k3" ? { ...run, seconds: run.seconds * 50 } : run,
    );
    expect(slownessOf(wild).get("a")!.factor).toBeCloseTo(1, 1);
  });

  it("of machines that share no work is not told", () => {
    const apart = [
      { key: "x", machine: "a", seconds: 10 },
      { key: "y", machine: "b", seconds: 90 },
    ];
    expect(slownessOf(apart).size).toBe(0);
  });

  it("compares inputs only with inputs of about their size", () => {
    expect(alikeKey("t", "s", 1000)).toBe(alikeKey("t", "s", 700));
    expect(alikeKey("t", "s", 1000)).not.toBe(alikeKey("t", "s", 2100));
  });

  it("is positive and finite, whatever was measured", () => {
    const observation = fc.record({
      key: fc.constantFrom("a", "b", "c"),
      machine: fc.constantFrom("x", "y", "z"),
      seconds: fc.double(),
    });
    fc.assert(
      fc.property(fc.array(observation), (observations) => {
        for (const { factor, low, high } of slownessOf(observations).values()) {
          expect(low).toBeGreaterThan(0);
          expect([low, factor, high]).toEqual([low, factor, high].toSorted((a, b) => a - b));
          expect(factor).toBeGreaterThan(0);
          expect(Number.isFinite(factor)).toBe(true);
        }
      }),
    );
  });
});

describe("the cores to offer", () => {
  it("are what the task uses, where it was offered more", () => {
    const runs = [2.1, 1.9, 2.05].map((used) => ({ used, offered: 8 }));
    expect(usableCpus(runs)).toEqual({ cpus: 2, isRising: false });
    expect(usableCpus([{ used: 0.2, offered: 4 }])).toEqual({ cpus: 1, isRising: false });
  });

  it("are doubled while it uses all that it is offered", () => {
    expect(usableCpus([{ used: 1.95, offered: 2 }])).toEqual({ cpus: 4, isRising: true });
    const risen = [
      { used: 3.9, offered: 4 },
      { used: 1.95, offered: 2 },
    ];
    expect(usableCpus(risen)).toEqual({ cpus: 8, isRising: true });
  });

  it("stop growing when twice as many bring little", () => {
    const runs = [
      { used: 2.2, offered: 4 },
      { used: 1.95, offered: 2 },
    ];
    expect(usableCpus(runs)).toEqual({ cpus: 3, isRising: false });
  });

  it("are not told without runs", () => {
    expect(usableCpus([])).toBeUndefined();
  });
});

describe("the remaining path", () => {
  it("is the longest chain that begins with a request, itself included", () => {
    const paths = remainingPaths([node(1, 5, 2, 3), node(2, 10, 4), node(3, 30), node(4, 25, 99)]);
    expect(Object.fromEntries(paths)).toEqual({ 1: 40, 2: 35, 3: 30, 4: 25 });
  });

  it("of a chain of 100,000 is worked out without recursion", () => {
    const nodes = Array.from({ length: 100_000 }, (_, index) => ({
      id: id(index + 1),
      seconds: 1,
      dependents: index < 99_999 ? [id(index + 2)] : [],
    }));
    expect(remainingPaths(nodes).get(id(1))).toBe(100_000);
  });
});
