import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WorkerName } from "../../src/domain/ids.ts";
import { SPARE_ROOM_SHARE, SPARE_TIME_SHARE } from "../../src/domain/waste.ts";
import { mayRun, ROOM_RESOURCES } from "../../src/schedule/fit.ts";
import { spareWorkers, type HeldRun, type StayingWorker } from "../../src/schedule/spare-workers.ts";

const worker = (
  name: string,
  memory: number,
  { tags = [], allow = [] }: { tags?: string[]; allow?: string[] } = {},
): StayingWorker => ({
  worker_name: name as WorkerName, // made up here
  capacity: { memory, disk_space: 1000, cpu_count: memory / 10 },
  tags,
  tasks: { allow, deny: [] },
});

const run = (fromMs: number, untilMs: number, memory: number, more: Partial<HeldRun> = {}): HeldRun => ({
  task_name: "build",
  tags: [],
  amounts: { memory, disk_space: 1, cpu_count: memory / 10 },
  fromMs,
  untilMs,
  ...more,
});

const fleet = (count: number) => Array.from({ length: count }, (_, index) => worker(`w${index}`, 100));

describe("workers that could go", () => {
  it("are those without which what was reserved fits, with a tenth of the others left free", () => {
    const ofEach = (memory: number) => [run(0, 1000, memory / 2), run(0, 1000, memory / 2)];
    expect(spareWorkers(ofEach(90), fleet(3))).toEqual({ spare: ["w0", "w1"], fits: 1, busyMs: 1000 });
    expect(spareWorkers(ofEach(92), fleet(3))).toEqual({ spare: ["w0"], fits: 1, busyMs: 1000 });
    expect(spareWorkers(ofEach(182), fleet(3))).toEqual({ spare: [], fits: null, busyMs: 1000 });
  });

  it("are judged by the time in which anything was reserved, of which one part in twenty may not fit", () => {
    const busy = [run(0, 950, 80), run(950, 1000, 80), run(950, 1000, 80)];
    expect(spareWorkers(busy, fleet(2))).toEqual({ spare: ["w0"], fits: 0.95, busyMs: 1000 });
    expect(spareWorkers([...busy, run(940, 950, 80)], fleet(2)).spare).toEqual([]);
    // a farm that is used for an hour a night needs what it needs in that hour
    const night = [run(0, 100, 80), run(0, 100, 80), run(1_000_000, 1_000_100, 80), run(1_000_000, 1_000_100, 80)];
    expect(spareWorkers(night, fleet(2)).spare).toEqual([]);
  });

  it("are the smallest, so that the fewest stay, and none that is the only one for something that ran", () => {
    const workers = [worker("big", 400), worker("small", 50), worker("middle", 100, { tags: ["kvm"] })];
    expect(spareWorkers([run(0, 10, 20)], workers).spare).toEqual(["small", "middle"]);
    expect(spareWorkers([run(0, 10, 20, { tags: ["kvm"] })], workers).spare).toEqual(["small", "big"]);
    expect(spareWorkers([run(0, 10, 20), run(20, 21, 101)], workers).spare).toEqual(["small", "middle"]);
    const deploys = worker("gate", 10, { allow: ["deploy"] });
    expect(
      spareWorkers([run(0, 10, 5, { task_name: "deploy" }), run(0, 10, 5)], [deploys, worker("w", 5)]).spare,
    ).toEqual([]);
  });

  it("leave enough for what only some of them could hold", () => {
    const workers = [worker("k1", 100, { tags: ["kvm"] }), worker("k2", 100, { tags: ["kvm"] }), ...fleet(4)];
    const kvm = [run(0, 1000, 80, { tags: ["kvm"] }), run(0, 1000, 80, { tags: ["kvm"] })];
    expect(spareWorkers(kvm, workers).spare).toEqual(["w0", "w1", "w2", "w3"]);
    // a crowded worker that stays does not keep the others
    const crowded = [run(0, 1000, 99, { tags: ["kvm"] })];
    expect(spareWorkers(crowded, [worker("k1", 100, { tags: ["kvm"] }), ...fleet(4)]).spare).toEqual([
      "w0",
      "w1",
      "w2",
    ]);
  });

  it("leave one to each run that has one today, also beside a larger run of its kind that no worker could take", () => {
    const runs = [run(0, 1, 2, { tags: ["big"] }), run(0, 1, 1, { tags: ["big"] }), run(0, 20, 1)];
    expect(spareWorkers(runs, [worker("small", 1, { tags: ["big"] }), worker("large", 2)]).spare).toEqual([]);
  });

  it("are none while nothing is known, and while there is one worker or none", () => {
    expect(spareWorkers([], fleet(3))).toEqual({ spare: [], fits: null, busyMs: 0 });
    expect(spareWorkers([run(0, 10, 1)], fleet(1)).spare).toEqual([]);
    expect(spareWorkers([run(0, 10, 1)], [])).toEqual({ spare: [], fits: null, busyMs: 10 });
  });
});

