import { z } from "zod";
import { AMOUNT_SOURCES, ESTIMATE_LEVELS, RESOURCES, type Allocation, type Estimate } from "../domain/allocation.ts";
import type { Event } from "../domain/event.ts";
import { EVENT_KINDS } from "../domain/event.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { OutputData } from "../domain/output-data.ts";
import { CANDIDATE_VERDICTS, RUN_STATES, type Candidate, type Run } from "../domain/run.ts";
import {
  MEASURED_FIGURES,
  MEASURE_METHODS,
  type Measurement,
  type RuntimeStatistics,
} from "../domain/runtime-statistics.ts";
import { TASK_TYPES } from "../domain/task.ts";
import {
  RESULTS,
  STATUSES,
  UNBLOCK_STRATEGIES,
  WAITING_CODES,
  type ExpectedTimes,
  type WorkRequest,
} from "../domain/work-request.ts";
import {
  FAIL_ON,
  RETRY_BUDGETS,
  VERDICT_KINDS,
  VERDICT_LEVELS,
  type Judgement,
  type Verdict,
} from "../domain/verdict.ts";
import { FINDING_KINDS, FINDING_STATES, type Finding } from "../domain/finding.ts";
import type { LastPass } from "../domain/last-pass.ts";
import type { FailureMark } from "../domain/failure.ts";
import type { ReactionKind, Reactions } from "../domain/reaction.ts";
import { inputSchema, runInputSchema, runOutputSchema } from "./artifacts.ts";
import { runIdSchema, timestampSchema, workRequestId, workerName } from "./names.ts";
import { errorEntrySchema } from "./problem.ts";
import { recordOf } from "./record-of.ts";

/*
 * The records of `domain`, as they cross the wire. Each schema is declared to give its record, and does not
 * compile when it gives anything else.
 */

const bytes = z.int().min(0);
const amount = z.number().positive();

export const runtimeStatisticsSchema = recordOf<RuntimeStatistics>()(
  z.object({
    duration: bytes.optional().describe("seconds"),
    cpu_time: bytes.optional().describe("seconds, user + system"),
    disk_space: bytes.optional().describe("bytes, most during the run"),
    memory: bytes.optional().describe("bytes, most during the run"),
    available_disk_space: bytes.optional().describe("bytes free when the run started"),
    available_memory: bytes.optional().describe("bytes free when the run started"),
    cpu_count: z.int().min(1).optional().describe("cores of the worker"),
  }),
);

export const milliseconds = z.number().min(0);

export const measurementSchema = recordOf<Measurement>()(
  z.object({
    method: z.enum(MEASURE_METHODS),
    duration_ms: milliseconds,
    cpu_user_ms: milliseconds.optional(),
    cpu_system_ms: milliseconds.optional(),
    memory_bytes: bytes.optional(),
    memory_peak_at_ms: milliseconds.optional(),
    page_cache_bytes: bytes.optional(),
    disk_bytes: bytes.optional(),
    disk_peak_at_ms: milliseconds.optional(),
    read_bytes: bytes.optional(),
    write_bytes: bytes.optional(),
    process_count: bytes.optional(),
    oom_kills: bytes.optional(),
    left_behind: bytes.optional(),
    lower_bounds: z.array(z.enum(MEASURED_FIGURES)),
    memory_raises: z.array(z.object({ at_ms: milliseconds, from: bytes, to: bytes })).optional(),
    curve: z
      .object({
        at_ms: z.array(milliseconds).max(600),
        memory: z.array(bytes).max(600),
        cpu_millicores: z.array(milliseconds).max(600),
        disk_space: z.array(bytes).max(600),
      })
      .optional(),
  }),
);

export const outcomeSchema = recordOf<Outcome>()(
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("exited"), code: z.int() }),
    z.object({ kind: z.literal("signalled"), signal: z.string().max(20) }),
    z.object({ kind: z.literal("out_of_memory"), limit: z.number() }),
    z.object({ kind: z.literal("out_of_disk"), limit: z.number() }),
    z.object({ kind: z.literal("timed_out"), limit: z.number() }),
    z.object({ kind: z.literal("outputs_missing"), globs: z.array(z.string().max(4096)).max(100) }),
    z.object({ kind: z.literal("start_failed"), errors: z.array(errorEntrySchema) }),
    z.object({ kind: z.literal("aborted"), by: z.string() }),
    z.object({ kind: z.literal("worker_lost"), preempted: z.literal(true).optional() }),
  ]),
);

const evidenceSchema = z.object({ level: z.enum(ESTIMATE_LEVELS), runs: z.int().min(0), method: z.string() });

const allocatedAmountSchema = z.object({
  amount,
  source: z.enum(AMOUNT_SOURCES),
  evidence: evidenceSchema.optional(),
  note: z.string().optional(),
  max: amount.optional(),
  asked: amount.optional(),
});

