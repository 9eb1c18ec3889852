import { z } from "zod";
import { durationInput } from "../contract/amounts.ts";
import { timestampSchema } from "../contract/names.ts";
import { anyTask, type TaskDefinition } from "./task-definition.ts";

const delayData = z
  .strictObject({
    /** Seconds from the moment when the request became pending. */
    for: durationInput.optional(),
    /** A time in UTC. */
    until: timestampSchema.optional(),
  })
  .refine((data) => (data.for === undefined) !== (data.until === undefined), {
    error: "exactly one of `for` and `until`",
  });

const confirmData = z.strictObject({
  /** What the person is asked. */
  question: z
    .string({ error: "text" })
    .min(1, { error: "a question" })
    .max(1000, { error: "at most 1000 characters" })
    .default("May it go on?"),
});

/** Succeeds after a time, or at a time. */
const delay = anyTask({
  task_type: "wait",
  task_name: "delay",
  data: delayData,
  dynamicData: (data) => ({ parameter_summary: data.until ?? `${data.for} s` }),
});

/** Succeeds, or fails, when a person says so. */
const confirm = anyTask({
  task_type: "wait",
  task_name: "confirm",
  data: confirmData,
  dynamicData: (data) => ({ parameter_summary: data.question.slice(0, 120) }),
});

/** The tasks that wait. */
export const WAIT_TASKS: readonly TaskDefinition[] = [delay, confirm];

/** What a request of a wait task waits for. */
export type Wait =
  { kind: "delay"; seconds: number } | { kind: "until"; at: string } | { kind: "confirm"; question: string };

/** What a request of a wait task waits for, whose data was checked. */
export function waitOf(task_name: string, task_data: Record<string, unknown>): Wait {
  if (task_name === "confirm") return { kind: "confirm", ...confirmData.parse(task_data) };
  const data = delayData.parse(task_data);
  return data.until === undefined ? { kind: "delay", seconds: data.for ?? 0 } : { kind: "until", at: data.until };
}
