import type { Timestamp } from "../../domain/clock.ts";
import type { Hook, HookCall } from "../../domain/hook.ts";
import type { Firing, Schedule } from "../../domain/schedule.ts";

/* The part of `store.ts` that knows what submits work by itself: schedules, and hooks that others call. */

/** A schedule before it is kept. */
export type NewSchedule = Omit<Schedule, "created_at" | "last_firing">;
type SchedulePatch = Partial<Pick<Schedule, "is_paused" | "next_at" | "last_firing">>;

type NewHook = Omit<Hook, "created_at" | "last_call"> & { secret: string };

/** Reading it. */
export type AutomationReader = {
  /** All schedules, by name. */
  schedules(): Promise<Schedule[]>;
  schedule(name: string): Promise<Schedule | undefined>;
  /** Schedules whose next due time has come, longest due first; at most `limit`. */
  dueSchedules(now: Timestamp, limit: number): Promise<Schedule[]>;
  /** What became of the newest times that a schedule was due, or asked for, newest first. */
  firings(name: string, limit: number): Promise<Firing[]>;

  /** All hooks, by name. */
  hooks(): Promise<Hook[]>;
  hook(name: string): Promise<Hook | undefined>;
  hookSecret(name: string): Promise<string | undefined>;
  /** What became of the newest calls of a hook, newest first. */
  hookCalls(name: string, limit: number): Promise<HookCall[]>;
  /** What became of the call of this key. */
  hookCall(name: string, key: string): Promise<HookCall | undefined>;
};

/** Changing it. */
export type AutomationWriter = {
  /** Makes a schedule, or changes the one of that name. */
  putSchedule(schedule: NewSchedule): Promise<Schedule>;
  updateSchedule(name: string, patch: SchedulePatch): Promise<void>;
  deleteSchedule(name: string): Promise<boolean>;
  /** As `schedule`, and nobody else changes it until the transaction ends. */
  lockSchedule(name: string): Promise<Schedule | undefined>;
  /** False when the due time was dealt with before; then nothing has changed. */
  insertFiring(name: string, firing: Firing): Promise<boolean>;
  /** Forgets all but the newest so many firings of a schedule. */
  trimFirings(name: string, keep: number): Promise<void>;

  /** Makes a hook, or changes the one of that name. */
  putHook(hook: NewHook): Promise<Hook>;
  deleteHook(name: string): Promise<boolean>;
  /** Writes down a call of a hook; false when the same call came before, and then nothing has changed. */
  insertHookCall(name: string, key: string, call: HookCall): Promise<boolean>;
  /** Forgets all but the newest so many calls of a hook. */
  trimHookCalls(name: string, keep: number): Promise<void>;
};
