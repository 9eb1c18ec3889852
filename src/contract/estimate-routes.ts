import { z } from "zod";
import { ACCURACY_SPANS } from "../domain/accuracy.ts";
import { TASK_TYPES } from "../domain/task.ts";
import { WASTE_GROUPS } from "../domain/waste.ts";
import { accuracyReportSchema, wasteReportSchema } from "./accuracy.ts";
import { adviceKeyInput, adviceSchema, ignoredAdviceSchema } from "./advice.ts";
import { bytesInput } from "./amounts.ts";
import { context, subject, taskName, timestampSchema } from "./names.ts";
import { explanationFields } from "./outlook.ts";
import { estimateSchema } from "./records.ts";
import { route } from "./route.ts";

/** The task that is meant by name, of type `worker` unless it says otherwise. */
export const taskQuery = {
  /** What kind of task; `worker` when absent. */
  task_type: z.enum(TASK_TYPES).default("worker"),
  /** Its name. */
  task_name: taskName,
};

/** The calls about estimates; a part of the route table. */
export const estimateRoutes = {
  estimate: route({
    method: "GET",
    path: "/api/v1/estimate",
    summary: "What history predicts, on what it stands, and what its amounts are worth",
    scope: "read",
    query: z.strictObject({
      ...taskQuery,
      subject: subject.default(""),
      context: context.default(""),
      input_size: z.coerce.number().pipe(z.number().min(0)).optional(),
      /** Bytes of memory: what would they be worth? */
      what_if: bytesInput.optional(),
    }),
    response: z.object({ estimate: estimateSchema, ...explanationFields }),
  }),
  accuracy: route({
    method: "GET",
    path: "/api/v1/accuracy",
    summary: "How good the estimates were: predicted and allocated beside used, in all, by task and over time",
    scope: "read",
    query: z.strictObject({
      task_type: z.enum(TASK_TYPES).optional(),
      /** Absent: all tasks. */
      task_name: taskName.optional(),
      /** From the start of its day in UTC; absent: 30 days. */
      since: timestampSchema.optional(),
      by: z.enum(ACCURACY_SPANS).default("day"),
    }),
    response: accuracyReportSchema,
  }),
  waste: route({
    method: "GET",
    path: "/api/v1/waste",
    summary:
      "What the newest runs reserved and used, by subject, by who submitted them, or by worker, and which workers could go",
    scope: "read",
    query: z.strictObject({
      by: z.enum(WASTE_GROUPS),
      task_type: z.enum(TASK_TYPES).optional(),
      /** Absent: all tasks. */
      task_name: taskName.optional(),
      /** Absent: 30 days. */
      since: timestampSchema.optional(),
    }),
    response: wasteReportSchema,
  }),
  advice: route({
    method: "GET",
    path: "/api/v1/advice",
    summary: "What to ask for instead of what is asked, most saved first",
    scope: "read",
    query: z.strictObject({
      task_type: z.enum(TASK_TYPES).default("worker"),
      /** Absent: of the tasks that waste most memory. */
      task_name: taskName.optional(),
    }),
    response: z.object({ advice: z.array(adviceSchema), ignored: z.array(ignoredAdviceSchema) }),
  }),
  ignoreAdvice: route({
    method: "PUT",
    path: "/api/v1/advice/ignored",
    summary: "Have an advice not given again, until its amounts differ by more than a quarter",
    scope: "admin",
    body: adviceKeyInput,
    response: z.object({ ignored: ignoredAdviceSchema }),
  }),
  takeBackAdvice: route({
    method: "DELETE",
    path: "/api/v1/advice/ignored/:id",
    summary: "Have an ignored advice given again",
    scope: "admin",
    params: z.strictObject({ id: z.coerce.number().pipe(z.int().min(1)) }),
    response: z.object({ removed: z.int() }),
  }),
} as const;
