import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { AppError, errorEntry } from "../../contract/errors.ts";
import type { ScheduleInput } from "../../contract/schedule-routes.ts";
import { submissionSchema, type Submission } from "../../contract/submission.ts";
import type { Timestamp } from "../../domain/clock.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { Firing, Schedule } from "../../domain/schedule.ts";
import { dueNow, nextDue, whatIsWrong } from "../../timetable/due-times.ts";
import type { StoreTransaction } from "../store/store.ts";
import { attempt } from "./attempt.ts";
import type { LoopContext } from "./context.ts";
import { refusalOf, refuseWrong, submit } from "./submit.ts";

/** How often the leading server looks for due times: they are of whole minutes. */
const LOOK_MS = 1_000;
/** How many schedules one look takes, and how many firings of one are remembered. */
const BATCH = 50;
const FIRINGS_KEPT = 200;

type DueSchedule = Schedule & { next_at: Timestamp };

/** Submits what is due, until the signal is given. Only the leading server calls it; were there two, nothing would be twice. */
export async function keepSchedules(context: LoopContext, signal: AbortSignal): Promise<void> {
  // ends: when the signal is given
  while (!signal.aborted) {
    await attempt(context.log, "schedules", () => fireDue(context));
    // Being woken early is what the signal is for.
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Deals with all due times that have come. */
export async function fireDue(context: LoopContext): Promise<void> {
  const { read } = context.store;
  const now = await read.now();
  for (const schedule of await read.dueSchedules(now, BATCH)) {
    const { next_at } = schedule;
    if (next_at === null) continue; // one without is not due
    await attempt(context.log, `schedule ${schedule.name}`, () => fire(context, { ...schedule, next_at }, now));
  }
}

/**
 * One transaction for each due time: what is submitted, what is written down of it, and the step to the next due time are
 * committed together, so that nothing is submitted twice, and nothing is forgotten.
 */
async function fire(context: LoopContext, schedule: DueSchedule, now: Timestamp): Promise<void> {
  const due = dueNow(schedule, now);
  const next = due.next ?? null;
  if (due.fire.length === 0) {
    const firing = firingOf(due.skipped ?? schedule.next_at, now, "skipped", due.skipped_count - 1);
    await context.store.transaction((tx) => step(tx, schedule, firing, next));
    return;
  }
  let from = schedule.next_at;
  for (const [index, due_at] of due.fire.entries()) {
    const after = due.fire[index + 1] ?? next;
    const skipped = index === 0 ? due.skipped_count : 0;
    if (!(await fireOnce(context, { ...schedule, next_at: from }, due_at, { now, after, skipped }))) return;
    from = after ?? from;
  }
}

type Step = { now: Timestamp; after: Timestamp | null; skipped: number };

/** Submits for one due time; false when somebody else has dealt with it, or has changed the schedule. */
async function fireOnce(
  context: LoopContext,
  schedule: DueSchedule,
  due_at: Timestamp,
  { now, after, skipped }: Step,
): Promise<boolean> {
  let isOurs = true;
  const within = async (tx: StoreTransaction, ids: readonly WorkRequestId[]) => {
    isOurs = await step(
      tx,
      schedule,
      { ...firingOf(due_at, now, "submitted", skipped), work_request_ids: [...ids] },
      after,
    );
    if (!isOurs) throw new Overtaken();
  };
  try {
    await submit(context, submissionOf(schedule), schedule.created_by, within);
    return true;
  } catch (error) {
    if (error instanceof Overtaken) return passOver(context, schedule, after);
    const errors = refusalOf(error);
    if (errors === undefined) throw error; // it is still due at the next look
    const firing = { ...firingOf(due_at, now, "refused", skipped), errors };
    return context.store.transaction((tx) => step(tx, schedule, firing, after));
  }
}

/** Another server has dealt with the due time, or a person has changed the schedule: nothing of it is to be kept. */
class Overtaken extends Error {}

/** A due time that was dealt with before: the clock was set back since. False when the schedule is not as it was read. */
function passOver(context: LoopContext, { name, next_at }: DueSchedule, after: Timestamp | null): Promise<boolean> {
  return context.store.transaction(async (tx) => {
    if ((await tx.lockSchedule(name))?.next_at !== next_at) return false;
    await tx.updateSchedule(name, { next_at: after });
    return true;
  });
}

/** Writes down what became of a due time and goes on to the next, if the schedule is still as it was read. */
async function step(
  tx: StoreTransaction,
  { name, next_at }: DueSchedule,
  firing: Firing,
  next: Timestamp | null,
): Promise<boolean> {
  const current = await tx.lockSchedule(name);
  if (current?.next_at !== next_at || !(await tx.insertFiring(name, firing))) return false;
  await tx.updateSchedule(name, { next_at: next, last_firing: firing });
  await tx.trimFirings(name, FIRINGS_KEPT);
  return true;
}

function firingOf(due_at: Timestamp, fired_at: Timestamp, kind: Firing["kind"], skipped_count: number): Firing {
  return { due_at, fired_at, kind, work_request_ids: [], errors: [], skipped_count };
}

function submissionOf({ submission }: Schedule): Submission {
  return submissionSchema.parse(submission); // it was checked when the schedule was made
}

/** Makes a schedule, or changes the one of that name. Refuses what could never be submitted. */
export async function putSchedule(
  context: LoopContext,
  name: string,
  input: ScheduleInput,
  created_by: string,
): Promise<Schedule> {
  const { cron, time_zone } = input;
  const wrong = whatIsWrong(cron, time_zone);
  if (wrong !== undefined) {
    const entry = errorEntry("invalid-value", {
      path: wrong.field,
      found: JSON.stringify(input[wrong.field]),
      expected: wrong.expected,
    });
    throw new AppError("invalid-request", { summary: entry.message, errors: [entry] });
  }
  await refuseWrong(context, submissionSchema.parse(input.submission));
  return context.store.transaction(async (tx) => {
    const before = await tx.lockSchedule(name);
    const next_at = nextDue(input, await tx.now()) ?? null;
    const after = await tx.putSchedule({ name, ...input, created_by, next_at });
    await noteChange(tx, name, { before, after, by: created_by });
    return after;
  });
}

/** What people give of a schedule; what follows from it, such as when it is due, is no change of its own. */
const GIVEN = ["cron", "time_zone", "missed", "submission", "is_paused", "created_by"] as const;

/** Says who made or changed it, and what; that nothing has changed is not said. */
async function noteChange(
  tx: StoreTransaction,
  name: string,
  { before, after, by }: { before: Schedule | undefined; after: Schedule; by: string },
): Promise<void> {
  if (before === undefined) return changed(tx, name, { did: "made", by });
  const fields = GIVEN.filter((field) => !isDeepStrictEqual(before[field], after[field]));
  if (fields.length > 0) await changed(tx, name, { did: "changed", fields, by });
}

type Deed = { did: "made" | "changed" | "paused" | "resumed" | "removed"; fields?: readonly string[]; by: string };

function changed(tx: StoreTransaction, name: string, { did, ...more }: Deed): Promise<void> {
  return tx.appendEvents([{ kind: "schedule_changed", data: { did, name, ...more } }]);
}

/** Stops a schedule, or lets it go on: from now, as if nothing had been due meanwhile. */
export function pauseSchedule(context: LoopContext, name: string, is_paused: boolean, by: string): Promise<Schedule> {
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
export function removeSchedule(context: LoopContext, name: string, by: string): Promise<void> {
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
