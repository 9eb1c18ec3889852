import { z } from "zod";
import type { FarmStanding, WaitingStanding } from "../domain/farm-standing.ts";
import { WAITING_CODES } from "../domain/work-request.ts";
import { heldAmountsSchema } from "./accuracy.ts";
import { timestampSchema, workRequestId } from "./names.ts";

const count = z.int().min(0);

/** Requests by status. */
export const countsSchema = z.object({
  /** They wait for others, or for a person. */
  blocked: count,
  /** They wait for a worker. */
  pending: count,
  /** They are run. */
  running: count,
  /** They have ended. */
  completed: count,
  /** They were ended by somebody, or with what they depended on. */
  aborted: count,
});

const waitingSchema: z.ZodType<WaitingStanding> = z.object({
  longest: z
    .object({
      work_request_id: workRequestId,
      since: timestampSchema.describe("when it was submitted or, before a second run, when the one before ended"),
    })
    .nullable()
    .describe("the one that waits longest; null: none waits"),
  groups: z
    .array(
      z.object({
        code: z.enum(WAITING_CODES).nullable().describe("for what; null: planning has said nothing yet"),
        count,
        first_id: workRequestId.describe("the one of them that was submitted first"),
      }),
    )
    .describe("what most wait for first"),
  looked: count.describe("how many of those that wait were looked at for `groups`: those submitted first"),
});

const heldPartSchema = z.object({ capacity: z.number(), reserved: z.number(), used: z.number() });

/** How a farm stands, in numbers. */
export const farmStandingSchema: z.ZodType<FarmStanding> = z.object({
  now: timestampSchema,
  counts: countsSchema,
  waiting: z.object({ pending: waitingSchema, blocked: waitingSchema }),
  failed: z
    .object({ failure: count, error: count, regression: count, since: timestampSchema })
    .describe("of the requests that ended in the last 24 hours"),
  workers: z.object({ online: count, draining: count, offline: count }).describe("by state"),
  runs: count.describe("that workers have now"),
  held: z
    .object({ memory: heldPartSchema, disk_space: heldPartSchema, cpu_count: heldPartSchema })
    .describe("of workers that are not offline: what they can give, and what their runs hold and use"),
  week: heldAmountsSchema
    .nullable()
    .describe(
      "what runs of the last seven days held of memory, byte-hours; at most a minute old; null: none has ended",
    ),
});