export const allocationSchema = recordOf<Allocation>()(
  z.object({
    memory: allocatedAmountSchema,
    disk_space: allocatedAmountSchema,
    cpu_count: allocatedAmountSchema,
    duration: allocatedAmountSchema,
    tags: z.array(z.string()),
  }),
);

/** What is predicted of a resource, in its unit. */
export const predictedFields = {
  p5: z
    .number()
    .optional()
    .describe("95 of 100 runs need as much or more; absent where too few are known, and in old estimates"),
  p50: z.number().describe("half of the runs need no more"),
  p95: z.number().describe("95 of 100 runs need no more"),
};

const resourceEstimateSchema = z.object({
  ...predictedFields,
  allocate: z.number(),
  ladder: z.array(z.number()),
  evidence: evidenceSchema,
});

export const estimateSchema = recordOf<Estimate>()(
  z.object({
    memory: resourceEstimateSchema.optional(),
    disk_space: resourceEstimateSchema.optional(),
    cpu_count: resourceEstimateSchema.optional(),
    duration: resourceEstimateSchema.optional(),
  }),
);

export const outputDataSchema = recordOf<OutputData>()(
  z.object({
    runtime_statistics: runtimeStatisticsSchema,
    errors: z.array(errorEntrySchema).optional(),
    skip_reason: z.string().optional(),
    confirmation: z
      .object({ accepted: z.boolean(), by: z.string(), at: timestampSchema, reason: z.string().optional() })
      .optional()
      .describe("a person's answer, for the task `confirm`"),
  }),
);

export const historyKeyFields = {
  task_type: z.enum(TASK_TYPES),
  task_name: z.string(),
  subject: z.string(),
  context: z.string(),
};

const amounts = z.object({
  memory: amount.optional(),
  disk_space: amount.optional(),
  cpu_count: amount.optional(),
  duration: amount.optional(),
});
const requirementsSchema = amounts.extend({
  min: amounts.optional(),
  max: amounts.optional(),
  tags: z.array(z.string()).optional(),
});

const expectedRangeSchema = z.object({ p50: timestampSchema, p90: timestampSchema });

export const expectedTimesSchema = recordOf<ExpectedTimes>()(
  z.object({
    start: expectedRangeSchema.optional(),
    end: expectedRangeSchema.optional(),
    usual_seconds: z
      .object({ p50: z.number(), p90: z.number() })
      .optional()
      .describe("how long such runs take on the worker of the one that goes on: half, and nine of ten, at most"),
    overdue_seconds: z.number().min(0).optional(),
  }),
);

export const failureMarkSchema = recordOf<FailureMark>()(
  z.object({
    fingerprint: z.string().max(100),
    cause: z.string().max(200),
    lines: z.array(z.string().max(1000)).max(20),
    first_error: z.string().max(1000).optional(),
  }),
);

const judgementFields = {
  kind: z.enum(VERDICT_KINDS),
  fatal: z.boolean(),
  because: z.string(),
  confidence: z.number().min(0).max(1),
  evidence: z.array(runIdSchema),
  level: z.enum(VERDICT_LEVELS),
  at: timestampSchema,
  by: z.string().nullable(),
  note: z.string().nullable(),
};
const judgementSchema = recordOf<Judgement>()(z.object(judgementFields));

const count = z.int().min(0).optional();

export const verdictSchema = recordOf<Verdict>()(
  z.object({
    ...judgementFields,
    spent: z.object({ infrastructure: count, preemption: count, resource: count, flaky: count } satisfies Record<
      (typeof RETRY_BUDGETS)[number],
      unknown
    >),
    fail_on: z.enum(FAIL_ON).optional(),
    fingerprint: z.string().optional(),
    first_error: z.string().optional(),
    overruled: z.array(judgementSchema),
  }),
);

const actions = z.array(z.string()).optional();

export const reactionsSchema = recordOf<Reactions>()(
  z.object({
    on_success: actions,
    on_failure: actions,
    on_regression: actions,
    on_fixed: actions,
    on_drift: actions,
  } satisfies Record<ReactionKind, unknown>),
);

export const lastPassSchema = recordOf<LastPass>()(
  z.object({
    run_id: runIdSchema.nullable(),
    completed_at: timestampSchema,
    changes: z
      .array(z.object({ what: z.string(), before: z.string().nullable(), after: z.string().nullable() }))
      .nullable(),
  }),
);

