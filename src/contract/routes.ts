import { z } from "zod";
import { VERDICT_KINDS } from "../domain/verdict.ts";
import { RESULTS, STATUSES } from "../domain/work-request.ts";
import { historyEntrySchema, importedEntrySchema, listedEntrySchema } from "./history-entries.ts";
import { runSchema, workRequestSchema } from "./records.ts";
import { runOutputSchema } from "./artifacts.ts";
import { fitAnswerSchema, whySchema } from "./answers.ts";
import { actRoutes } from "./act-routes.ts";
import { estimateRoutes, taskQuery } from "./estimate-routes.ts";
import { hookRoutes } from "./hook-routes.ts";
import { layerRoutes } from "./layer-routes.ts";
import { pageOf, pageQuery, requestIdParams } from "./paging.ts";
import { route } from "./route.ts";
import { reportRoutes } from "./report-routes.ts";
import { scheduleRoutes } from "./schedule-routes.ts";
import { prioritySchema, submissionSchema } from "./submission.ts";
import { countsSchema, farmStandingSchema } from "./standing.ts";
import { taskRoutes } from "./task-routes.ts";
import { tokenRoutes } from "./token-routes.ts";
import { verdictRoutes } from "./verdict-routes.ts";
import {
  notTakenSchema,
  slownessSchema,
  taskSlownessSchema,
  workerLineSchema,
  workerSchema,
  workerStandingSchema,
} from "./worker-records.ts";
import { workerRoutes } from "./worker-routes.ts";
import { workflowRoutes } from "./workflow-routes.ts";
import { context, runIdSchema, subject, taskName, momentInput, timestampSchema, workerName } from "./names.ts";

const runIdParams = z.strictObject({ run_id: runIdSchema });
const workerParams = z.strictObject({ worker_name: workerName });

export const statusSchema = z.object({
  /** Of the server. */
  version: z.string(),
  /** Where it keeps what it knows. */
  database: z.enum(["sqlite", "postgres"]),
  /** When the server was started. */
  started_at: timestampSchema,
  /** How many requests there are in each status. */
  counts: countsSchema,
  /** How many workers have joined. */
  workers: z.int(),
});

export const importAnswerSchema = z.object({ imported: z.int(), duplicates: z.int() });

