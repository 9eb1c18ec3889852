import { sql } from "kysely";
import type { Database } from "../engine.ts";
import type { TaskContext, TaskFilter } from "../store.ts";

/**
 * The first task in a context after the one given, in the order of their names, of those that have a history. Served by the index
 * `history_by_context`, of which one row is read: a list of all that are different would read all of history.
 */
export function taskContextAfter(
  db: Database,
  { task_type, task_name }: TaskFilter,
  last: TaskContext | undefined,
): Promise<TaskContext | undefined> {
  return db
    .selectFrom("history")
    .select(["task_type", "task_name", "context"])
    .$if(task_type !== undefined, (query) => query.where("task_type", "=", task_type!)) // just checked
    .$if(task_name !== undefined, (query) => query.where("task_name", "=", task_name!)) // as above
    .$if(last !== undefined, (query) => query.where(isAfter(last!))) // as above
    .orderBy("task_type")
    .orderBy("task_name")
    .orderBy("context")
    .limit(1)
    .executeTakeFirst();
}

function isAfter({ task_type, task_name, context }: TaskContext) {
  return sql<boolean>`(task_type, task_name, context) > (${task_type}, ${task_name}, ${context})`;
}
