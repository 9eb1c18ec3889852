import { z } from "zod";
import { TASK_TYPES } from "../domain/task.ts";
import type { TaskCourse, TaskTotals } from "../domain/task-course.ts";
import { RESULTS } from "../domain/work-request.ts";
import { TASK_SORTS } from "../domain/task-order.ts";
import { taskName, timestampSchema } from "./names.ts";
import { pageOf, pageQuery } from "./paging.ts";
import { recordOf } from "./record-of.ts";
import { route } from "./route.ts";

/** How the newest runs of a task in one context went. */
const taskCourseSchema = recordOf<TaskCourse>()(
  z.object({
    task_type: z.enum(TASK_TYPES),
    task_name: z.string(),
    context: z.string(),
    runs: z.int(),
    newest_at: timestampSchema,
    failed_share: z.number(),
    flaky_share: z.number(),
    duration_p50: z.number().nullable(),
    duration_growth: z.number().nullable(),
    memory_p95: z.number().nullable(),
    memory_reserved_p95: z.number().nullable(),
    memory_wasted_per_day: z.number().nullable(),
    runs_per_day: z.number(),
    open_findings: z.int(),
    recent: z.array(z.object({ result: z.enum(RESULTS), duration: z.number().nullable() })),
  }),
);

/** What a list of them comes to, all pages together. */
const taskTotalsSchema = recordOf<TaskTotals>()(
  z.object({
    tasks: z.int(),
    contexts: z.int(),
    failing: z.int(),
    open_findings: z.int(),
    memory_wasted_per_day: z.number(),
  }),
);

/** The call about tasks; a part of the route table. */
export const taskRoutes = {
  listTasks: route({
    method: "GET",
    path: "/api/v1/tasks",
    summary: "How each task goes in each of its contexts: from its newest runs, in an order",
    scope: "read",
    query: z.strictObject({
      task_type: z.enum(TASK_TYPES).optional(),
      /** Absent: all tasks. */
      task_name: taskName.optional(),
      /** By name, or what has most of a figure first; with a minus the other way round. What is not known stands last. */
      sort: z.enum(TASK_SORTS).default("task"),
      ...pageQuery,
      /** The `next_cursor` of the page before, which holds names. */
      cursor: z.string().max(8000).optional(),
    }),
    response: pageOf(taskCourseSchema).extend({ totals: taskTotalsSchema }),
  }),
} as const;
