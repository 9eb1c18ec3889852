import { describe, expect, it } from "vitest";
import type { Allocation } from "../../src/domain/allocation.ts";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import { epochMs } from "../../src/domain/clock.ts";
import { courseOf, runningMedians } from "../../src/history/task-course.ts";
import { entryOf, failure, success } from "./entries.ts";

const GIB = 1024 ** 3;
const FIRST = epochMs(entryOf().completed_at);

const given = (memory: number): Allocation => ({
  memory: { amount: memory, source: "request" },
  disk_space: { amount: GIB, source: "default" },
  cpu_count: { amount: 1, source: "default" },
  duration: { amount: 3600, source: "default" },
  tags: [],
});

describe("the course of a task in a context", () => {
  it("is nothing without a run", () => {
    expect(courseOf([], false)).toBeUndefined();
  });

  it("says how many failed, how long those that passed took, and what they used and were given", () => {
    const runs = [success(1, 3600, 2 * GIB), success(2, 3600, 2 * GIB), failure(3, 5), success(4, 3600, 2 * GIB)];
    const course = courseOf(
      runs.map((run) => ({ ...run, allocation: given(3 * GIB) })),
      false,
    )!; // there are runs
    expect(course).toMatchObject({ runs: 4, failed_share: 0.25, duration_p50: 3600, oldest_ms: FIRST });
    expect(course).toMatchObject({ memory_p95: 2 * GIB, memory_reserved_p95: 3 * GIB, flaky_share: 0 });
    expect(course.memory_wasted_per_run).toBe(GIB);
    expect(course.recent.map(({ result, duration }) => [result, duration])).toEqual([["success", 3600], ["success", 3600], ["failure", 5], ["success", 3600]]); // prettier-ignore
  });

  it("counts a request as flaky that failed and passed, or that a person called so", () => {
    const request = (id: number) => ({ work_request_id: id as WorkRequestId });
    const runs = [
      { ...failure(1, 5), ...request(7) },
      { ...success(2, 5), ...request(7) },
      { ...failure(3, 5), ...request(8), person_verdict: "flaky" as const },
      { ...failure(4, 5), ...request(9) },
      { ...success(5, 5), ...request(10) },
    ];
    expect(courseOf(runs, false)?.flaky_share).toBe(0.5);
  });

  it("does not take a change of what is run for a change of how long it takes", () => {
    const of = (subject: string, ...times: number[]) => times.map((time) => ({ ...success(1, time), subject }));
    const growth = (runs: ReturnType<typeof of>) => courseOf(runs, false)?.duration_growth;
    expect(growth([...of("small", 10, 10, 10, 10), ...of("large", 900, 900)])).toBe(0);
    expect(growth([...of("small", 10, 10, 12, 12), ...of("large", 1000, 1200)])).toBeCloseTo(0.2);
    expect(growth([...of("one", 10), ...of("other", 900)])).toBeNull();
  });

  it("wastes all that a run held which died of too little memory, and nothing that is not known", () => {
    const dead = { ...success(1, 3600, GIB), outcome: { kind: "out_of_memory", limit: GIB } as const };
    const cut = { ...success(2, 3600, GIB), lower_bounds: ["memory" as const] };
    const wasted = (...runs: (typeof dead | typeof cut)[]) =>
      courseOf(
        runs.map((run) => ({ ...run, allocation: given(4 * GIB) })),
        true,
      )?.memory_wasted_per_run;
    expect(wasted(dead)).toBe(4 * GIB);
    expect(wasted(cut)).toBeNull();
    expect(courseOf([success(1, 60, GIB)], false)?.memory_wasted_per_run).toBeNull();
  });
});

it("the course of a median does not show single values", () => {
  expect(runningMedians([1, 1, 9, 1, 1, 5, 5, 5], 3)).toEqual([1, 1, 1, 1, 5, 5]);
  expect(runningMedians([1, 2], 3)).toEqual([]);
});
