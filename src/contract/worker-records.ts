import { z } from "zod";
import type { Slowness, TaskSlowness } from "../domain/slowness.ts";
import { TASK_TYPES } from "../domain/task.ts";
import { LINE_LEVELS, type WorkerLine } from "../domain/worker-line.ts";
import { WORKER_STATES, type Worker, type WorkerStanding } from "../domain/worker.ts";
import { runIdSchema, taskName, timestampSchema, workRequestId, workerName } from "./names.ts";
import { candidateSchema, capacitySchema, taskFilterSchema } from "./records.ts";

const bytes = z.int().min(0);

const workerFields = {
  worker_name: workerName,
  state: z.enum(WORKER_STATES),
  capacity: capacitySchema,
  available_memory: bytes.nullable(),
  available_disk_space: bytes.nullable(),
  tags: z.array(z.string()),
  tasks: taskFilterSchema,
  cpu_model: z.string(),
  version: z.string(),
  measure_method: z.string(),
  joined_at: timestampSchema,
  last_seen_at: timestampSchema,
  suspicion: z.object({ since: timestampSchema, because: z.string(), evidence: z.array(runIdSchema) }).nullable(),
};

export const workerSchema: z.ZodType<Worker> = z.object(workerFields);

const slownessFields = {
  factor: z.number().describe("0.5: half as long"),
  low: z.number().describe("of ten of its keys, one says less than `low` and one more than `high`"),
  high: z.number(),
  runs: z.int().describe("on how many runs, of how many keys that ran elsewhere too, it stands"),
  keys: z.int(),
};

/** How long work takes on a worker, relative to an ordinary one. */
export const slownessSchema: z.ZodType<Slowness> = z.object(slownessFields);

/** The same by the runs of one task alone. */
export const taskSlownessSchema: z.ZodType<TaskSlowness> = z.object({
  task_type: z.enum(TASK_TYPES),
  task_name: taskName,
  ...slownessFields,
});

const heldPartSchema = z.object({ reserved: z.number(), used: z.number() });

/** A worker in the list of all. */
export const workerStandingSchema: z.ZodType<WorkerStanding> = z.object({
  ...workerFields,
  load: z
    .object({ runs: z.int(), memory: heldPartSchema, disk_space: heldPartSchema, cpu_count: heldPartSchema })
    .describe("what its runs hold, and used at most so far; of cores, on average"),
  slowness: slownessSchema.nullable().describe("null: not known yet"),
  errors_in_day: z.int().describe("runs that ended in error there in the last 24 hours, which is not the work's fault"),
});

/** What waits that a worker cannot take however free it is. */
export const notTakenSchema = z.object({
  looked: z.int().describe("how many of those that wait were looked at, of those that are planned first"),
  reasons: z
    .array(
      z.object({
        candidate: candidateSchema.describe("what speaks against it, with what the neediest of these needs"),
        count: z.int().describe("how many it cannot take for this"),
        first_id: workRequestId.describe("the one of them that is planned first"),
      }),
    )
    .describe("the commonest first"),
});

/** A line of a worker's log. */
export const workerLineSchema: z.ZodType<WorkerLine> = z.object({
  id: z.int(),
  at: timestampSchema.describe("when it was said, by the server's clock"),
  level: z.enum(LINE_LEVELS),
  text: z.string().describe("without control characters, and cut where it was long"),
});
