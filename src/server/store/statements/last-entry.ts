import { sql } from "kysely";
import type { HistoryKey } from "../../../domain/task.ts";
import type { Database } from "../engine.ts";
import { HISTORY_COLUMNS } from "../tables.ts";

export type Which = "entry" | "success" | "failure";

/**
 * The newest entry of a key, of any result or of those that count as success or failure. Served by
 * `history_by_key` and the partial indexes `history_last_success` and `history_last_failure`, whose conditions
 * stand as literals; each reads one row, however long the history.
 */
export function lastEntryQuery(db: Database, which: Which, key: HistoryKey) {
  return db
    .selectFrom("history")
    .select(HISTORY_COLUMNS)
    .where("task_type", "=", key.task_type)
    .where("task_name", "=", key.task_name)
    .where("subject", "=", key.subject)
    .where("context", "=", key.context)
    .$if(which === "success", (query) => query.where(sql<boolean>`result = 'success'`))
    .$if(which === "failure", (query) => query.where(sql<boolean>`result in ('failure', 'error')`))
    .orderBy("completed_at", "desc")
    .orderBy("id", "desc")
    .limit(1);
}
