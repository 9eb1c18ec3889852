import { inFigureOrder, orderOf, sortsOf, type Sort } from "../domain/figure-order.ts";
import type { TaskCourse } from "../domain/task-course.ts";

/** By what tasks can be put in order. */
export const TASK_ORDERS = [
  "task",
  "failed",
  "flaky",
  "time",
  "growth",
  "memory",
  "wasted",
  "regressions",
  "pace",
] as const;
export type TaskOrder = (typeof TASK_ORDERS)[number];

/** An order, or its reverse. */
export type TaskSort = Sort<TaskOrder>;

/** Every order and its reverse. */
export const TASK_SORTS = sortsOf(TASK_ORDERS);

const FIGURES: Record<Exclude<TaskOrder, "task">, (course: TaskCourse) => number | null> = {
  failed: ({ failed_share }) => failed_share,
  flaky: ({ flaky_share }) => flaky_share,
  time: ({ duration_p50 }) => duration_p50,
  growth: ({ duration_growth }) => duration_growth,
  memory: ({ memory_p95 }) => memory_p95,
  wasted: ({ memory_wasted_per_day }) => memory_wasted_per_day,
  regressions: ({ open_findings }) => open_findings,
  pace: ({ runs_per_day }) => runs_per_day,
};

/** Tasks in an order: by name, or what has most of a figure first; of equals by name. `items` stays as it is. */
export function inTaskOrder<Item>(
  items: readonly Item[],
  sort: TaskSort,
  courseOf: (item: Item) => TaskCourse,
): Item[] {
  const { order, isReversed } = orderOf(sort);
  const valueOf = order === "task" ? nameOf : FIGURES[order];
  return inFigureOrder(
    items,
    isReversed,
    (item) => valueOf(courseOf(item)),
    (item) => nameOf(courseOf(item)),
  );
}

function nameOf({ task_name, context, task_type }: TaskCourse): string {
  return JSON.stringify([task_name, context, task_type]);
}
