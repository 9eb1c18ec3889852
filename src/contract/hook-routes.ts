import { z } from "zod";
import { HOOK_CALL_KINDS, type Hook, type HookCall, type HookTrial } from "../domain/hook.ts";
import { timestampSchema, workRequestId } from "./names.ts";
import { errorEntrySchema } from "./problem.ts";
import { recordOf } from "./record-of.ts";
import { route } from "./route.ts";
import { submissionSchema } from "./submission.ts";

/** What people call a hook: a part of its address. */
export const hookName = z.string().regex(/^[\w.-]{1,100}$/, { error: "1 to 100 letters, digits or . _ -" });

/** The largest body of a call, bytes. */
export const HOOK_BODY_BYTES = 1024 ** 2;

const MOST_CONDITIONS = 20;
const SECRET_EXPECTED = "a secret of 16 to 200 letters, digits or signs";

/** A hook as it is asked for. */
export const hookInput = z.strictObject({
  /** What is submitted, as for `submit`, without a key. Texts may hold `{{ path }}`, other fields not. */
  submission: z
    .record(z.string(), z.unknown(), { error: "a submission: { work_requests: [...] }" })
    .superRefine((value, context) => {
      const parsed = submissionSchema.omit({ submission_key: true }).safeParse(value);
      for (const { path, message } of parsed.error?.issues ?? []) context.addIssue({ code: "custom", path, message });
    }),
  /** Calls are for this hook only if each path of what was sent matches its pattern. */
  only_if: z
    .record(z.string().min(1).max(500), z.string().max(1000))
    .refine((conditions) => Object.keys(conditions).length <= MOST_CONDITIONS, {
      error: `at most ${MOST_CONDITIONS} conditions`,
    })
    .default({}),
  /** Chosen elsewhere; absent: one is made for a new hook, and that of an old one stays. */
  secret: z
    .string({ error: SECRET_EXPECTED })
    .regex(/^[\x21-\x7e]{16,200}$/, { error: SECRET_EXPECTED })
    .optional(),
});
export type HookInput = z.output<typeof hookInput>;

/** What became of one call. */
export const hookCallSchema = recordOf<HookCall>()(
  z.object({
    received_at: timestampSchema,
    kind: z.enum(HOOK_CALL_KINDS),
    work_request_ids: z.array(workRequestId),
    errors: z.array(errorEntrySchema),
  }),
);

/** A hook as it is shown. */
export const hookSchema = recordOf<Hook>()(
  z.object({
    name: z.string(),
    submission: z.record(z.string(), z.unknown()),
    only_if: z.record(z.string(), z.string()),
    created_by: z.string(),
    created_at: timestampSchema,
    last_call: hookCallSchema.nullable(),
  }),
);

/** What a hook would do with a call. */
export const hookTrialSchema = recordOf<HookTrial>()(
  z.object({
    kind: z.enum(HOOK_CALL_KINDS),
    unmet: z
      .array(z.object({ path: z.string(), pattern: z.string(), found: z.string().nullable() }))
      .describe("conditions that what was sent does not meet, with what stands there; null: nothing does"),
    submission: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe("what would be submitted, with its places filled"),
    errors: z.array(errorEntrySchema),
  }),
);

const params = z.strictObject({ name: hookName });

/** The calls about hooks; that of a hook itself, `POST /hooks/NAME`, is signed and has no token. */
export const hookRoutes = {
  listHooks: route({
    method: "GET",
    path: "/api/v1/hooks",
    summary: "Addresses at which other programs have work submitted, by name",
    scope: "read",
    response: z.object({ hooks: z.array(hookSchema) }),
  }),
  getHook: route({
    method: "GET",
    path: "/api/v1/hooks/:name",
    summary: "One hook, with what became of its newest calls",
    scope: "read",
    params,
    response: z.object({ hook: hookSchema, calls: z.array(hookCallSchema) }),
  }),
  putHook: route({
    method: "PUT",
    path: "/api/v1/hooks/:name",
    summary: "Make a hook, or change the one of that name",
    scope: "admin",
    params,
    body: hookInput,
    response: z.object({
      hook: hookSchema,
      /** Shown this once, when it was made now. */
      secret: z.string().nullable(),
    }),
  }),
  tryHook: route({
    method: "POST",
    path: "/api/v1/hooks/:name/try",
    summary:
      "What a hook would do with a call, by the same rules as in earnest; nothing is made, and no call is remembered",
    scope: "read",
    params,
    body: z.strictObject({
      /** What the other program would send. */
      sent: z.unknown(),
    }),
    response: z.object({ trial: hookTrialSchema }),
  }),
  removeHook: route({
    method: "DELETE",
    path: "/api/v1/hooks/:name",
    summary: "Forget a hook; what it has submitted stays",
    scope: "admin",
    params,
    response: z.object({ removed: hookName }),
  }),
} as const;
