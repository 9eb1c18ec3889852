import { doneBy, type Actor } from "../../domain/act.ts";
import { isDeepStrictEqual } from "node:util";
import { AppError, errorEntry } from "../../contract/errors.ts";
import type { ScheduleInput } from "../../contract/schedule-routes.ts";
import { submissionSchema } from "../../contract/submission.ts";
import { describeValue, summaryOf } from "../../contract/validation.ts";
import { epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { Firing, Schedule } from "../../domain/schedule.ts";
import { nextDue, nextTimes, whatIsWrong } from "../../timetable/due-times.ts";
import type { StoreTransaction } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { firingOf, FIRINGS_KEPT, submissionOf } from "./due-schedules.ts";
import { refuseWrong, submit } from "./submit.ts";

/* What people do with schedules. What becomes of due times is in `due-schedules.ts`. */

/** How many due times are told before a schedule is made. */
const TIMES_TOLD = 5;

/** Makes a schedule, or changes the one of that name. Refuses what could never be submitted. */
export async function putSchedule(
  context: LoopContext,
  name: string,
  input: ScheduleInput,
  by: Actor,
): Promise<Schedule> {
  await check(context, input);
  return context.store.transaction(async (tx) => {
    const before = await tx.lockSchedule(name);
    const is_paused = before?.is_paused ?? false;
    const next_at = is_paused ? null : (nextDue(input, await tx.now()) ?? null);
    const after = await tx.putSchedule({ name, ...input, is_paused, created_by: by.name, next_at });
    await noteChange(tx, name, { before, after, by });
    return after;
  });
}

/** When a schedule would be due next, were it made now; refuses what would be refused. Makes nothing. */
export async function previewSchedule(context: LoopContext, input: ScheduleInput): Promise<Timestamp[]> {
  await check(context, input);
  return nextTimes(input, await context.store.read.now(), TIMES_TOLD);
}

async function check(context: LoopContext, input: ScheduleInput): Promise<void> {
  refuseWrongTimes(input);
  await refuseWrong(context, submissionSchema.parse(input.submission));
}

/** Refuses times that there are not. */
export function refuseWrongTimes(input: Pick<ScheduleInput, "cron" | "time_zone">): void {
  const errors = whatIsWrong(input.cron, input.time_zone).map(({ field, expected }) =>
    errorEntry("invalid-value", { path: field, found: describeValue(input[field]), expected }),
  );
  if (errors.length > 0) throw new AppError("invalid-request", { summary: summaryOf(errors), errors });
}

/**
 * Submits what a schedule submits at once, because a person asked for it: in the schedule's name, as at its due times, which
 * stay as they are; also while it is paused. Throws what `submit` refuses; then nothing is kept.
 */
export async function runSchedule(
  context: LoopContext,
  name: string,
  by: Actor,
): Promise<{ schedule: Schedule; firing: Firing }> {
  const schedule = await context.store.read.schedule(name);
  if (schedule === undefined) throw notFound(name);
  let done: { schedule: Schedule; firing: Firing } | undefined;
  const within = async (tx: StoreTransaction, ids: readonly WorkRequestId[]) => {
    const current = await tx.lockSchedule(name);
    if (current === undefined) throw notFound(name);
    const firing = await keepFiring(tx, name, [...ids], by.name);
    await tx.updateSchedule(name, { last_firing: firing });
    await tx.trimFirings(name, FIRINGS_KEPT);
    await changed(tx, name, { did: "ran", work_request_ids: ids, by });
    done = { schedule: { ...current, last_firing: firing }, firing };
  };
  await submit(context, submissionOf(schedule), schedule.created_by, within);
  return done!; // without a key, nothing is submitted without it
}

/** At this moment, or as soon after it as no other firing stands. */
async function keepFiring(
  tx: StoreTransaction,
  name: string,
  work_request_ids: WorkRequestId[],
  asked_by: string,
): Promise<Firing> {
  const now = await tx.now();
  // ends: with the first millisecond that is free; a schedule has few firings
  for (let ms = epochMs(now); ; ms += 1) {
    const firing = { ...firingOf(timestamp(ms), now, "submitted", 0), work_request_ids, asked_by };
    if (await tx.insertFiring(name, firing)) return firing;
  }
}

/** What people give of a schedule; what follows from it, such as when it is due, is no change of its own. */
const GIVEN = ["cron", "time_zone", "missed", "submission", "is_paused", "created_by"] as const;

/** Says who made or changed it, and what; that nothing has changed is not said. */
async function noteChange(
  tx: StoreTransaction,
  name: string,
  { before, after, by }: { before: Schedule | undefined; after: Schedule; by: Actor },
): Promise<void> {
  if (before === undefined) return changed(tx, name, { did: "made", by });
  const fields = GIVEN.filter((field) => !isDeepStrictEqual(before[field], after[field]));
  if (fields.length > 0) await changed(tx, name, { did: "changed", fields, by });
}

type Deed = {
  did: "made" | "changed" | "paused" | "resumed" | "ran" | "removed";
  fields?: readonly string[];
  work_request_ids?: readonly WorkRequestId[];
  by: Actor;
};

function changed(tx: StoreTransaction, name: string, { did, by, ...more }: Deed): Promise<void> {
  return tx.appendEvents([{ kind: "schedule_changed", data: { did, name, ...more, ...doneBy(by) } }]);
}

/** Stops a schedule, or lets it go on: from now, as if nothing had been due meanwhile. */
export function pauseSchedule(context: LoopContext, name: string, is_paused: boolean, by: Actor): Promise<Schedule> {
  return context.store.transaction(async (tx) => {
    const schedule = await tx.lockSchedule(name);
    if (schedule === undefined) throw notFound(name);
    if (schedule.is_paused === is_paused) return schedule;
    const next_at = is_paused ? null : (nextDue(schedule, await tx.now()) ?? null);
    await tx.updateSchedule(name, { is_paused, next_at });
    await changed(tx, name, { did: is_paused ? "paused" : "resumed", by });
    return { ...schedule, is_paused, next_at };
  });
}

/** Forgets a schedule; what it has submitted stays. */
export function removeSchedule(context: LoopContext, name: string, by: Actor): Promise<void> {
  return context.store.transaction(async (tx) => {
    if (!(await tx.deleteSchedule(name))) throw notFound(name);
    await changed(tx, name, { did: "removed", by });
  });
}

/** A schedule with what became of its newest due times. */
export async function showSchedule(
  context: LoopContext,
  name: string,
): Promise<{ schedule: Schedule; firings: Firing[] }> {
  const { read } = context.store;
  const schedule = await read.schedule(name);
  if (schedule === undefined) throw notFound(name);
  return { schedule, firings: await read.firings(name, FIRINGS_KEPT) };
}

function notFound(name: string): AppError {
  return new AppError("not-found", { what: "schedule", id: name });
}