/** The route table: name → call. The order is the order of the OpenAPI document. */
export const routes = {
  status: route({
    method: "GET",
    path: "/api/v1/status",
    summary: "The server, and how much there is",
    scope: "read",
    response: statusSchema,
  }),
  stats: route({
    method: "GET",
    path: "/api/v1/stats",
    summary: "How the farm stands: what waits and for what, what failed lately, and what of the workers is taken",
    scope: "read",
    response: farmStandingSchema,
  }),
  openapi: route({
    method: "GET",
    path: "/api/v1/openapi.json",
    summary: "This document",
    scope: "read",
    response: z.record(z.string(), z.unknown()),
  }),

  submit: route({
    method: "POST",
    path: "/api/v1/work-requests",
    summary: "Submit one or many work requests",
    scope: "submit",
    body: submissionSchema,
    status: 201,
    response: z.object({ work_requests: z.array(workRequestSchema) }),
  }),
  fit: route({
    method: "POST",
    path: "/api/v1/fit",
    summary: "Who could take this work, when, and for how long; nothing is submitted",
    scope: "read",
    body: submissionSchema,
    response: fitAnswerSchema,
  }),
  listWorkRequests: route({
    method: "GET",
    path: "/api/v1/work-requests",
    summary: "Work requests, newest first, or those that ended, the last first",
    scope: "read",
    query: z.strictObject({
      ...pageQuery,
      status: z.enum(STATUSES).optional(),
      result: z.enum(RESULTS).optional(),
      verdict_kind: z.enum(VERDICT_KINDS).optional(),
      task_name: taskName.optional(),
      subject: subject.optional(),
      context: context.optional(),
      worker: workerName.optional(),
      created_by: z.string().max(200).optional(),
      order: z
        .enum(["submitted", "ended"])
        .optional()
        .describe("ended: only those that ended, the last first; also with since or until"),
      since: momentInput.optional().describe("only those that ended then or later"),
      until: momentInput.optional().describe("only those that ended then or earlier"),
    }),
    response: pageOf(workRequestSchema),
  }),
  getWorkRequest: route({
    method: "GET",
    path: "/api/v1/work-requests/:id",
    summary: "One work request with its runs",
    scope: "read",
    params: requestIdParams,
    response: z.object({ work_request: workRequestSchema, runs: z.array(runSchema) }),
  }),
  whyWorkRequest: route({
    method: "GET",
    path: "/api/v1/work-requests/:id/why",
    summary: "Why it waits, runs where it runs, or ended",
    scope: "read",
    params: requestIdParams,
    response: whySchema,
  }),
  abortWorkRequest: route({
    method: "POST",
    path: "/api/v1/work-requests/:id/abort",
    summary: "End it; a running one with its whole process tree",
    scope: "submit",
    params: requestIdParams,
    body: z.strictObject({ reason: z.string().max(1000).optional() }),
    response: z.object({ work_request: workRequestSchema }),
  }),
  retryWorkRequest: route({
    method: "POST",
    path: "/api/v1/work-requests/:id/retry",
    summary: "Make it again, with the dependents that it took down",
    scope: "submit",
    params: requestIdParams,
    body: z.strictObject({
      elsewhere: z.boolean().default(false).describe("keep off the workers of its runs, while there are others"),
    }),
    status: 201,
    response: z.object({ work_requests: z.array(workRequestSchema) }),
  }),
  overruleVerdict: verdictRoutes.overruleVerdict,
  unblockWorkRequest: route({
    method: "POST",
    path: "/api/v1/work-requests/:id/unblock",
    summary: "Release a request that waits for a person",
    scope: "submit",
    params: requestIdParams,
    body: z.strictObject({}),
    response: z.object({ work_request: workRequestSchema }),
  }),
  confirmWorkRequest: route({
    method: "POST",
    path: "/api/v1/work-requests/:id/confirm",
    summary: "Answer a request of the task confirm",
    scope: "submit",
    params: requestIdParams,
    body: z.strictObject({ accepted: z.boolean(), reason: z.string().max(1000).optional() }),
    response: z.object({ work_request: workRequestSchema }),
  }),
  changeWorkRequest: route({
    method: "PATCH",
    path: "/api/v1/work-requests/:id",
    summary: "Change the priority adjustment",
    scope: "submit",
    params: requestIdParams,
    body: z.strictObject({ priority_adjustment: prioritySchema }),
    response: z.object({ work_request: workRequestSchema }),
  }),

  ...workflowRoutes,

  getRun: route({
    method: "GET",
    path: "/api/v1/runs/:run_id",
    summary: "One run",
    scope: "read",
    params: runIdParams,
    response: z.object({ run: runSchema }),
  }),
  getRunLog: route({
    method: "GET",
    path: "/api/v1/runs/:run_id/log",
    summary: "The log, in the stored form; see the guide on logs",
    scope: "read",
    params: runIdParams,
    query: z.strictObject({
      /** First byte wanted. */
      from: z.coerce.number().pipe(z.int().min(0)).optional(),
      /** Only the last so many lines. */
      tail: z.coerce.number().pipe(z.int().min(0).max(1_000_000)).optional(),
      /** `true`: the answer goes on until the run ends. */
      follow: z.enum(["true", "false"]).default("false"),
    }),
    response: "bytes",
  }),
  listRunOutputs: route({
    method: "GET",
    path: "/api/v1/runs/:run_id/outputs",
    summary: "The files kept with a run",
    scope: "read",
    params: runIdParams,
    response: z.object({ outputs: z.array(runOutputSchema) }),
  }),
  getRunOutput: route({
    method: "GET",
    path: "/api/v1/runs/:run_id/output",
    summary: "One file kept with a run",
    scope: "read",
    params: runIdParams,
    query: z.strictObject({ path: z.string().min(1).max(4096) }),
    response: "bytes",
  }),

  listHistory: route({
    method: "GET",
    path: "/api/v1/history",
    summary: "Finished runs of a task, newest first",
    scope: "read",
    query: z.strictObject({
      ...pageQuery,
      ...taskQuery,
      subject: subject.optional(),
      context: context.optional(),
      worker: z.string().min(1).max(200).optional().describe("only of runs on it; it need not be known any more"),
      since: momentInput.optional(),
      until: momentInput.optional(),
    }),
    response: pageOf(listedEntrySchema),
  }),
  lookup: route({
    method: "GET",
    path: "/api/v1/lookup/:name",
    summary: "One entry by name: last-entry:, last-success: or last-failure: and TYPE:NAME:SUBJECT:CONTEXT",
    scope: "read",
    params: z.strictObject({ name: z.string().max(5000) }),
    response: z.object({ entry: historyEntrySchema }),
  }),
  importHistory: route({
    method: "POST",
    path: "/api/v1/history",
    summary: "Take over history made elsewhere; an entry that is there already is not taken twice",
    scope: "admin",
    body: z.strictObject({ entries: z.array(importedEntrySchema).max(20_000) }),
    response: importAnswerSchema,
  }),
  listFindings: verdictRoutes.listFindings,
  getFinding: verdictRoutes.getFinding,
  changeFinding: verdictRoutes.changeFinding,
  listDeliveries: verdictRoutes.listDeliveries,
  sendAgain: verdictRoutes.sendAgain,
  tryDelivery: verdictRoutes.tryDelivery,
  ...taskRoutes,
  ...estimateRoutes,

  listWorkers: route({
    method: "GET",
    path: "/api/v1/workers",
    summary: "All workers by name",
    scope: "read",
    response: z.object({ workers: z.array(workerStandingSchema) }),
  }),
  getWorker: route({
    method: "GET",
    path: "/api/v1/workers/:worker_name",
    summary: "One worker with what runs on it",
    scope: "read",
    params: workerParams,
    response: z.object({
      worker: workerSchema,
      /** How long work takes there, relative to an ordinary worker; null: not known yet. */
      slowness: slownessSchema.nullable(),
      /** The same by the runs of each task alone; what has most runs first. */
      task_slowness: z.array(taskSlownessSchema),
      /** Runs that ended in error there in the last 24 hours, which is not the work's fault. */
      errors_in_day: z.int(),
      /** How its runs of seven days ended; `is_cut`: only the newest of them were looked at. */
      week: z.object({ runs: z.int(), errors: z.int(), is_cut: z.boolean() }),
      not_taken: notTakenSchema,
      runs: z.array(runSchema),
    }),
  }),
  listWorkerLines: route({
    method: "GET",
    path: "/api/v1/workers/:worker_name/log",
    summary: "What a worker's program said of itself, newest first; the newest thousand lines are kept",
    scope: "read",
    params: workerParams,
    query: z.strictObject(pageQuery),
    response: pageOf(workerLineSchema),
  }),
  drainWorker: route({
    method: "POST",
    path: "/api/v1/workers/:worker_name/drain",
    summary: "Finish what runs, take nothing new",
    scope: "admin",
    params: workerParams,
    body: z.strictObject({}),
    response: z.object({ worker: workerSchema }),
  }),
  resumeWorker: route({
    method: "POST",
    path: "/api/v1/workers/:worker_name/resume",
    summary: "Take work again",
    scope: "admin",
    params: workerParams,
    body: z.strictObject({}),
    response: z.object({ worker: workerSchema }),
  }),
  removeWorker: route({
    method: "DELETE",
    path: "/api/v1/workers/:worker_name",
    summary: "Forget a worker without runs, and its token",
    scope: "admin",
    params: workerParams,
    response: z.object({ removed: workerName }),
  }),

  ...reportRoutes,

  ...layerRoutes,

  ...scheduleRoutes,
  ...hookRoutes,

  ...tokenRoutes,
  ...actRoutes,

  events: route({
    method: "GET",
    path: "/api/v1/events",
    summary: "What happens, as server-sent events; Last-Event-ID goes on from there",
    scope: "read",
    query: z.strictObject({
      /** Comma-separated: `requests`, `workers`, `findings`, `r5122`, and `log5122.1` or `log:w-01`, which tell when the log of that run or worker has grown; absent: all but logs. */
      topics: z.string().max(2000).optional(),
      /** As the header Last-Event-ID, for clients that cannot set it. */
      after: z.coerce.number().pipe(z.int().min(0)).optional(),
    }),
    response: "events",
  }),

  ...workerRoutes,
} as const;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
