import { z } from "zod";
import type { IgnoredAdvice } from "../domain/advice.ts";
import { WEIGHED_RESOURCES } from "../domain/outlook.ts";
import { TASK_TYPES } from "../domain/task.ts";
import { context, subject, taskName, timestampSchema } from "./names.ts";
import { historyKeyFields } from "./records.ts";

const bytes = z.number();
const share = z.number().describe("share of runs, from 0 to 1");

/** What an advice is about: an empty subject or context stands for any. */
export const adviceKeyInput = z.strictObject({
  task_type: z.enum(TASK_TYPES).default("worker"),
  task_name: taskName,
  subject: subject.default(""),
  context: context.default(""),
  resource: z.enum(WEIGHED_RESOURCES).default("memory"),
});

const keyFields = { ...historyKeyFields, resource: z.enum(WEIGHED_RESOURCES) };

/** What to ask for instead: `domain/advice.ts` says what the fields mean. */
export const adviceSchema = z.object({
  ...keyFields,
  asked: bytes.describe("what is asked today, the median"),
  asked_least: bytes,
  asked_most: bytes,
  enough: bytes.describe("what one run in a hundred, or fewer, needs more than"),
  runs: z.int().describe("runs that were asked for so"),
  failures_as_asked: share,
  failures: share,
  saved_a_week: z.number().describe("byte-hours"),
  at_once: z.object({ as_asked: z.int(), with_enough: z.int() }).nullable().describe("runs that workers have room for"),
});

/** An advice that is not given again while it stays about the same. */
export const ignoredAdviceSchema = z.object({
  id: z.int(),
  ...keyFields,
  asked: bytes.describe("what was asked then"),
  enough: bytes.describe("what would have been enough then"),
  ignored_by: z.string(),
  ignored_at: timestampSchema,
}) satisfies z.ZodType<IgnoredAdvice>;
