import { sql } from "kysely";
import type { Timestamp } from "../../../domain/clock.ts";
import type { HistoryKey } from "../../../domain/task.ts";
import type { Database } from "../engine.ts";
import type { ChangedRun } from "../task-course-store.ts";
import { lastEntryQuery } from "./last-entry.ts";

/** Bounds what one call deletes, and so how long it holds up others. */
export const TRIM_LIMIT = 1000;

/**
 * Deletes of one key what is neither the last success, nor the last failure, nor among the newest `keep`, or is
 * of before `oldest`; at most `TRIM_LIMIT` entries, the oldest first in line next time. Served by `history_by_key`: it reads
 * `keep` index entries and what it deletes. Gives what it deleted.
 *
 * Rejected: `row_number() over (partition by …)`, which reads the key's whole history every time.
 */
export async function trimHistory(
  db: Database,
  key: HistoryKey,
  keep: number,
  oldest: Timestamp | undefined,
): Promise<ChangedRun[]> {
  const protectedIds = (["success", "failure"] as const).map((which) =>
    db.selectFrom(lastEntryQuery(db, which, key).as("last")).select("last.id"),
  );
  const deleted: ChangedRun[] = [];
  for (const doomed of [beyondNewest(db, key, keep), ...(oldest === undefined ? [] : [olderThan(db, key, oldest)])]) {
    const rows = await db
      .deleteFrom("history")
      .where("id", "in", doomed)
      .where("id", "not in", protectedIds[0]!) // two were just made
      .where("id", "not in", protectedIds[1]!)
      .returning(["task_type", "task_name", "context", "completed_at"])
      .execute();
    deleted.push(...rows);
  }
  return deleted;
}

function beyondNewest(db: Database, key: HistoryKey, keep: number) {
  return ofKey(db, key).orderBy("completed_at", "desc").orderBy("id", "desc").limit(TRIM_LIMIT).offset(keep);
}

function olderThan(db: Database, key: HistoryKey, oldest: Timestamp) {
  return ofKey(db, key).where("completed_at", "<", oldest).orderBy("completed_at").orderBy("id").limit(TRIM_LIMIT);
}

function ofKey(db: Database, key: HistoryKey) {
  return db
    .selectFrom("history")
    .select("id")
    .where(
      sql<boolean>`task_type = ${key.task_type} and task_name = ${key.task_name}
        and subject = ${key.subject} and context = ${key.context}`,
    );
}
