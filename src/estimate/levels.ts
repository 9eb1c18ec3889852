import type { EstimateLevel } from "../domain/allocation.ts";
import type { HistoryKey, TaskType } from "../domain/task.ts";

/** Under what a state is kept: the parts of the key that the level shares; the others are empty strings. */
export type LevelKey = {
  level: EstimateLevel;
  task_type: TaskType | "";
  task_name: string;
  subject: string;
  context: string;
};

/**
 * The states that a run of the key changes and an estimate of the key reads, finest first: at most five, at
 * least two. A part that the key leaves empty makes no level of its own: without a subject and a context the
 * finest level is `task`. The level `default` is one state for everything: how what was asked for was used.
 */
export function levelKeysOf(key: HistoryKey): LevelKey[] {
  const { task_type, task_name, subject, context } = key;
  const keys: LevelKey[] = [];
  if (subject !== "" && context !== "") keys.push({ level: "key", task_type, task_name, subject, context });
  if (subject !== "") keys.push({ level: "subject", task_type, task_name, subject, context: "" });
  if (context !== "") keys.push({ level: "context", task_type, task_name, subject: "", context });
  keys.push({ level: "task", task_type, task_name, subject: "", context: "" });
  keys.push({ level: "default", task_type: "", task_name: "", subject: "", context: "" });
  return keys;
}

/** The four parts as one text: names a state in a map. */
export function levelName({ task_type, task_name, subject, context }: LevelKey): string {
  return JSON.stringify([task_type, task_name, subject, context]);
}
