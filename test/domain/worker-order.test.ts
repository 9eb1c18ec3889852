import { describe, expect, it } from "vitest";
import { timestamp } from "../../src/domain/clock.ts";
import type { WorkerName } from "../../src/domain/ids.ts";
import { loadOf } from "../../src/domain/worker-load.ts";
import { inWorkerOrder, WORKER_SORTS, type WorkerSort } from "../../src/domain/worker-order.ts";
import type { WorkerStanding } from "../../src/domain/worker.ts";

function standing(name: string, part: Partial<WorkerStanding> = {}): WorkerStanding {
  return {
    worker_name: name as WorkerName, // what makes it one is not looked at here
    state: "online",
    capacity: { memory: 1, disk_space: 1, cpu_count: 1 },
    available_memory: null,
    available_disk_space: null,
    tags: [],
    tasks: { allow: [], deny: [] },
    cpu_model: "",
    version: "1",
    measure_method: "proc",
    joined_at: timestamp(0),
    last_seen_at: timestamp(0),
    suspicion: null,
    load: loadOf([]),
    slowness: null,
    errors_in_day: 0,
    ...part,
  };
}

const speed = (factor: number) => ({ factor, low: factor, high: factor, runs: 9, keys: 3 });
const workers = [
  standing("c", { slowness: speed(0.5), errors_in_day: 2, last_seen_at: timestamp(9000) }),
  standing("a", { slowness: speed(2), last_seen_at: timestamp(5000) }),
  standing("b", { errors_in_day: 7, state: "offline" }),
];
const names = (sort: WorkerSort) =>
  inWorkerOrder(workers, sort)
    .map(({ worker_name }) => worker_name)
    .join("");

describe("the order of workers", () => {
  it("is by name, or what has most of a figure first, or the other way round", () => {
    expect([names("worker"), names("-worker")]).toEqual(["abc", "cba"]);
    expect([names("errors"), names("-errors")]).toEqual(["bca", "acb"]);
    expect([names("silent"), names("-silent")]).toEqual(["bac", "cab"]);
    expect([names("state"), names("-state")]).toEqual(["bac", "acb"]);
  });

  it("has those last of which a figure is not known, whichever way round", () => {
    expect([names("factor"), names("-factor")]).toEqual(["acb", "cab"]);
  });

  it("is one of all, of equals by name, whatever it goes by", () => {
    for (const sort of WORKER_SORTS) expect(inWorkerOrder(workers, sort).length).toBe(3);
    expect([names("runs"), names("-runs")]).toEqual(["abc", "abc"]);
  });
});
