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

/** An order, or with a minus the other way round. */
export type TaskSort = TaskOrder | `-${TaskOrder}`;

/** Every order and its reverse. */
export const TASK_SORTS: readonly TaskSort[] = TASK_ORDERS.flatMap((order) => [order, `-${order}` as const]);

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

/** An order, and whether it is turned round. */
export function orderOf(sort: TaskSort): { order: TaskOrder; isReversed: boolean } {
  const isReversed = sort.startsWith("-");
  return { order: (isReversed ? sort.slice(1) : sort) as TaskOrder, isReversed }; // as the type says
}

/**
 * Tasks in an order: by name, or what has most of a figure first; of equals by name. Those whose figure is not known stand last,
 * also the other way round. `sort` leaves what it is given as it is.
 */
export function inTaskOrder<Item>(
  items: readonly Item[],
  sort: TaskSort,
  courseOf: (item: Item) => TaskCourse,
): Item[] {
  const { order, isReversed } = orderOf(sort);
  const sign = isReversed ? -1 : 1;
  const figureOf = order === "task" ? undefined : FIGURES[order];
  return items.toSorted((left, right) => {
    const [a, b] = [courseOf(left), courseOf(right)];
    if (figureOf === undefined) return sign * byName(a, b);
    const [first, second] = [figureOf(a), figureOf(b)];
    if (first === null || second === null) return Number(first === null) - Number(second === null) || byName(a, b);
    return sign * (second - first) || byName(a, b);
  });
}

function byName(a: TaskCourse, b: TaskCourse): number {
  const [first, second] = [nameOf(a), nameOf(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}

function nameOf({ task_name, context, task_type }: TaskCourse): string {
  return JSON.stringify([task_name, context, task_type]);
}
