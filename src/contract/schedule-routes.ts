import { z } from "zod";
import { FIRING_KINDS, MISSED_POLICIES, type Firing, type Schedule } from "../domain/schedule.ts";
import { timestampSchema, workRequestId } from "./names.ts";
import { errorEntrySchema } from "./problem.ts";
import { recordOf } from "./record-of.ts";
import { route } from "./route.ts";
import { submissionSchema } from "./submission.ts";

/** What people call a schedule. */
export const scheduleName = z.string().regex(/^[\w.-]{1,100}$/, { error: "1 to 100 letters, digits or . _ -" });

/** A schedule as it is asked for. */
export const scheduleInput = z.strictObject({
  /** Minute, hour, day of the month, month, day of the week; or `@daily` and the like. */
  cron: z.string({ error: "a cron expression" }).max(200, { error: "at most 200 characters" }),
  /** A name of the time zone database. */
  time_zone: z.string({ error: "a time zone" }).max(100).default("UTC"),
  /** What happens to due times that no server was there for. */
  missed: z.enum(MISSED_POLICIES, { error: `one of ${MISSED_POLICIES.join(", ")}` }).default("once"),
  /** What is submitted, as for `submit`, without a key. Kept as it is given. */
  submission: z
    .record(z.string(), z.unknown(), { error: "a submission: { work_requests: [...] }" })
    .superRefine((value, context) => {
      const parsed = submissionSchema.omit({ submission_key: true }).safeParse(value);
      for (const { path, message } of parsed.error?.issues ?? []) context.addIssue({ code: "custom", path, message });
    }),
});
export type ScheduleInput = z.output<typeof scheduleInput>;

/** What became of one due time. */
export const firingSchema = recordOf<Firing>()(
  z.object({
    due_at: timestampSchema,
    fired_at: timestampSchema,
    kind: z.enum(FIRING_KINDS),
    work_request_ids: z.array(workRequestId),
    errors: z.array(errorEntrySchema),
    skipped_count: z.int().min(0),
    asked_by: z.string().nullable().describe("who asked for it between due times; null: it was due"),
  }),
);

/** A schedule as it is kept. */
export const scheduleSchema = recordOf<Schedule>()(
  z.object({
    name: z.string(),
    cron: z.string(),
    time_zone: z.string(),
    missed: z.enum(MISSED_POLICIES),
    submission: z.record(z.string(), z.unknown()),
    is_paused: z.boolean(),
    next_at: timestampSchema.nullable(),
    created_by: z.string(),
    created_at: timestampSchema,
    last_firing: firingSchema.nullable(),
  }),
);

const params = z.strictObject({ name: scheduleName });
const oneSchedule = z.object({ schedule: scheduleSchema });

/** The calls about schedules. */
export const scheduleRoutes = {
  listSchedules: route({
    method: "GET",
    path: "/api/v1/schedules",
    summary: "Work that is submitted again and again, by name",
    scope: "read",
    response: z.object({ schedules: z.array(scheduleSchema) }),
  }),
  getSchedule: route({
    method: "GET",
    path: "/api/v1/schedules/:name",
    summary: "One schedule, with what became of its newest due times",
    scope: "read",
    params,
    response: z.object({ schedule: scheduleSchema, firings: z.array(firingSchema) }),
  }),
  putSchedule: route({
    method: "PUT",
    path: "/api/v1/schedules/:name",
    summary: "Make a schedule, or change the one of that name",
    scope: "admin",
    params,
    body: scheduleInput,
    response: oneSchedule,
  }),
  pauseSchedule: route({
    method: "POST",
    path: "/api/v1/schedules/:name/pause",
    summary: "Stop a schedule; what it has submitted goes on",
    scope: "admin",
    params,
    body: z.strictObject({}),
    response: oneSchedule,
  }),
  resumeSchedule: route({
    method: "POST",
    path: "/api/v1/schedules/:name/resume",
    summary: "Let a paused schedule go on, from now",
    scope: "admin",
    params,
    body: z.strictObject({}),
    response: oneSchedule,
  }),
  runSchedule: route({
    method: "POST",
    path: "/api/v1/schedules/:name/run",
    summary: "Submit what a schedule submits now, in its name; its due times stay as they are",
    scope: "admin",
    params,
    body: z.strictObject({}),
    status: 201,
    response: z.object({ schedule: scheduleSchema, firing: firingSchema }),
  }),
  previewSchedule: route({
    method: "POST",
    path: "/api/v1/schedule-previews",
    summary: "When a schedule would be due next, and what is wrong with it; nothing is made",
    scope: "read",
    body: scheduleInput,
    response: z.object({ next: z.array(timestampSchema).describe("the next five due times") }),
  }),
  removeSchedule: route({
    method: "DELETE",
    path: "/api/v1/schedules/:name",
    summary: "Forget a schedule; what it has submitted stays",
    scope: "admin",
    params,
    response: z.object({ removed: scheduleName }),
  }),
} as const;
