import { Cron } from "croner";
import { epochMs, timestamp, type Timestamp } from "../domain/clock.ts";
import type { MissedPolicy, Schedule } from "../domain/schedule.ts";

/** What a schedule that missed many due times makes up for at most. */
export const MOST_MADE_UP = 100;

/** A due time that is looked at so late was not missed. */
const ON_TIME_MS = 60_000;

/** What is to be done at a moment. */
export type DueNow = {
  /** Due times for which work is submitted, oldest first. */
  fire: Timestamp[];
  /** The newest due time that is passed over; undefined when there is none. */
  skipped: Timestamp | undefined;
  /** How many due times are passed over; of more than a hundred, a hundred. */
  skipped_count: number;
  /** The next due time after now; undefined: never. */
  next: Timestamp | undefined;
};

/** Why a cron expression or a time zone cannot be used, as what was expected of each; empty when both can. */
export function whatIsWrong(cron: string, time_zone: string): { field: "cron" | "time_zone"; expected: string }[] {
  const isZone = isTimeZone(time_zone);
  const expected = expectedOfCron(cron, isZone ? time_zone : "UTC");
  return [
    ...(expected === undefined ? [] : [{ field: "cron" as const, expected }]),
    ...(isZone ? [] : [{ field: "time_zone" as const, expected: "a time zone such as Europe/Berlin or UTC" }]),
  ];
}

const CRON_FIELDS = 5;
const CRON_EXPECTED =
  'five fields (minute hour day month weekday), such as "30 6 * * 1-5" for half past six on workdays, or @daily and the like';

function expectedOfCron(cron: string, time_zone: string): string | undefined {
  const count = cron.split(/\s+/).filter((field) => field !== "").length;
  if (!cron.trim().startsWith("@") && count !== CRON_FIELDS) {
    return `${CRON_EXPECTED}; it has ${count === 1 ? "1 field" : `${count} fields`}`;
  }
  try {
    const next = open(cron, time_zone).nextRun(new Date(0));
    return next === null ? "a cron expression that is due some day; there is no such date" : undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
    return `${CRON_EXPECTED}; ${reason}`;
  }
}

/** The first due time after a moment; undefined when there is none. */
export function nextDue(
  { cron, time_zone }: Pick<Schedule, "cron" | "time_zone">,
  after: Timestamp,
): Timestamp | undefined {
  const next = open(cron, time_zone).nextRun(new Date(epochMs(after)));
  return next === null ? undefined : timestamp(next.getTime());
}

/** The first so many due times after a moment, oldest first; fewer when it is not due so often any more. */
export function nextTimes(
  { cron, time_zone }: Pick<Schedule, "cron" | "time_zone">,
  after: Timestamp,
  count: number,
): Timestamp[] {
  return open(cron, time_zone)
    .nextRuns(count, new Date(epochMs(after)))
    .map((time) => timestamp(time.getTime()));
}

/**
 * What is to be done now by a schedule whose next due time has come. A time that does not exist on the day that clocks are set
 * forward is due when they have been; one that exists twice is due the first time only, unless the hour is any (`*`).
 */
export function dueNow(
  schedule: Pick<Schedule, "cron" | "time_zone" | "missed"> & { next_at: Timestamp },
  now: Timestamp,
): DueNow {
  const due = dueTimes(schedule, now);
  const fire = madeUp(schedule.missed, due, now);
  const passed = due.filter((time) => !fire.includes(time));
  return { fire, skipped: passed.at(-1), skipped_count: passed.length, next: nextDue(schedule, now) };
}

/** From the next due time to now, oldest first; the newest hundred of them and one. */
function dueTimes(
  { cron, time_zone, next_at }: Pick<Schedule, "cron" | "time_zone"> & { next_at: Timestamp },
  now: Timestamp,
): Timestamp[] {
  // one that is due at this very moment counts
  const until = new Date(epochMs(now) + 1);
  const earlier = open(cron, time_zone).previousRuns(MOST_MADE_UP + 1, until);
  const times = earlier.map((time) => timestamp(time.getTime())).filter((time) => time >= next_at && time <= now);
  return [...new Set(times)].sort();
}

function madeUp(missed: MissedPolicy, due: readonly Timestamp[], now: Timestamp): Timestamp[] {
  if (missed === "all") return due.slice(-MOST_MADE_UP);
  const newest = due.slice(-1);
  if (missed === "once") return newest;
  return newest.filter((time) => epochMs(now) - epochMs(time) <= ON_TIME_MS);
}

function open(cron: string, time_zone: string): Cron {
  // minutes are the finest that a schedule is looked at
  return new Cron(cron, { timezone: time_zone, mode: "5-part", paused: true });
}

function isTimeZone(time_zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: time_zone }));
  } catch {
    return false; // it throws for a name that it does not know
  }
}
