import { z } from "zod";
import { FINDING_STATES } from "../domain/finding.ts";
import { WAITING_CODES } from "../domain/work-request.ts";
import { runIdSchema, timestampSchema } from "./names.ts";
import { errorEntrySchema } from "./problem.ts";
import {
  allocationSchema,
  eventSchema,
  expectedTimesSchema,
  lastPassSchema,
  placementSchema,
  workRequestSchema,
} from "./records.ts";

/** What else is known of how a run failed. */
const failureFactsSchema = z.object({
  /** The line of its log that tells it best, as it was written; null: its log says nothing of an error. */
  first_error: z.string().nullable(),
  /** Other runs that failed in the same way, of any key, newest first, at most 10. */
  alike: z.array(
    z.object({
      run_id: runIdSchema.nullable(),
      task_name: z.string(),
      subject: z.string(),
      completed_at: timestampSchema,
    }),
  ),
  /** The last run of its key that passed before it; null: none did. */
  last_pass: lastPassSchema.nullable(),
  finding: z
    .object({ id: z.int(), state: z.enum(FINDING_STATES), owner: z.string().nullable() })
    .nullable()
    .describe("the newest finding of this failure; null: there is none"),
});
export type FailureFacts = z.output<typeof failureFactsSchema>;

/** Why a request waits, was placed where it is, or ended as it did: from recorded facts. */
export const whySchema = z.object({
  work_request: workRequestSchema,
  /** The answer in one sentence. */
  sentence: z.string(),
  /** The newest run's placement; null while there is none. */
  placement: placementSchema.nullable(),
  /** For a request that waits: how each worker stands to it now. */
  candidates: placementSchema.shape.candidates,
  candidate_count: z.int(),
  /** Of a request whose newest run failed; null: it did not, or there is none. */
  failure: failureFactsSchema.nullable(),
  /** What has happened to the request so far, oldest first. */
  events: z.array(eventSchema),
});
export type Why = z.output<typeof whySchema>;

/** Who could take work that was not submitted, when, and for how long. */
export const fitAnswerSchema = z.object({
  /** In the order of the submission. */
  fits: z.array(
    z.object({
      name: z.string(),
      task_name: z.string(),
      subject: z.string(),
      context: z.string(),
      /** Why it could not be run at all. */
      errors: z.array(errorEntrySchema),
      allocation: allocationSchema.nullable(),
      /** Why it needs no run, where its task says so: it would end at once, as `skipped`. */
      skip_reason: z.string().optional(),
      /** Why it would wait; absent when it would start at once. */
      waiting: z.object({ code: z.enum(WAITING_CODES), message: z.string() }).optional(),
      candidates: placementSchema.shape.candidates,
      candidate_count: z.int(),
      expected: expectedTimesSchema.optional(),
    }),
  ),
  /** How many requests of the submission were not looked at. */
  left_out: z.int(),
});
export type FitAnswer = z.output<typeof fitAnswerSchema>;
