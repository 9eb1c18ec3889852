import { z } from "zod";
import { RESULTS, STATUSES } from "../domain/work-request.ts";
import { FAIL_ON, VERDICT_KINDS } from "../domain/verdict.ts";
import type { CriticalStep, WorkflowNode, WorkflowState } from "../domain/workflow.ts";
import { taskName, timestampSchema, workRequestId, workerName } from "./names.ts";
import { pageOf, pageQuery, requestIdParams } from "./paging.ts";
import { errorEntrySchema } from "./problem.ts";
import { recordOf } from "./record-of.ts";
import { expectedTimesSchema, historyKeyFields, workRequestSchema } from "./records.ts";
import { route } from "./route.ts";

const seconds = z.number().min(0);
const count = z.int().min(0);

export const workflowNodeSchema = recordOf<WorkflowNode>()(
  z.object({
    id: workRequestId,
    ...historyKeyFields,
    name: z.string(),
    group: z.string().nullable(),
    status: z.enum(STATUSES),
    result: z.enum(RESULTS).nullable(),
    verdict_kind: z.enum(VERDICT_KINDS).nullable(),
    is_failed: z.boolean().describe("it failed, and that counts for the workflow"),
    allow_failure: z.boolean(),
    dependencies: z.array(workRequestId),
    worker_name: workerName.nullable(),
    pending_at: timestampSchema.nullable(),
    started_at: timestampSchema.nullable(),
    completed_at: timestampSchema.nullable(),
    duration_p50: z.number().nullable().describe("seconds that it takes as history says"),
    duration_p95: z.number().nullable(),
    is_critical: z.boolean().describe("part of the longest chain"),
    slack_seconds: seconds.describe("by how much it may be longer before the workflow takes longer"),
    expected: expectedTimesSchema.optional(),
  }),
);

const criticalStepSchema = recordOf<CriticalStep>()(
  z.object({
    id: workRequestId,
    name: z.string(),
    status: z.enum(STATUSES),
    seconds: seconds.describe("what it took, or what history says; 0 where nothing is known"),
    is_known: z.boolean(),
  }),
);

export const workflowStateSchema = recordOf<WorkflowState>()(
  z.object({
    work_request: workRequestSchema,
    sentence: z.string(),
    counts: z.object({ blocked: count, pending: count, running: count, completed: count, aborted: count }),
    total: count,
    failed: count.describe("requests that failed, were in error or aborted, and count"),
    excused: count.describe("requests that failed, but do not count"),
    critical_path: z.array(criticalStepSchema),
    critical_seconds: seconds,
    unknown_durations: count.describe("requests that have not ended and nobody knows the duration of"),
    faster: z
      .object({ id: workRequestId, name: z.string(), worker_name: workerName, seconds, than: workerName.nullable() })
      .optional()
      .describe("where the longest step of the chain that has not ended would take so many seconds less"),
    expected: expectedTimesSchema.optional(),
  }),
);

/** A plan that is only looked at; its requests are numbered from 1, in the order of asking. */
const planAnswerSchema = z.object({
  /** Why it cannot be planned; then there are no requests. */
  errors: z.array(errorEntrySchema),
  nodes: z.array(workflowNodeSchema),
  critical_path: z.array(criticalStepSchema),
  critical_seconds: seconds,
  /** All of it one after another, where durations are known. */
  total_seconds: seconds,
  unknown_durations: count,
  /** When it would end if it were submitted now; absent where nothing is known. */
  expected: expectedTimesSchema.optional(),
});

export type PlanAnswer = z.output<typeof planAnswerSchema>;

const planQuestionSchema = z.strictObject({
  task_name: taskName,
  task_data: z.record(z.string(), z.unknown(), { error: "an object" }).default({}),
  /** Which failures of its requests would be fatal; absent: as the workflow says. */
  fail_on: z.enum(FAIL_ON).optional(),
});
export type PlanQuestion = z.output<typeof planQuestionSchema>;

/** The calls about workflows; abort, retry and priority are those of work requests. */
export const workflowRoutes = {
  listWorkflows: route({
    method: "GET",
    path: "/api/v1/workflows",
    summary: "Work requests of the type workflow, newest first",
    scope: "read",
    query: z.strictObject(pageQuery),
    response: pageOf(workRequestSchema),
  }),
  planWorkflow: route({
    method: "POST",
    path: "/api/v1/workflow-plans",
    summary: "What a workflow would ask for, how long it should take, and its longest chain; nothing is submitted",
    scope: "read",
    body: planQuestionSchema,
    response: planAnswerSchema,
  }),
  getWorkflow: route({
    method: "GET",
    path: "/api/v1/workflows/:id",
    summary: "How a workflow stands: counts, longest chain, when it should end",
    scope: "read",
    params: requestIdParams,
    response: workflowStateSchema,
  }),
  listWorkflowNodes: route({
    method: "GET",
    path: "/api/v1/workflows/:id/nodes",
    summary: "All requests of a workflow as its graph, oldest first",
    scope: "read",
    params: requestIdParams,
    response: z.object({ nodes: z.array(workflowNodeSchema) }),
  }),
} as const;
