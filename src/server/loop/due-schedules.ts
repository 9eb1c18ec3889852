import { submissionSchema, type Submission } from "../../contract/submission.ts";
import type { Timestamp } from "../../domain/clock.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { Firing, Schedule } from "../../domain/schedule.ts";
import { dueNow } from "../../timetable/due-times.ts";
import type { StoreTransaction } from "../store/store.ts";
import { attempt } from "./attempt.ts";
import type { LoopContext } from "./context.ts";
import { pause } from "./pause.ts";
import { refusalOf, submit } from "./submit.ts";

/** How often the leading server looks for due times: they are of whole minutes. */
const LOOK_MS = 1_000;
/** How many schedules one look takes. */
const BATCH = 50;
/** How many firings of one are remembered. */
export const FIRINGS_KEPT = 200;

type DueSchedule = Schedule & { next_at: Timestamp };

/** Submits what is due, until the signal is given. Only the leading server calls it; were there two, nothing would be twice. */
export async function keepSchedules(context: LoopContext, signal: AbortSignal): Promise<void> {
  // ends: when the signal is given
  while (!signal.aborted) {
    await attempt(context.log, "schedules", () => fireDue(context));
    await pause(LOOK_MS, signal);
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

/** What became of a due time, before anything came of it. */
export function firingOf(due_at: Timestamp, fired_at: Timestamp, kind: Firing["kind"], skipped_count: number): Firing {
  return { due_at, fired_at, kind, work_request_ids: [], errors: [], skipped_count, asked_by: null };
}

/** What a schedule submits. */
export function submissionOf({ submission }: Schedule): Submission {
  return submissionSchema.parse(submission); // it was checked when the schedule was made
}