const tagLists = fc.subarray(["kvm", "big"]);
const someWorkers = fc
  .array(fc.record({ memory: fc.integer({ min: 1, max: 100 }), tags: tagLists }), { minLength: 1, maxLength: 8 })
  .map((shapes) => shapes.map(({ memory, tags }, index) => worker(`w${index}`, memory, { tags })));
const someRuns = fc.array(
  fc
    .record({
      from: fc.integer({ min: 0, max: 1000 }),
      ms: fc.integer({ min: 1, max: 500 }),
      memory: fc.integer({ min: 1, max: 60 }),
      tags: tagLists,
    })
    .map(({ from, ms, memory, tags }) => run(from, from + ms, memory, { tags })),
  { maxLength: 40 },
);

const couldTake = (one: StayingWorker, { tags, task_name, amounts }: HeldRun) =>
  mayRun(one.tasks, task_name) &&
  tags.every((tag) => one.tags.includes(tag)) &&
  ROOM_RESOURCES.every((resource) => amounts[resource] <= one.capacity[resource]);

/** Written again in the plainest way: the share of busy milliseconds in which the sum of all fits. */
function fitShare(runs: readonly HeldRun[], staying: readonly StayingWorker[]): number {
  let [busy, fits] = [0, 0];
  for (let ms = 0; ms < 1500; ms++) {
    const going = runs.filter(({ fromMs, untilMs }) => fromMs <= ms && ms < untilMs);
    if (going.length === 0) continue;
    busy += 1;
    const isFit = ROOM_RESOURCES.every((resource) => {
      const room = staying.reduce((total, { capacity }) => total + capacity[resource], 0) * (1 - SPARE_ROOM_SHARE);
      return going.reduce((total, { amounts }) => total + amounts[resource], 0) <= room + 1e-6;
    });
    if (isFit) fits += 1;
  }
  return fits / busy;
}

const stayingOf = (workers: readonly StayingWorker[], spare: readonly string[]) =>
  workers.filter(({ worker_name }) => !spare.includes(worker_name));

describe("of any runs and workers, those that could go", () => {
  it("leave room for all that was reserved, nineteen twentieths of the time, and a worker for each run", () => {
    const property = fc.property(someRuns, someWorkers, (runs, workers) => {
      const { spare, fits } = spareWorkers(runs, workers);
      const staying = stayingOf(workers, spare);
      expect(staying.length).toBeGreaterThan(0);
      const least = spare.length === 0 ? 0 : Math.max(fits ?? 0, SPARE_TIME_SHARE) - 1e-9;
      expect(spare.length === 0 || fitShare(runs, staying) >= least).toBe(true);
      const found = (fleetOf: readonly StayingWorker[]) =>
        runs.filter((one) => fleetOf.some((each) => couldTake(each, one)));
      expect(found(staying)).toEqual(found(workers));
    });
    fc.assert(property, { numRuns: 100 });
  });

  it("are no more when more was reserved, where all workers are alike", () => {
    const property = fc.property(someRuns, someRuns, fc.integer({ min: 1, max: 8 }), (some, more, count) => {
      // while the first runs go on nothing else makes the farm busy for longer
      const within = more.flatMap((one) => {
        const around = some.find(({ fromMs, untilMs }) => fromMs <= one.fromMs && one.untilMs <= untilMs);
        return around === undefined ? [] : [one];
      });
      const alike = fleet(count);
      const untagged = (runs: readonly HeldRun[]) => runs.map((one) => ({ ...one, tags: [] }));
      const before = spareWorkers(untagged(some), alike).spare.length;
      expect(spareWorkers(untagged([...some, ...within]), alike).spare.length).toBeLessThanOrEqual(before);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("are told without an error too small where there are more changes than are looked at one by one", () => {
    const many = Array.from({ length: 5000 }, (_, index) => run(index * 10, index * 10 + 15, 40));
    const { spare, busyMs } = spareWorkers(many, fleet(4));
    expect(busyMs).toBe(50_005);
    expect(spare).toEqual(["w0", "w1", "w2"]);
    expect(spareWorkers(many, [worker("a", 79), worker("b", 79)]).spare).toEqual([]);
  });
});
