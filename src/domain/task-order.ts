import { sortsOf, type Sort } from "./figure-order.ts";

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
