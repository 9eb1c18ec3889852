import { z } from "zod";
import { insidePath, runIdSchema, sha256Schema } from "./names.ts";
import { runOutputSchema } from "./artifacts.ts";
import { route } from "./route.ts";
import { joinAnswerSchema, joinRequestSchema, syncAnswerSchema, syncRequestSchema } from "./worker-protocol.ts";

const runIdParams = z.strictObject({ run_id: runIdSchema });

const leaseToken = {
  /** Of the run's lease, as it was assigned: whoever has another may not touch the run. */
  lease_token: z.string().max(100),
};

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
    query: z.strictObject({
      /** Where these bytes stand in the log: bytes from its beginning. */
      offset: z.coerce.number().pipe(z.int().min(0)),
      ...leaseToken,
    }),
    body: "bytes",
    response: z.object({
      /** How much of the log the server has now, bytes. */
      size: z.int(),
    }),
  }),
  putOutput: route({
    method: "PUT",
    path: "/api/v1/worker/runs/:run_id/output",
    summary: "One output file of a run",
    scope: "worker",
    params: runIdParams,
    query: z.strictObject({
      /** Its place in the run's directory. */
      path: insidePath("a path"),
      /** Bytes. */
      size: z.coerce.number().pipe(z.int().min(0)),
      /** Of its content, in hexadecimal digits. */
      sha256: sha256Schema,
      ...leaseToken,
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
    body: z.strictObject({
      /** Bytes. */
      size: z.int().min(0),
      /** Of the content, in hexadecimal digits. */
      sha256: sha256Schema,
      ...leaseToken,
    }),
    response: z.object({
      /** False: it has to be sent. */
      is_known: z.boolean(),
    }),
  }),
  getInput: route({
    method: "GET",
    path: "/api/v1/worker/runs/:run_id/inputs/:sha256",
    summary: "One of the files that a run is given",
    scope: "worker",
    params: z.strictObject({ run_id: runIdSchema, sha256: sha256Schema }),
    query: z.strictObject(leaseToken),
    response: "bytes",
  }),
} as const;
