import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Account } from "../../../src/worker/measure/meter.ts";
import { knownProgram } from "../../fixtures/programs/known.ts";
import { freshDirectory, isThere, meters, run, sh } from "./run-command.ts";

const program = knownProgram();
const known = program ?? "";
const MIB = 1024 * 1024;

/** A worker's memory that nobody reserved. */
function pool(freeMib: number): { raise: (from: number) => (wanted: number) => number | undefined; freeBytes: number } {
  const state = {
    freeBytes: freeMib * MIB,
    raise: (from: number) => {
      let limit = from;
      return (wanted: number): number | undefined => {
        if (wanted - limit > state.freeBytes) return undefined;
        state.freeBytes -= wanted - limit;
        limit = wanted;
        return limit;
      };
    },
  };
  return state;
}

/** Holds this whole thread, as a worker that the machine gives no time; for ten seconds at most. */
function holdUntil(holds: () => boolean): void {
  const endMs = performance.now() + 10_000;
  while (!holds() && performance.now() < endMs) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
}

describe.skipIf(program === undefined).each(meters)("elastic memory measured by $method (needs cc)", (meter) => {
  it.each([
    ["grows slowly", ["grow", "400", "10", "5"]],
    ["grows as fast as it can", ["alloc", "400", "30"]],
    ["has its memory filled by the kernel", ["readinto", "400"]],
  ])("a run that %s past its limit gets more and is not killed", async (_, args) => {
    const { outcome, measurement } = await run([known, ...args], {
      meter,
      limits: { memory: 100 * MIB },
      raiseMemory: pool(4000).raise(100 * MIB),
      // as much as a machine busy with other tests lets it grow between two looks
      memorySlack: 250 * MIB,
    });
    expect(outcome).toEqual({ kind: "exited", code: 0 });
    expect(measurement.lower_bounds).toEqual([]);
  });

  it("each raise is in the record, and begins where the one before it ended", async () => {
    const { measurement, outcome } = await run([known, "grow", "400", "5", "10"], {
      meter,
      limits: { memory: 100 * MIB },
      raiseMemory: pool(4000).raise(100 * MIB),
    });
    expect(outcome).toEqual({ kind: "exited", code: 0 });
    const raises = measurement.memory_raises ?? [];
    expect(raises.map(({ from }) => from)).toEqual([100 * MIB, ...raises.slice(0, -1).map(({ to }) => to)]);
    expect(raises.at(-1)?.to).toBeGreaterThan(150 * MIB);
    expect(raises.map(({ at_ms }) => at_ms)).toEqual(raises.map(({ at_ms }) => at_ms).sort((a, b) => a - b));
  });

  it("a run that stays within its limit is not raised", async () => {
    const { outcome, measurement } = await run([known, "alloc", "90", "200"], {
      meter,
      limits: { memory: 100 * MIB },
      raiseMemory: () => {
        throw new Error("asked for memory");
      },
    });
    expect(outcome).toEqual({ kind: "exited", code: 0 });
    expect(measurement.memory_raises).toBeUndefined();
  });

  it("the run that finds no more memory dies, and its neighbours go on", async () => {
    const free = pool(1000);
    const neighbour = run([known, "alloc", "90", "1500"], {
      meter,
      limits: { memory: 100 * MIB },
      raiseMemory: free.raise(100 * MIB),
    });
    const { outcome, measurement } = await run([known, "grow", "8000", "5", "5"], {
      meter,
      limits: { memory: 100 * MIB },
      raiseMemory: free.raise(100 * MIB),
    });
    const last = measurement.memory_raises?.at(-1);
    expect(last).toMatchObject({ to: expect.any(Number) });
    expect(outcome).toEqual({ kind: "out_of_memory", limit: last?.to });
    expect(measurement.lower_bounds).toContain("memory");
    expect((await neighbour).outcome).toEqual({ kind: "exited", code: 0 });
  });

  it("a run that grew faster than it was watched is out_of_memory or was raised, never a failure of its own", async () => {
    const { outcome } = await run([known, "readinto", "1000"], {
      meter,
      limits: { memory: 100 * MIB },
      raiseMemory: pool(4000).raise(100 * MIB),
      memorySlack: 16 * MIB,
    });
    expect([0, undefined]).toContain(outcome.kind === "exited" ? outcome.code : undefined);
  });

  it("a run that is refused memory while its raise is on the way is out_of_memory, never a failure of its own", async () => {
    const directory = freshDirectory();
    const raise = pool(4000).raise(100 * MIB);
    let account: Account | undefined;
    const { outcome } = await sh(
      `${known} alloc 105 60000 & while [ ! -e asked ]; do sleep 0.01; done
       ${known} readinto 400; code=$?; kill $!; touch over; exit $code`,
      {
        meter: { ...meter, open: () => (account = meter.open()) },
        cwd: directory,
        limits: { memory: 100 * MIB },
        memorySlack: 16 * MIB,
        raiseMemory: (wanted) => {
          writeFileSync(join(directory, "asked"), "");
          // what was refused goes on until it needs memory for itself
          holdUntil(() => account?.isWaitingForMemory() === true || isThere(directory, "over"));
          return raise(wanted);
        },
      },
    );
    // only cgroup v1 refuses: v2 makes it wait, and without cgroups nobody does
    expect(outcome.kind).toBe(meter.method === "cgroup1" ? "out_of_memory" : "exited");
  });

  it("a run that finds none at all dies at its first limit", async () => {
    const { outcome } = await run([known, "alloc", "3000", "1000"], {
      meter,
      limits: { memory: 100 * MIB },
      raiseMemory: () => undefined,
    });
    expect(outcome).toEqual({ kind: "out_of_memory", limit: 100 * MIB });
  });
});
