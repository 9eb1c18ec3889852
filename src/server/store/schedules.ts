import type { Timestamp } from "../../domain/clock.ts";
import type { Firing, Schedule } from "../../domain/schedule.ts";
import type { Database, Engine } from "./engine.ts";
import type { AutomationReader, AutomationWriter, NewSchedule } from "./automation-store.ts";

type Reader = Pick<AutomationReader, "schedules" | "schedule" | "firings" | "dueSchedules">;
type Writer = Pick<
  AutomationWriter,
  "putSchedule" | "updateSchedule" | "deleteSchedule" | "lockSchedule" | "insertFiring" | "trimFirings"
>;

const COLUMNS = [
  "name",
  "cron",
  "time_zone",
  "missed",
  "submission",
  "is_paused",
  "next_at",
  "created_by",
  "created_at",
  "last_firing",
] as const satisfies readonly (keyof Schedule)[];
const FIRING_COLUMNS = [
  "due_at",
  "fired_at",
  "kind",
  "work_request_ids",
  "errors",
  "skipped_count",
  "asked_by",
] as const satisfies readonly (keyof Firing)[];

/** What can be asked about schedules. There are few: all are read at once. */
export function scheduleReader(db: Database): Reader {
  return {
    schedules: () => db.selectFrom("schedules").select(COLUMNS).orderBy("name").execute(),
    schedule: (name) => db.selectFrom("schedules").select(COLUMNS).where("name", "=", name).executeTakeFirst(),
    // Served by the partial index `schedules_due`.
    dueSchedules: (now, limit) =>
      db
        .selectFrom("schedules")
        .select(COLUMNS)
        .where("next_at", "is not", null)
        .where("next_at", "<=", now)
        .orderBy("next_at")
        .limit(limit)
        .execute(),
    // Served by the primary key.
    firings: (name, limit) =>
      db
        .selectFrom("firings")
        .select(FIRING_COLUMNS)
        .where("schedule_name", "=", name)
        .orderBy("due_at", "desc")
        .limit(limit)
        .execute(),
  };
}

/** What a transaction can do to schedules. */
export function scheduleWriter(db: Database, engine: Engine): Writer {
  return {
    putSchedule: (schedule) => put(db, engine, schedule),
    updateSchedule: async (name, patch) => {
      await db.updateTable("schedules").set(patch).where("name", "=", name).execute();
    },
    deleteSchedule: async (name) => {
      const result = await db.deleteFrom("schedules").where("name", "=", name).executeTakeFirst();
      return result.numDeletedRows === 1n;
    },
    lockSchedule: (name) =>
      engine.forUpdate(db.selectFrom("schedules").select(COLUMNS).where("name", "=", name)).executeTakeFirst(),
    // The primary key lets a due time be dealt with once only.
    insertFiring: async (schedule_name, firing) => {
      const result = await db
        .insertInto("firings")
        .values({ ...firing, schedule_name })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return result.numInsertedOrUpdatedRows === 1n;
    },
    trimFirings: (name, keep) => trim(db, name, keep),
  };
}

async function put(db: Database, engine: Engine, schedule: NewSchedule): Promise<Schedule> {
  const { name, ...changing } = schedule;
  return db
    .insertInto("schedules")
    .values({ ...changing, name, created_at: engine.now, last_firing: null })
    .onConflict((conflict) => conflict.column("name").doUpdateSet(changing))
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}

/** Deletes all but the newest so many. Served by the primary key. */
async function trim(db: Database, name: string, keep: number): Promise<void> {
  const oldest = await db
    .selectFrom("firings")
    .select("due_at")
    .where("schedule_name", "=", name)
    .orderBy("due_at", "desc")
    .offset(keep)
    .limit(1)
    .executeTakeFirst();
  if (oldest === undefined) return;
  const { due_at }: { due_at: Timestamp } = oldest;
  await db.deleteFrom("firings").where("schedule_name", "=", name).where("due_at", "<=", due_at).execute();
}
