import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AlmanacPolicy } from "../../src/simulate/replay/almanac-policy.ts";
import { backfillPolicy, fcfsPolicy, perfectPolicy } from "../../src/simulate/replay/fixed-policy.ts";
import { machinesOf, parseFleet } from "../../src/simulate/replay/fleet.ts";
import { Machine } from "../../src/simulate/replay/machine.ts";
import { replay } from "../../src/simulate/replay/replay.ts";
import type { TraceTask } from "../../src/simulate/trace/trace.ts";

const GIB = 1024 ** 3;
const HOUR = 3_600_000;

function task(id: number, more: Partial<TraceTask> = {}): TraceTask {
  return {
    id,
    key: { task_type: "worker", task_name: "t", subject: "", context: "" },
    submitMs: 0,
    seconds: 100,
    memory: GIB,
    cpus: 1,
    asked: { memory: 2 * GIB, cpu_count: 1, duration: 3600 },
    ...more,
  };
}

const one = machinesOf([{ count: 1, model: "m", cpus: 4, memory: 8 }]);
const [spec] = one;
const given = { memory: 4 * GIB, cpus: 1, limit: 3600 };

describe("a machine in virtual time", () => {
  it("slows its runs down alike while they want more cores than it has", () => {
    const machine = new Machine(spec!, false);
    machine.start({ id: 1, given, cpus: 4, peak: GIB, work: 100 }, 0);
    machine.start({ id: 2, given, cpus: 4, peak: GIB, work: 50 }, 0);
    expect(machine.nextMs()).toBeCloseTo(100_000);
    expect(machine.happen(100_000)).toMatchObject([{ kind: "ended", id: 2, end: { kind: "done", seconds: 100 } }]);
    expect(machine.nextMs()).toBeCloseTo(150_000);
  });

  it("ends a run that reaches its memory limit on its way to the peak", () => {
    const machine = new Machine(spec!, false);
    machine.start({ id: 1, given, cpus: 1, peak: 8 * GIB, work: 100 }, 0);
    expect(machine.nextMs()).toBeCloseTo(50_000);
    expect(machine.happen(50_000)).toMatchObject([
      { id: 1, end: { kind: "out_of_memory", memoryLimit: 4 * GIB, memorySeen: 4 * GIB } },
    ]);
    expect(machine.lostByteSeconds).toBe(4 * GIB * 50);
  });

  it("raises the limit of an elastic run while nobody has reserved the memory, then ends it", () => {
    const machine = new Machine(spec!, true);
    machine.start({ id: 1, given, cpus: 1, peak: 16 * GIB, work: 160 }, 0);
    machine.start({ id: 2, given: { ...given, memory: 2 * GIB }, cpus: 1, peak: GIB, work: 1000 }, 0);
    expect(machine.happen(machine.nextMs())).toEqual([{ kind: "raised", id: 1, memory: 5 * GIB }]);
    expect(machine.happen(machine.nextMs())).toEqual([{ kind: "raised", id: 1, memory: 6 * GIB }]);
    expect(machine.happen(machine.nextMs())).toMatchObject([{ id: 1, end: { kind: "out_of_memory", seconds: 60 } }]);
  });

  it("ends a run at its time limit", () => {
    const machine = new Machine(spec!, false);
    machine.start({ id: 1, given: { ...given, limit: 30 }, cpus: 1, peak: GIB, work: 100 }, 0);
    expect(machine.happen(machine.nextMs())).toMatchObject([{ id: 1, end: { kind: "timed_out", seconds: 30 } }]);
  });
});

describe("a replay", () => {
  it("serves first come, first served, also where a later one would fit", () => {
    const tasks = [task(1, { asked: { memory: 6 * GIB } }), task(2, { asked: { memory: 6 * GIB } }), task(3)];
    const plain = replay(tasks, one, fcfsPolicy(one));
    expect(plain).toMatchObject({ makespan_s: 200, mean_wait_s: (0 + 100 + 100) / 3, failed_runs: 0 });
    expect(replay(tasks, one, backfillPolicy(one))).toMatchObject({ makespan_s: 200, mean_wait_s: 100 / 3 });
  });

  it("with perfect knowledge reserves what is used, and no run dies", () => {
    const tasks = [1, 2, 3, 4].map((id) => task(id, { memory: id * GIB }));
    const figures = replay(tasks, one, perfectPolicy(one));
    expect(figures.memory_reserved_gib_h).toBeCloseTo(figures.memory_used_gib_h);
    expect(figures).toMatchObject({ tasks: 4, failed_runs: 0, given_up: 0 });
  });

  it("with estimates learns to reserve less than was asked for", () => {
    const machines = machinesOf([{ count: 2, model: "m", cpus: 8, memory: 32 }]);
    const asked = { memory: 16 * GIB, cpu_count: 4, duration: 36_000 };
    const tasks = Array.from({ length: 200 }, (_, index) => task(index + 1, { submitMs: index * 4000, asked }));
    const requested = replay(tasks, machines, fcfsPolicy(machines));
    const learnt = replay(tasks, machines, new AlmanacPolicy(machines));
    expect(learnt.tasks).toBe(200);
    expect(learnt.mean_wait_s).toBeLessThan(requested.mean_wait_s / 4);
    expect(learnt.memory_reserved_gib_h).toBeLessThan(requested.memory_reserved_gib_h / 4);
  });

  it("ends, runs all that some machine can hold, and gives the same figures again", () => {
    const arbitrary = fc.array(
      fc.record({
        submitMs: fc.integer({ min: 0, max: HOUR }),
        seconds: fc.integer({ min: 1, max: 3000 }),
        memory: fc.integer({ min: 1, max: 64 }).map((tenths) => (tenths * GIB) / 8),
        cpus: fc.constantFrom(0.1, 1, 2.5, 9),
        input_size: fc.integer({ min: 1, max: 1000 }),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(arbitrary, (specs) => {
        const tasks = specs.map((more, index) => task(index + 1, more)).sort((a, b) => a.submitMs - b.submitMs);
        for (const policy of [fcfsPolicy, backfillPolicy, perfectPolicy]) {
          expect(replay(tasks, one, policy(one)).tasks).toBe(tasks.length);
        }
        const learnt = replay(tasks, one, new AlmanacPolicy(one));
        expect(learnt.tasks + learnt.given_up).toBe(tasks.length);
        expect(replay(tasks, one, new AlmanacPolicy(one))).toEqual(learnt);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a fleet in a file", () => {
  it("is read, or refused with what is wrong", () => {
    expect(parseFleet('[{"count":2,"model":"s","cpus":8,"memory":32}]')).toMatchObject({ rows: [{ count: 2 }] });
    expect(parseFleet("[]")).toMatchObject({ wrong: expect.stringMatching(/^it should be a list like/) as string });
    expect(parseFleet("[{}]")).toMatchObject({ wrong: expect.stringMatching(/^entry 1 is {};/) as string });
    expect(parseFleet("{")).toMatchObject({ wrong: expect.stringMatching(/^it is not JSON/) as string });
  });
});
