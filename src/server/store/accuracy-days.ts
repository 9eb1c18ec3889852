import { sql } from "kysely";
import type { Database, Engine } from "./engine.ts";
import type { AccuracyDay, StoreReader, StoreTransaction, TaskDay } from "./store.ts";

type Reader = Pick<StoreReader, "accuracyDays">;
type Writer = Pick<StoreTransaction, "changeAccuracyDay" | "trimAccuracyDays">;

/** What can be asked about how good estimates were. */
export function accuracyReader(db: Database): Reader {
  return { accuracyDays: (filter, limit, after) => accuracyDays(db, filter, limit, after) };
}

/** What a transaction can do to it. */
export function accuracyWriter(db: Database, engine: Engine): Writer {
  return {
    changeAccuracyDay: (day, change) => changeAccuracyDay(db, engine, day, change),
    trimAccuracyDays: async (before) => {
      // served by the index `accuracy_days_by_day`
      await db.deleteFrom("accuracy_days").where("day", "<", before).execute();
    },
  };
}

/** Served by the index `accuracy_days_by_day`, or by the primary key when a task is named. */
function accuracyDays(
  db: Database,
  { since, task_type, task_name }: Parameters<Reader["accuracyDays"]>[0],
  limit: number,
  after: TaskDay | undefined,
): Promise<AccuracyDay[]> {
  return db
    .selectFrom("accuracy_days")
    .select(["day", "task_type", "task_name", "tally"])
    .where("day", ">=", since)
    .$if(task_type !== undefined, (query) => query.where("task_type", "=", task_type!)) // just checked
    .$if(task_name !== undefined, (query) => query.where("task_name", "=", task_name!)) // as above
    .$if(after !== undefined, (query) => {
      const { day, task_type: type, task_name: name } = after!; // as above
      return query.where(sql<boolean>`(day, task_type, task_name) < (${day}, ${type}, ${name})`);
    })
    .orderBy("day", "desc")
    .orderBy("task_type", "desc")
    .orderBy("task_name", "desc")
    .limit(limit)
    .execute();
}

/**
 * Replaces the tally of a day by what is made of it. Nobody else changes it until the transaction ends: on PostgreSQL the row
 * is locked, and made first where there is none, so that of two first runs of a day none is forgotten. Served by the
 * primary key.
 */
async function changeAccuracyDay(
  db: Database,
  engine: Engine,
  day: TaskDay,
  change: (tally: unknown) => unknown,
): Promise<void> {
  let found = await lockedTally(db, engine, day);
  if (found === undefined) {
    await db
      .insertInto("accuracy_days")
      .values({ ...day, tally: "null" })
      .onConflict((conflict) => conflict.columns(["task_type", "task_name", "day"]).doNothing())
      .execute();
    found = await lockedTally(db, engine, day);
  }
  await db
    .updateTable("accuracy_days")
    .set({ tally: JSON.stringify(change(found?.tally ?? null)) })
    .where("task_type", "=", day.task_type)
    .where("task_name", "=", day.task_name)
    .where("day", "=", day.day)
    .execute();
}

function lockedTally(db: Database, engine: Engine, { day, task_type, task_name }: TaskDay) {
  const query = db
    .selectFrom("accuracy_days")
    .select("tally")
    .where("task_type", "=", task_type)
    .where("task_name", "=", task_name)
    .where("day", "=", day);
  return engine.forUpdate(query).executeTakeFirst();
}
