import { describe, expect, it } from "vitest";
import { runId, type WorkRequestId } from "../../src/domain/ids.ts";
import { normal, seededRandom } from "../../src/simulate/random.ts";
import { driftOfKey, type MeasuredRun } from "../../src/verdict/drift-of-key.ts";

const MIB = 1024 ** 2;

/** Runs whose memory is about `memory(index)` MiB, and whose duration about as many seconds. */
function runs(count: number, amount: (index: number) => number, more: Partial<MeasuredRun> = {}): MeasuredRun[] {
  const random = seededRandom(3);
  return Array.from({ length: count }, (_, index) => {
    const noisy = amount(index) * Math.exp(0.05 * normal(random));
    return {
      run_id: runId((index + 1) as WorkRequestId, 1),
      completed_at: new Date(Date.UTC(2026, 0, 1, index)).toISOString(),
      memory: noisy * MIB,
      duration: noisy,
      cpu_model: "a cpu",
      ...more,
    };
  });
}

const STEP = runs(60, (index) => (index < 40 ? 100 : 150));

describe("the drift of a key", () => {
  it("is told with its size, its first run, and how sure it is", () => {
    const step = driftOfKey("memory", STEP, undefined);
    expect(step).toMatchObject({
      kind: "changed",
      level: { first_run_id: "41.1", last_run_id: "60.1", run_count: 20, request_count: 20 },
    });
    if (step.kind !== "changed") return;
    expect(step.before / MIB).toBeCloseTo(100, -1);
    expect(step.after / MIB).toBeCloseTo(150, -1);
    expect(step.confidence).toBeGreaterThan(0.99);
    expect(step.because).toMatch(
      /^memory rose by 5\d %: 98\.6M at the median of 40 runs, 1\d\dM in the 20 from 41\.1 on$/,
    );
  });

  it("of runs made elsewhere, which have no number, is told with the moment as people say it", () => {
    const imported = STEP.map(({ completed_at, memory = 0 }) => ({ completed_at, memory }));
    const step = driftOfKey("memory", imported, undefined);
    expect(step).toMatchObject({ kind: "changed", because: expect.stringMatching(/ since 2026-01-02 16:00:00 UTC$/) });
    expect(step).toMatchObject({ level: { run_count: 20, request_count: 0 } });
  });

  it("is looked for in durations of one processor, the newest run's", () => {
    const other = runs(40, () => 100, { cpu_model: "another cpu" });
    const now = runs(60, () => 150);
    expect(driftOfKey("duration", [...other, ...now], undefined)).toEqual({ kind: "steady" });
    expect(driftOfKey("memory", [...other, ...now], undefined).kind).toBe("changed");
    const step = driftOfKey("duration", [...other, ...STEP], undefined);
    expect(step).toMatchObject({ kind: "changed", level: { run_count: 20 } });
    expect((step as { because: string }).because).toMatch(/, on a cpu$/); // it changed, as just seen
  });

  it("is not looked for where the input's size varies, for that explains it", () => {
    const larger = STEP.map((run, index) => ({ ...run, input_size: index < 40 ? 1000 : 1500 }));
    expect(driftOfKey("memory", larger, undefined)).toEqual({ kind: "steady" });
    const alike = STEP.map((run, index) => ({ ...run, input_size: 1000 + (index % 7) }));
    expect(driftOfKey("memory", alike, undefined).kind).toBe("changed");
  });

  it("is not told when it is too little to matter, however large a part it is", () => {
    const little = STEP.map(({ memory, duration, ...run }) => ({
      ...run,
      memory: memory! / 100, // given above
      duration: duration! / 1000, // given above
    }));
    expect(driftOfKey("memory", little, undefined)).toEqual({ kind: "steady" });
    expect(driftOfKey("duration", little, undefined)).toEqual({ kind: "steady" });
  });

  it("is confirmed by enough runs on the new level, goes on, and is over when the runs are back", () => {
    const open = { state: "new", before_amount: 100 * MIB, after_amount: 150 * MIB } as const;
    expect(driftOfKey("memory", STEP.slice(40, 55), open)).toMatchObject({ kind: "holds", isConfirmed: false });
    expect(driftOfKey("memory", STEP.slice(40), open)).toMatchObject({ kind: "holds", isConfirmed: true });

    const further = runs(50, (index) => (index < 30 ? 150 : 225));
    const gone = driftOfKey("memory", further, open);
    expect(gone).toMatchObject({ kind: "changed", level: { first_run_id: "31.1" } });
    // the whole way since before the finding
    expect((gone as { before: number }).before / MIB).toBeCloseTo(100, -1);
    expect((gone as { after: number }).after / MIB).toBeCloseTo(225, -2);

    const back = runs(50, (index) => (index < 30 ? 150 : 105));
    expect(driftOfKey("memory", back, open)).toMatchObject({ kind: "back", level: { first_run_id: "31.1" } });
  });

  it("of runs that were not measured is nothing", () => {
    const bare = STEP.map(({ completed_at }) => ({ completed_at }));
    expect(driftOfKey("memory", bare, undefined)).toEqual({ kind: "steady" });
    expect(driftOfKey("duration", bare, undefined)).toEqual({ kind: "steady" });
    expect(driftOfKey("memory", [], undefined)).toEqual({ kind: "steady" });
  });
});
