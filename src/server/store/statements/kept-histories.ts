import { sql } from "kysely";
import type { HistoryKey } from "../../../domain/task.ts";
import type { Database } from "../engine.ts";
import type { KeptHistory } from "../kept-history-store.ts";

const KEY = ["task_type", "task_name", "subject", "context"] as const satisfies readonly (keyof HistoryKey)[];

/**
 * How much history the keys after the one given have, in the order of the key; at most `limit` of them. Served by
 * `history_by_key` alone, which has all that is asked for: it reads the entries of those keys and no others.
 */
export function keptHistories(db: Database, after: HistoryKey | undefined, limit: number): Promise<KeptHistory[]> {
  return db
    .selectFrom("history")
    .select([...KEY, (eb) => eb.fn.countAll<number>().as("runs"), (eb) => eb.fn.min("completed_at").as("oldest_at")])
    .$if(after !== undefined, (query) => query.where(isAfter(after!))) // as just checked
    .groupBy(KEY)
    .orderBy("task_type")
    .orderBy("task_name")
    .orderBy("subject")
    .orderBy("context")
    .limit(limit)
    .execute();
}

function isAfter({ task_type, task_name, subject, context }: HistoryKey) {
  return sql<boolean>`(task_type, task_name, subject, context) > (${task_type}, ${task_name}, ${subject}, ${context})`;
}
