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
 * What a worker and a server say to each other: one call, `sync`, that is heartbeat, progress report, hand-in of results
 * and request for work at once, and carries what the worker's program says of itself. Every part of it may be sent again,
 * but a worker numbers its calls, so that one which comes late or twice is known to tell of the past.
 */

/** What a worker tells of itself. */
export const workerSelfSchema = z.object({
  /** What it can give to runs in all. */
  capacity: capacitySchema,
  /** Bytes that are free on the machine; null: it is not known. */
  available_memory: z.int().min(0).nullable(),
  /** Bytes that are free on its disk; null: it is not known. */
  available_disk_space: z.int().min(0).nullable(),
  /** Its labels, which requests may demand. */
  tags: z.array(z.string().max(100)).max(200),
  /** What it may run. */
  tasks: taskFilterSchema,
  /** As its system names it. */
  cpu_model: z.string().max(200),
  /** Of the Almanac that it is. */
  version: z.string().max(50),
  /** How it measures: `cgroup2`, `cgroup1` or `proc`. */
  measure_method: z.string().max(50),
});
export type WorkerSelf = z.output<typeof workerSelfSchema>;

export const joinRequestSchema = z.strictObject({ worker_name: workerName, self: workerSelfSchema });
export const joinAnswerSchema = z.object({ worker_name: workerName, token: z.string() });

/** One run of this worker, as it stands. `ended` is repeated until the server acknowledges it. */
export const runReportSchema = z.discriminatedUnion("state", [
  z.object({
    state: z.literal("assigned"),
    /** Which run. */
    run_id: runIdSchema,
    /** Shows that this worker holds the run. */
    lease_token: z.string(),
  }),
  z.object({
    state: z.literal("running"),
    /** Which run. */
    run_id: runIdSchema,
    /** Shows that this worker holds the run. */
    lease_token: z.string(),
    started_at: timestampSchema,
    /** What it used, and what its worker had; of one that goes on, so far. */
    runtime_statistics: runtimeStatisticsSchema,
    /** The finer figures. */
    measurement: measurementSchema.optional(),
  }),
  z.object({
    state: z.literal("ended"),
    /** Which run. */
    run_id: runIdSchema,
    /** Shows that this worker holds the run. */
    lease_token: z.string(),
    /** Absent when its command was never started. */
    started_at: timestampSchema.optional(),
    /** When it ended. */
    ended_at: timestampSchema,
    /** How it ended. */
    outcome: outcomeSchema,
    /** What it used, and what its worker had; of one that goes on, so far. */
    runtime_statistics: runtimeStatisticsSchema,
    /** The finer figures. */
    measurement: measurementSchema.optional(),
    /** The files that it left. */
    outputs: z.array(runOutputSchema).max(10_000),
    /** What is kept of what it wrote. */
    log: runLogSchema,
  }),
]);
export type RunReport = z.output<typeof runReportSchema>;
export type EndedReport = Extract<RunReport, { state: "ended" }>;

/** Lines of its own log that a worker sends with one call at most. */
export const LINES_PER_CALL = 20;
/** Ten years: nothing that was said is told as older, whatever a clock says. */
export const OLDEST_LINE_MS = 315_360_000_000;

/** What the worker said of itself; repeated until a call that carries it is answered. */
export const sentLinesSchema = z.object({
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
  /** The run. */
  run_id: runIdSchema,
  /** Shows that this worker holds the run. */
  lease_token: z.string(),
  /** What it is an attempt at. */
  work_request_id: workRequestId,
  ...historyKeyFields,
  /** What was asked for, as the task has it. */
  task_data: z.record(z.string(), z.unknown()),
  inputs: z.array(runInputSchema),
  /** What it is given. */
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
