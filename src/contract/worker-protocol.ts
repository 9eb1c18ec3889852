import { z } from "zod";
import type { RunInput } from "../domain/artifact.ts";
import type { Allocation } from "../domain/allocation.ts";
import type { RunId, WorkRequestId } from "../domain/ids.ts";
import type { TaskType } from "../domain/task.ts";
import { LINE_LEVELS, LONGEST_LINE } from "../domain/worker-line.ts";
import { runInputSchema, runOutputSchema } from "./artifacts.ts";
import { runIdSchema, timestampSchema, workRequestId, workerName } from "./names.ts";
import {
  allocationSchema,
  capacitySchema,
  historyKeyFields,
  measurementSchema,
  outcomeSchema,
  runLogSchema,
  runtimeStatisticsSchema,
  taskFilterSchema,
} from "./records.ts";

/*
 * What a worker and a server say to each other: one call, `sync`, that is heartbeat, progress
 * report, hand-in of results and request for work at once. Every part of it may be sent again, but a
 * worker numbers its calls, so that one which comes late or twice is known to tell of the past.
 */

/** What a worker tells of itself. */
export const workerSelfSchema = z.object({
  capacity: capacitySchema,
  available_memory: z.int().min(0).nullable(),
  available_disk_space: z.int().min(0).nullable(),
  tags: z.array(z.string().max(100)).max(200),
  tasks: taskFilterSchema,
  cpu_model: z.string().max(200),
  version: z.string().max(50),
  measure_method: z.string().max(50),
});
export type WorkerSelf = z.output<typeof workerSelfSchema>;

export const joinRequestSchema = z.strictObject({ worker_name: workerName, self: workerSelfSchema });
export const joinAnswerSchema = z.object({ worker_name: workerName, token: z.string() });

/** One run of this worker, as it stands. `ended` is repeated until the server acknowledges it. */
export const runReportSchema = z.discriminatedUnion("state", [
  z.object({ state: z.literal("assigned"), run_id: runIdSchema, lease_token: z.string() }),
  z.object({
    state: z.literal("running"),
    run_id: runIdSchema,
    lease_token: z.string(),
    started_at: timestampSchema,
    runtime_statistics: runtimeStatisticsSchema,
    measurement: measurementSchema.optional(),
  }),
  z.object({
    state: z.literal("ended"),
    run_id: runIdSchema,
    lease_token: z.string(),
    /** Absent when its command was never started. */
    started_at: timestampSchema.optional(),
    ended_at: timestampSchema,
    outcome: outcomeSchema,
    runtime_statistics: runtimeStatisticsSchema,
    measurement: measurementSchema.optional(),
    outputs: z.array(runOutputSchema).max(10_000),
    log: runLogSchema,
  }),
]);
export type RunReport = z.output<typeof runReportSchema>;
export type EndedReport = Extract<RunReport, { state: "ended" }>;

/** Lines of its own log that a worker sends with one call at most. */
export const LINES_PER_CALL = 20;
/** Ten years: nothing that was said is older. */
const OLDEST_LINE_MS = 315_360_000_000;

/** What the worker said of itself; repeated until a call that carries it is answered. */
const sentLinesSchema = z.object({
  /** A line is known by its session and number: one that comes again is not kept again. */
  session: z.string().regex(/^[\w-]{1,50}$/),
  lines: z
    .array(
      z.object({
        number: z.int().min(1),
        /** How long ago it was said, milliseconds: clocks of machines differ. */
        age_ms: z.int().min(0).max(OLDEST_LINE_MS),
        level: z.enum(LINE_LEVELS),
        text: z.string().max(LONGEST_LINE),
      }),
    )
    .max(LINES_PER_CALL),
});
export type SentLines = z.output<typeof sentLinesSchema>;

export const syncRequestSchema = z.strictObject({
  /** Greater than that of any call of this worker that the server has taken before, else `call-out-of-order`. */
  sequence: z.int().min(1),
  self: workerSelfSchema,
  /** Every run that the worker holds; one that is missing here is not held any more. */
  runs: z.array(runReportSchema).max(10_000),
  /** False while the worker itself wants no new runs (it is stopping). */
  wants_work: z.boolean(),
  /** How long the server may hold the call when it has nothing to say, milliseconds. */
  wait_ms: z.int().min(0).max(60_000),
  /** Absent: nothing new. */
  log: sentLinesSchema.optional(),
});
export type SyncRequest = z.output<typeof syncRequestSchema>;

/** A run handed to a worker, with all that it needs. */
export type Assignment = {
  run_id: RunId;
  lease_token: string;
  work_request_id: WorkRequestId;
  task_type: TaskType;
  task_name: string;
  subject: string;
  context: string;
  task_data: Record<string, unknown>;
  /** The files that it is given, fetched with `getInput`. */
  inputs: RunInput[];
  allocation: Allocation;
};
export const assignmentSchema = z.object({
  run_id: runIdSchema,
  lease_token: z.string(),
  work_request_id: workRequestId,
  ...historyKeyFields,
  task_data: z.record(z.string(), z.unknown()),
  inputs: z.array(runInputSchema),
  allocation: allocationSchema,
}) satisfies z.ZodType<Assignment>;

export const syncAnswerSchema = z.object({
  assignments: z.array(assignmentSchema),
  /** Runs to be ended, and on whose word. */
  aborts: z.array(z.object({ run_id: runIdSchema, by: z.string() })),
  /** Ended runs that are safely kept: the worker may forget them. */
  acknowledged: z.array(runIdSchema),
  /** Runs whose lease is lost: the worker ends them and forgets them. */
  lost: z.array(runIdSchema),
  /** True: finish what runs, expect nothing new. */
  draining: z.boolean(),
  /** Send the next sync after at most this time. */
  heartbeat_ms: z.int().min(1),
  /**
   * The leases of the runs named here and in the call last at least so long, counted from when the worker sent the
   * call. It ends its runs before that unless another answer comes; null: they go on, and one may run twice at once.
   */
  lease_ms: z.int().min(1).nullable(),
});
export type SyncAnswer = z.output<typeof syncAnswerSchema>;