export const findingSchema = recordOf<Finding>()(
  z.object({
    id: z.int(),
    kind: z.enum(FINDING_KINDS),
    state: z.enum(FINDING_STATES),
    ...historyKeyFields,
    because: z.string(),
    confidence: z.number().min(0).max(1),
    before_amount: z.number().nullable(),
    after_amount: z.number().nullable(),
    level_since: timestampSchema.nullable(),
    fingerprint: z.string().nullable(),
    first_error: z.string().nullable(),
    first_run_id: runIdSchema.nullable(),
    first_request_by: z.string().nullable(),
    last_pass: lastPassSchema.nullable(),
    last_run_id: runIdSchema.nullable(),
    run_count: z.int().min(0),
    request_count: z.int().min(0),
    stopped_count: z.int().min(0),
    found_at: timestampSchema,
    last_seen_at: timestampSchema,
    state_at: timestampSchema,
    state_by: z.string().nullable(),
    owner: z.string().nullable(),
    note: z.string().nullable(),
  }),
);

export const workRequestSchema = recordOf<WorkRequest>()(
  z.object({
    id: workRequestId,
    ...historyKeyFields,
    name: z.string(),
    status: z.enum(STATUSES),
    result: z.enum(RESULTS).nullable(),
    task_data: z.record(z.string(), z.unknown()),
    parameter_summary: z.string().nullable(),
    input_size: z.number().nullable(),
    requirements: requirementsSchema,
    allocation: allocationSchema.nullable(),
    estimate: estimateSchema.nullable(),
    worker_name: workerName.nullable(),
    priority_base: z.int(),
    priority_adjustment: z.int(),
    unblock_strategy: z.enum(UNBLOCK_STRATEGIES),
    allow_failure: z.boolean(),
    trusted: z.boolean(),
    fail_on: z.enum(FAIL_ON).nullable(),
    reactions: reactionsSchema,
    dependencies: z.array(workRequestId),
    workflow_id: workRequestId.nullable(),
    workflow_group: z.string().nullable(),
    inputs: z.array(inputSchema),
    supersedes: workRequestId.nullable(),
    superseded_by: workRequestId.nullable(),
    created_at: timestampSchema,
    created_by: z.string(),
    pending_at: timestampSchema.nullable(),
    started_at: timestampSchema.nullable(),
    completed_at: timestampSchema.nullable(),
    expire_after: z.number().nullable(),
    aborted: z.object({ at: timestampSchema, by: z.string(), reason: z.string().optional() }).nullable(),
    waiting: z
      .object({
        code: z.enum(WAITING_CODES),
        message: z.string(),
        since: timestampSchema,
      })
      .nullable(),
    output_data: outputDataSchema.nullable(),
    run_count: z.int().min(0),
    expected: expectedTimesSchema.optional(),
    used_memory: z.number().min(0).optional(),
    verdict: verdictSchema.nullable(),
    avoid_workers: z.array(workerName).nullable(),
  }),
);

export const candidateSchema = recordOf<Candidate>()(
  z.object({
    worker_name: workerName,
    verdict: z.enum(CANDIDATE_VERDICTS),
    resource: z.enum(RESOURCES).optional(),
    available: z.number().optional(),
    needed: z.number().optional(),
    tag: z.string().optional(),
    reserved_for: workRequestId.optional(),
    slowness: z.number().optional().describe("how long work was thought to take there; 0.5: half as long as usual"),
  }),
);

export const placementSchema = z.object({
  at: timestampSchema,
  worker_name: workerName,
  rule: z.string(),
  candidates: z.array(candidateSchema),
  candidate_count: z.int().min(0),
});

export const runLogSchema = z.object({ size: bytes, cut_bytes: bytes });

export const runSchema = recordOf<Run>()(
  z.object({
    id: runIdSchema,
    work_request_id: workRequestId,
    attempt: z.int().min(1),
    state: z.enum(RUN_STATES),
    worker_name: workerName,
    cpu_model: z.string().nullable(),
    allocation: allocationSchema,
    estimate: estimateSchema,
    placement: placementSchema,
    assigned_at: timestampSchema,
    started_at: timestampSchema.nullable(),
    ended_at: timestampSchema.nullable(),
    abort_requested_by: z.string().nullable(),
    outcome: outcomeSchema.nullable(),
    runtime_statistics: runtimeStatisticsSchema,
    measurement: measurementSchema.nullable(),
    inputs: z.array(runInputSchema),
    outputs: z.array(runOutputSchema),
    log: runLogSchema,
    failure: failureMarkSchema.nullable(),
  }),
);

export const capacitySchema = z.object({ memory: bytes, disk_space: bytes, cpu_count: z.number().positive() });
export const taskFilterSchema = z.object({ allow: z.array(z.string().max(200)), deny: z.array(z.string().max(200)) });

export const eventSchema = recordOf<Event>()(
  z.object({
    id: z.int(),
    at: timestampSchema,
    kind: z.enum(EVENT_KINDS),
    work_request_id: workRequestId.optional(),
    run_id: runIdSchema.optional(),
    worker_name: workerName.optional(),
    data: z.record(z.string(), z.unknown()),
  }),
);
