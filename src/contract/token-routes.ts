import { z } from "zod";
import { durationInput } from "./amounts.ts";
import { timestampSchema, tokenName, workerName } from "./names.ts";
import { route, SCOPES } from "./route.ts";
import { maxShareSchema } from "./submission.ts";

const tokenFields = {
  /** Counted up by the database. */
  id: z.int(),
  /** Who or what it is, in all that it does. */
  name: z.string(),
  /** What it may do. */
  scope: z.enum(SCOPES),
  /** Of a worker's token: which worker; null: of none. */
  worker_name: workerName.nullable(),
  /** When it was made. */
  created_at: timestampSchema,
  /** When it ends; null: never. */
  expires_at: timestampSchema.nullable(),
  /** When a call was last made with it, to the minute; null: never. */
  last_used_at: timestampSchema.nullable(),
  /** The part of all workers that the requests it submits may have together; null: any. */
  max_share: z.number().nullable(),
  opened_with: z.int().nullable().describe("of a browser's session: the token that it was opened with, and ends with"),
};

/** Tokens: made, listed and ended. */
export const tokenRoutes = {
  listTokens: route({
    method: "GET",
    path: "/api/v1/tokens",
    summary: "Tokens, without their secrets",
    scope: "admin",
    response: z.object({ tokens: z.array(z.object(tokenFields)) }),
  }),
  createToken: route({
    method: "POST",
    path: "/api/v1/tokens",
    summary: "A new token; its secret is shown this once",
    scope: "admin",
    body: z.strictObject({
      /** Who or what it is for. */
      name: tokenName,
      /** What it may do; `join`: become a worker, once. */
      scope: z.enum(["read", "submit", "admin", "join"]),
      /** Seconds until it ends; absent: never (a join token: one hour). */
      expires_in: durationInput.optional(),
      /** The requests it submits may have at most this part of all workers together; absent: any. */
      max_share: maxShareSchema.optional(),
    }),
    status: 201,
    response: z.object({
      token: z.object(tokenFields),
      /** What calls are made with; it is kept nowhere and cannot be asked for again. */
      secret: z.string(),
    }),
  }),
  revokeToken: route({
    method: "DELETE",
    path: "/api/v1/tokens/:id",
    summary: "End a token at once, with the sessions in browsers that were opened with it",
    scope: "admin",
    params: z.strictObject({ id: z.coerce.number().pipe(z.int().min(1)) }),
    response: z.object({
      /** The number of the token that was ended. */
      revoked: z.int(),
    }),
  }),
} as const;
