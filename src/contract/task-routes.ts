import { z } from "zod";
import { TASK_TYPES } from "../domain/task.ts";
import type { TaskCourse } from "../domain/task-course.ts";
import { taskName, timestampSchema } from "./names.ts";
import { recordOf } from "./record-of.ts";
import { route } from "./route.ts";

const share = z.number().nullable();
const bytes = z.number().nullable();

/** How the newest runs of a task in one context went. */
const taskCourseSchema = recordOf<TaskCourse>()(
  z.object({
    task_type: z.enum(TASK_TYPES),
    task_name: z.string(),
    context: z.string(),
    runs: z.int().describe("its newest runs that were looked at, of all subjects: at most 30"),
    newest_at: timestampSchema.describe("when the newest of them ended"),
    failed_share: z.number().describe("share of them that failed by the work's fault"),
    flaky_share: z.number().describe("share of their requests that failed and passed, or that a person called flaky"),
    duration_p50: z.number().nullable().describe("median time of those that passed, in seconds"),
    duration_growth: share.describe("by how much longer subjects took in the later half of them: 0.1 is a tenth"),
    memory_p95: bytes.describe("95 of 100 runs used no more memory, in bytes"),
    memory_reserved_p95: bytes.describe("95 of 100 runs were given no more memory, in bytes"),
    memory_wasted_per_day: bytes.describe("memory reserved in vain at their pace: byte-hours a day"),
    runs_per_day: z.number().describe("their pace"),
    open_findings: z.int().describe("findings in its histories that are not fixed"),
  }),
);

/** The call about tasks; a part of the route table. */
export const taskRoutes = {
  listTasks: route({
    method: "GET",
    path: "/api/v1/tasks",
    summary: "How each task goes in each of its contexts: from its newest runs, by name",
    scope: "read",
    query: z.strictObject({
      task_type: z.enum(TASK_TYPES).optional(),
      /** Absent: all tasks. */
      task_name: taskName.optional(),
    }),
    response: z.object({
      tasks: z.array(taskCourseSchema),
      is_cut: z.boolean().describe("there are more than one answer looks at: ask for one task"),
    }),
  }),
} as const;
