import { describe, expect, it } from "vitest";
import type { Allocation } from "../../src/domain/allocation.ts";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import { epochMs, timestamp } from "../../src/domain/clock.ts";
import { courseOf, runningMedians } from "../../src/history/task-course.ts";
import { inTaskOrder, type TaskSort } from "../../src/history/task-order.ts";
import { entryOf, failure, success } from "./entries.ts";

const GIB = 1024 ** 3;
const FIRST = epochMs(entryOf().completed_at);
const HOUR = 3_600_000;
const seen = { isCut: false, nowMs: FIRST + 10 * 24 * HOUR };

const given = (memory: number): Allocation => ({
  memory: { amount: memory, source: "request" },
  disk_space: { amount: GIB, source: "default" },
  cpu_count: { amount: 1, source: "default" },
  duration: { amount: 3600, source: "default" },
  tags: [],
});

describe("the course of a task in a context", () => {
  it("is nothing without a run", () => {
    expect(courseOf([], seen)).toBeUndefined();
  });

  it("says how many failed, how long those that passed took, and what they used and were given", () => {
    const runs = [success(1, 3600, 2 * GIB), success(2, 3600, 2 * GIB), failure(3, 5), success(4, 3600, 2 * GIB)];
    const course = courseOf(
      runs.map((run) => ({ ...run, allocation: given(3 * GIB) })),
      seen,
    )!; // there are runs
    expect(course).toMatchObject({ runs: 4, failed_share: 0.25, duration_p50: 3600, runs_per_day: 0.4 });
    expect(course).toMatchObject({ memory_p95: 2 * GIB, memory_reserved_p95: 3 * GIB, flaky_share: 0 });
    expect(course.memory_wasted_per_day).toBe(GIB * course.runs_per_day);
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
    expect(courseOf(runs, seen)?.flaky_share).toBe(0.5);
  });

  it("does not take a change of what is run for a change of how long it takes", () => {
    const of = (subject: string, ...times: number[]) => times.map((time) => ({ ...success(1, time), subject }));
    const growth = (runs: ReturnType<typeof of>) => courseOf(runs, seen)?.duration_growth;
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
        { isCut: true, nowMs: FIRST + 24 * HOUR },
      )?.memory_wasted_per_day;
    expect(wasted(dead)).toBe(4 * GIB);
    expect(wasted(cut)).toBeNull();
    expect(courseOf([success(1, 60, GIB)], seen)?.memory_wasted_per_day).toBeNull();
  });

  it("tells the pace from the runs that are looked at, where there are older ones; else a day counts as one", () => {
    const runs = [0, 1, 2].map((hours) => ({ ...success(hours, 1), completed_at: timestamp(FIRST + hours * HOUR) }));
    const nowMs = FIRST + 3 * HOUR;
    expect(courseOf(runs, { isCut: true, nowMs })?.runs_per_day).toBeCloseTo(24);
    expect(courseOf(runs, { isCut: false, nowMs })?.runs_per_day).toBe(3);
  });
});

it("the course of a median does not show single values", () => {
  expect(runningMedians([1, 1, 9, 1, 1, 5, 5, 5], 3)).toEqual([1, 1, 1, 1, 5, 5]);
  expect(runningMedians([1, 2], 3)).toEqual([]);
});

describe("the order of tasks", () => {
  const course = (task_name: string, duration_growth: number | null) => ({
    ...courseOf([success(1, 1)], seen)!, // there is a run
    task_type: "worker" as const,
    task_name,
    context: "",
    open_findings: 0,
    duration_growth,
  });
  const names = (sort: TaskSort) =>
    inTaskOrder([course("b", 0.1), course("d", null), course("c", 0.5), course("a", 0.1)], sort, (one) => one)
      .map(({ task_name }) => task_name)
      .join("");

  it("is by name, or has what is most first, and can be turned round; what is not known is last", () => {
    expect(names("task")).toBe("abcd");
    expect(names("-task")).toBe("dcba");
    expect(names("growth")).toBe("cabd");
    expect(names("-growth")).toBe("abcd");
  });
});
