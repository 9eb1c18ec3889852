import { z } from "zod";
import { insidePath, runIdSchema, sha256Schema } from "./names.ts";
import { runOutputSchema } from "./artifacts.ts";
import { route } from "./route.ts";
import { joinAnswerSchema, joinRequestSchema, syncAnswerSchema, syncRequestSchema } from "./worker-protocol.ts";

const runIdParams = z.strictObject({ run_id: runIdSchema });

/** A worker's own calls. */
export const workerRoutes = {
  join: route({
    method: "POST",
    path: "/api/v1/worker/join",
    summary: "Become a worker with a one-time token",
    scope: "join",
    body: joinRequestSchema,
    status: 201,
    response: joinAnswerSchema,
  }),
  sync: route({
    method: "POST",
    path: "/api/v1/worker/sync",
    summary: "A worker's heartbeat, reports and request for work",
    scope: "worker",
    body: syncRequestSchema,
    response: syncAnswerSchema,
  }),
  appendLog: route({
    method: "POST",
    path: "/api/v1/worker/runs/:run_id/log",
    summary: "More of a run's log",
    scope: "worker",
    params: runIdParams,
    query: z.strictObject({ offset: z.coerce.number().pipe(z.int().min(0)), lease_token: z.string().max(100) }),
    body: "bytes",
    response: z.object({ size: z.int() }),
  }),
  putOutput: route({
    method: "PUT",
    path: "/api/v1/worker/runs/:run_id/output",
    summary: "One output file of a run",
    scope: "worker",
    params: runIdParams,
    query: z.strictObject({
      path: insidePath("a path"),
      size: z.coerce.number().pipe(z.int().min(0)),
      sha256: sha256Schema,
      lease_token: z.string().max(100),
    }),
    body: "bytes",
    response: runOutputSchema,
  }),
  knowsOutput: route({
    method: "POST",
    path: "/api/v1/worker/runs/:run_id/known-output",
    summary: "Whether a content is kept already, so that it need not be sent; it then stays for a while",
    scope: "worker",
    params: runIdParams,
    body: z.strictObject({ size: z.int().min(0), sha256: sha256Schema, lease_token: z.string().max(100) }),
    response: z.object({ is_known: z.boolean() }),
  }),
  getInput: route({
    method: "GET",
    path: "/api/v1/worker/runs/:run_id/inputs/:sha256",
    summary: "One of the files that a run is given",
    scope: "worker",
    params: z.strictObject({ run_id: runIdSchema, sha256: sha256Schema }),
    query: z.strictObject({ lease_token: z.string().max(100) }),
    response: "bytes",
  }),
} as const;
