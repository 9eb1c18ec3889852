import { z } from "zod";
import { FINDING_KINDS, FINDING_STATES } from "../domain/finding.ts";
import { DELIVERY_STATES } from "../domain/reaction.ts";
import { VERDICT_KINDS } from "../domain/verdict.ts";
import { context, reason, reasonIfAny, subject, taskName, tokenName } from "./names.ts";
import { pageOf, pageQuery, requestIdParams } from "./paging.ts";
import { actionInput, deliverySchema, deliveryTrialSchema } from "./reactions.ts";
import { findingSchema, workRequestSchema } from "./records.ts";
import { route } from "./route.ts";

const findingParams = z.strictObject({ id: z.coerce.number().pipe(z.int().min(1)) });

/** The calls about verdicts, findings and deliveries; `routes.ts` puts them where they belong. */
export const verdictRoutes = {
  listDeliveries: route({
    method: "GET",
    path: "/api/v1/deliveries",
    summary: "What was told to whom, or is to be, newest first",
    scope: "read",
    query: z.strictObject({
      ...pageQuery,
      state: z.enum(DELIVERY_STATES).optional(),
      work_request_id: z.coerce.number().pipe(z.int().min(1)).optional(),
    }),
    response: pageOf(deliverySchema),
  }),
  sendAgain: route({
    method: "POST",
    path: "/api/v1/deliveries/:id/again",
    summary: "Try a delivery that was given up, or waits, again now",
    scope: "admin",
    params: z.strictObject({ id: z.coerce.number().pipe(z.int().min(1)) }),
    body: z.strictObject({}),
    response: z.object({ delivery: deliverySchema }),
  }),
  tryDelivery: route({
    method: "POST",
    path: "/api/v1/deliveries/try",
    summary:
      "Send a test to an action, once, by the same rules as in earnest, and see what comes back; it is no delivery",
    scope: "admin",
    body: z.strictObject({
      /** `https://…`, `mailto:NAME@HOST` or `command:PROGRAM ARGUMENTS`. */
      action: actionInput,
    }),
    response: z.object({ trial: deliveryTrialSchema }),
  }),
  overruleVerdict: route({
    method: "POST",
    path: "/api/v1/work-requests/:id/verdict",
    summary: "Say what an ended request means; what was said before is kept",
    scope: "submit",
    params: requestIdParams,
    body: z.strictObject({ kind: z.enum(VERDICT_KINDS), note: reason }),
    response: z.object({ work_request: workRequestSchema }),
  }),
  listFindings: route({
    method: "GET",
    path: "/api/v1/findings",
    summary: "What has changed for the worse, newest first",
    scope: "read",
    query: z.strictObject({
      ...pageQuery,
      kind: z.enum(FINDING_KINDS).optional(),
      /** `open`: all that are not fixed. */
      state: z.enum([...FINDING_STATES, "open"]).optional(),
      task_name: taskName.optional(),
      subject: subject.optional(),
      context: context.optional(),
      owner: tokenName.optional().describe("only those that the people of the token with this name look after"),
      has_owner: z.enum(["yes", "no"]).optional().describe("`no`: those that nobody has taken"),
    }),
    response: pageOf(findingSchema),
  }),
  getFinding: route({
    method: "GET",
    path: "/api/v1/findings/:id",
    summary: "One finding",
    scope: "read",
    params: findingParams,
    response: z.object({ finding: findingSchema }),
  }),
  changeFinding: route({
    method: "PATCH",
    path: "/api/v1/findings/:id",
    summary: "Put a finding into a state, say who looks after it, or both",
    scope: "submit",
    params: findingParams,
    body: z
      .strictObject({
        state: z.enum(FINDING_STATES).optional(),
        note: reasonIfAny.optional().describe("with a state: why"),
        owner: tokenName.nullable().optional().describe("who looks after it, by the name of a token; null: nobody"),
      })
      .refine(({ state, owner }) => state !== undefined || owner !== undefined, { error: "a state, or an owner" })
      .refine(({ state, note }) => state !== undefined || note === undefined, {
        error: "a state, of which the note is",
      }),
    response: z.object({ finding: findingSchema }),
  }),
} as const;
