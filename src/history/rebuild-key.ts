import type { HistoryKey } from "../domain/task.ts";

/*
 * Notes about the estimator's states, kept among them so that one look finds both. Their keys begin with a word that is
 * no type of task.
 */

/** The kinds of notes, as they stand in place of a task's type. */
export type StateNote = "rebuild" | "version";

/** Where it is noted that a task's states do not know its history, or not all of it. */
export function rebuildKeyOf({ task_type, task_name }: Pick<HistoryKey, "task_type" | "task_name">): string {
  return JSON.stringify(["rebuild" satisfies StateNote, task_type, task_name]);
}

/** The place in a task's history, by end and number, up to which its states know it; null: they are to be made anew. */
export type RebuildNote = { after: { completed_at: string; id: number } | null };

/** Where it is noted of which version all states are. */
export const VERSION_KEY = JSON.stringify(["version" satisfies StateNote]);
