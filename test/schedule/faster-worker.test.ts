import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WorkerName } from "../../src/domain/ids.ts";
import type { WorkerState } from "../../src/domain/worker.ts";
import { fasterWorker, type RatedWorker } from "../../src/schedule/faster-worker.ts";
import type { Needs } from "../../src/schedule/fit.ts";

const amount = (value: number) => ({ amount: value, source: "request" as const });

function needsOf(memory: number): Needs {
  const allocation = {
    memory: amount(memory),
    disk_space: amount(1),
    cpu_count: amount(1),
    duration: amount(60),
    tags: [],
  };
  return { task_name: "build", allocation };
}

function worker(name: string, slowness: number, memory = 8, state: WorkerState = "online"): RatedWorker {
  return {
    worker_name: name as WorkerName, // named so
    state,
    capacity: { memory, disk_space: 100, cpu_count: 8 },
    tags: [],
    tasks: { allow: [], deny: [] },
    slowness,
  };
}

describe("where work would take less", () => {
  it("is the fastest worker that could take it, and not one that is away, too small, or hardly faster", () => {
    const fleet = [worker("w-1", 1), worker("w-2", 0.5), worker("w-3", 0.25, 2), worker("w-4", 0.1, 8, "draining")];
    expect(fasterWorker(needsOf(4), 600, fleet, 1)).toEqual({ worker_name: "w-2", seconds: 300 });
    expect(fasterWorker(needsOf(2), 600, fleet, 1)).toEqual({ worker_name: "w-3", seconds: 450 });
    expect(fasterWorker(needsOf(4), 600, fleet, 0.52)).toBeUndefined();
    expect(fasterWorker(needsOf(16), 600, fleet, 1)).toBeUndefined();
  });

  it("never is slower, and gains no more than the whole time there", () => {
    const speeds = fc.array(fc.double({ min: 0.01, max: 10, noNaN: true }), { maxLength: 8 });
    fc.assert(
      fc.property(speeds, fc.double({ min: 0.01, max: 10, noNaN: true }), (slownesses, slowness) => {
        const found = fasterWorker(
          needsOf(1),
          100,
          slownesses.map((each, index) => worker(`w-${index}`, each)),
          slowness,
        );
        const least = Math.min(...slownesses, slowness);
        const gain = least < slowness * 0.95 ? 100 * (slowness - least) : 0;
        expect(found?.seconds ?? 0).toBeCloseTo(gain, 6);
      }),
    );
  });
});
