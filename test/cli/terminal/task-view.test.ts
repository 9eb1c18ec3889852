import { expect, it } from "vitest";
import { renderTasks } from "../../../src/cli/terminal/task-view.ts";
import type { TaskCourse } from "../../../src/domain/task-course.ts";
import { GIB, pipe, terminal } from "./records.ts";

const COURSE: TaskCourse = {
  task_type: "worker",
  task_name: "build",
  context: "sid/amd64",
  runs: 30,
  newest_at: "2026-11-22T11:59:56.000Z",
  failed_share: 0.1,
  flaky_share: 0.033,
  duration_p50: 782,
  duration_growth: 0.12,
  memory_p95: 4.5 * GIB,
  memory_reserved_p95: 7.5 * GIB,
  memory_wasted_per_day: 12 * GIB,
  runs_per_day: 48.2,
  open_findings: 2,
  recent: [],
};

const UNKNOWN: Partial<TaskCourse> = {
  duration_p50: null,
  duration_growth: null,
  memory_p95: null,
  memory_reserved_p95: null,
  memory_wasted_per_day: null,
};

it("almanac tasks prints a line for each task and context, and full figures for programs", () => {
  const courses = [COURSE, { ...COURSE, ...UNKNOWN, task_name: "fetch", context: "", runs_per_day: 0.14 }];
  expect(renderTasks(courses, terminal({ columns: 130 }))).toMatchInlineSnapshot(`
    "TASK   CONTEXT    RUNS  FAILED  FLAKY  TIME P50  GROWTH  MEM P95  RESERVED  WASTED/DAY  OPEN  RUNS/DAY
    build  sid/amd64    30    10 %  3.3 %    13m02s   +12 %     4.5G      7.5G     12.0G·h     2        48
    fetch               30    10 %  3.3 %         –       –        –         –           –     2       0.1
    "
  `);
  expect(renderTasks(courses, pipe).split("\n")[0]).toBe(
    `build\tsid/amd64\t30\t0.1\t0.033\t782\t0.12\t${4.5 * GIB}\t${7.5 * GIB}\t${12 * GIB}\t2\t48.2`,
  );
});

it("a list of them in one respect shows that to a person, everything with --wide, and everything to a program", () => {
  const shown = ["RUNS", "FLAKY"] as const;
  expect(renderTasks([COURSE], terminal({ columns: 130 }), {}, shown)).toBe(
    "TASK   CONTEXT    RUNS  FLAKY\nbuild  sid/amd64    30  3.3 %\n",
  );
  expect(renderTasks([COURSE], terminal({ columns: 130 }), { isWide: true }, shown)).toContain("WASTED/DAY");
  expect(renderTasks([COURSE], pipe, {}, shown)).toBe(renderTasks([COURSE], pipe));
});
