import { array, assert, boolean, integer, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import type { HistoryEntry } from "../../src/domain/history.ts";
import { reserveInstead } from "../../src/history/reserve-instead.ts";

type Given = { memory: number; seconds: number; reserved?: number; isCut?: boolean };

function entry({ memory, seconds, reserved, isCut = false }: Given): HistoryEntry {
  const amount = (value: number) => ({ amount: value, source: "history" as const });
  return {
    id: 1,
    task_type: "worker",
    task_name: "build",
    subject: "hello",
    context: "",
    completed_at: "2030-01-01T00:00:00.000Z",
    result: isCut ? "error" : "success",
    outcome: { kind: "exited", code: 0 },
    runtime_statistics: { memory, duration: seconds },
    lower_bounds: isCut ? ["memory"] : [],
    trusted: true,
    ...(reserved !== undefined && {
      allocation: {
        memory: amount(reserved),
        disk_space: amount(1),
        cpu_count: amount(1),
        duration: amount(1),
        tags: [],
      },
    }),
  };
}

const runs = array(
  record({
    memory: integer({ min: 1, max: 100 }),
    seconds: integer({ min: 1, max: 100 }),
    reserved: integer({ min: 1, max: 200 }),
    isCut: boolean(),
  }),
).map((all) => all.map(entry));

describe("looking back at another reservation", () => {
  it("counts those that needed more, and what both would have held", () => {
    const entries = [
      entry({ memory: 10, seconds: 60, reserved: 40 }),
      entry({ memory: 30, seconds: 10, reserved: 40 }),
      entry({ memory: 5, seconds: 100 }),
    ];
    expect(reserveInstead(entries, 20)).toEqual({
      amount: 20,
      runs: 3,
      killed: 1,
      unknown: 0,
      held: { before: 40 * 70, after: 20 * 60 + (20 + 40) * 10 },
    });
  });

  it("says nothing of a run that was cut short below the amount, and that it would have died where it had used more", () => {
    const cut = entry({ memory: 30, seconds: 10, reserved: 30, isCut: true });
    expect(reserveInstead([cut], 31)).toEqual({ amount: 31, runs: 0, killed: 0, unknown: 1 });
    expect(reserveInstead([cut], 30)).toMatchObject({ runs: 1, killed: 1, unknown: 0 });
  });

  it("kills no more runs with more memory, and forgets none", () => {
    assert(
      property(runs, integer({ min: 1, max: 120 }), integer({ min: 0, max: 50 }), (entries, amount, more) => {
        const [less, greater] = [reserveInstead(entries, amount), reserveInstead(entries, amount + more)];
        expect(greater.killed).toBeLessThanOrEqual(less.killed);
        expect(less.runs + less.unknown).toBe(entries.length);
      }),
    );
  });
});
