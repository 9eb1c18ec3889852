import type { Timestamp } from "../../domain/clock.ts";
import type { TaskCourse, TaskTotals } from "../../domain/task-course.ts";
import type { HistoryKey } from "../../domain/task.ts";
import type { TaskSort } from "../../domain/task-order.ts";
import type { Page, PageQuery, TaskContext } from "./store.ts";

/* The part of `store.ts` that knows how tasks go in each of their contexts. */

/** Which tasks are meant; all, where nothing is given. */
export type TaskFilter = { task_type?: HistoryKey["task_type"] | undefined; task_name?: string | undefined };

/** A run that came into a history, was changed there, or was taken from it. */
export type ChangedRun = TaskContext & { completed_at: Timestamp };

export type TaskCourseReader = {
  /** How each task goes in each of its contexts at `nowMs`, in the order given, of equals by name; what is not known stands last. */
  taskCourses(of: TaskFilter, sort: TaskSort, page: PageQuery, nowMs: number): Promise<Page<TaskCourse>>;
  /** What all of them come to. */
  taskTotals(of: TaskFilter, nowMs: number): Promise<TaskTotals>;
};

export type TaskCourseWriter = {
  /**
   * Has the courses of tasks know these runs. To be called after `insertHistory`, which leaves it to its caller because many
   * runs may share one call; whatever else changes history does so itself.
   */
  keepTaskCourses(changed: readonly ChangedRun[]): Promise<void>;
};
