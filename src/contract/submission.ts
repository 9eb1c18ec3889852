import { z } from "zod";
import { TASK_TYPES } from "../domain/task.ts";
import { FAIL_ON } from "../domain/verdict.ts";
import { UNBLOCK_STRATEGIES } from "../domain/work-request.ts";
import { durationInput, requirementsInput } from "./amounts.ts";
import { inputFields } from "./artifacts.ts";
import { reactionsInput } from "./reactions.ts";
import { context, requestName, subject, taskName, workRequestId } from "./names.ts";

/** How many requests one submission may hold. */
export const MAX_SUBMISSION = 10_000;

const PRIORITY_EXPECTED = "a whole number from -1000000 to 1000000";

export const prioritySchema = z
  .int({ error: PRIORITY_EXPECTED })
  .min(-1_000_000, { error: PRIORITY_EXPECTED })
  .max(1_000_000, { error: PRIORITY_EXPECTED });

const SHARE_EXPECTED = "a part of all workers, above 0 and at most 1";

/** A part of all workers: of whichever of memory, disk and cores its owner has most of. */
export const maxShareSchema = z
  .number({ error: SHARE_EXPECTED })
  .positive({ error: SHARE_EXPECTED })
  .max(1, { error: SHARE_EXPECTED });

const requestReference = z.union([requestName, workRequestId], {
  error: "the name of a request in this submission, or a number",
});

/** One request as it is asked for. */
export const requestSubmission = z.strictObject({
  /** Names the request for `depends_on` of others in the same submission. */
  name: requestName.optional(),
  /** What kind of executor it needs. */
  task_type: z.enum(TASK_TYPES, { error: `one of ${TASK_TYPES.join(", ")}` }).default("worker"),
  /** What the history is kept under. A name that no configuration defines is an ad-hoc task with a command. */
  task_name: taskName,
  /** What the task is applied to, as far as it should behave alike. */
  subject: subject.default(""),
  /** The circumstances that change behaviour. */
  context: context.default(""),
  /** What is asked for, as the task has it; of an ad-hoc task `command` or `script`. */
  task_data: z.record(z.string(), z.unknown(), { error: "an object" }).default({}),
  /** What is demanded; the rest is estimated. */
  requirements: requirementsInput.default({}),
  /** Higher goes first. */
  priority: prioritySchema.default(0),
  /** Names in this submission, or numbers of existing requests. */
  depends_on: z.array(requestReference).max(MAX_SUBMISSION).default([]),
  /** Files that it takes over from requests that it depends on; those named here are dependencies. */
  inputs: z
    .array(z.strictObject({ from: requestReference, ...inputFields }), { error: "a list of inputs" })
    .max(MAX_SUBMISSION)
    .default([]),
  /** When it goes on: after all that it depends on, or when a person says so. */
  unblock_strategy: z.enum(UNBLOCK_STRATEGIES, { error: `one of ${UNBLOCK_STRATEGIES.join(", ")}` }).default("deps"),
  /** True: dependents go on although this request fails. */
  allow_failure: z.boolean({ error: "true or false" }).default(false),
  /** False: the run does not train shared estimates. */
  trusted: z.boolean({ error: "true or false" }).default(true),
  /** Which failures count. Absent: as the task says, then layers of the configuration, else `regression`. */
  fail_on: z.enum(FAIL_ON, { error: `one of ${FAIL_ON.join(", ")}` }).optional(),
  /** Whom to tell when it ended how. What is absent is left to the task, then to layers of the configuration. */
  reactions: reactionsInput.optional(),
  /** Seconds after its end when the request is deleted; its history stays. Absent: the server's setting. */
  expire_after: durationInput.optional(),
});
export type RequestSubmission = z.output<typeof requestSubmission>;

/** One or many requests, taken all or not at all. */
export const submissionSchema = z.strictObject({
  /** Chosen by the client: the same key again answers with the requests made the first time. */
  submission_key: z
    .string()
    .regex(/^[\w.:-]{8,100}$/, { error: "8 to 100 letters, digits or . _ : -" })
    .optional(),
  /** These requests may have at most this part of all workers together; absent: any. One may always run. */
  max_share: maxShareSchema.optional(),
  work_requests: z
    .array(requestSubmission, { error: "a list of work requests" })
    .min(1, { error: "at least one work request" })
    .max(MAX_SUBMISSION, { error: `at most ${MAX_SUBMISSION} work requests` }),
});
export type Submission = z.output<typeof submissionSchema>;
