import type { z } from "zod";
import type { Requirements } from "../domain/allocation.ts";
import type { TaskType } from "../domain/task.ts";
import type { Execution } from "./execution.ts";

/** What a task says of one request when it becomes pending. Fields that are absent keep what the request has. */
export type DynamicData = {
  subject?: string;
  context?: string;
  /** The parameters in a few words, for lists. */
  parameter_summary?: string;
  /** Size of the input in bytes, where it tells how much will be needed. */
  input_size?: number;
  /** Tags that the worker must have, beside those of the request. */
  tags?: string[];
  /** What this request needs, as far as the task knows; source `task`. */
  requirements?: Requirements;
};

/** A kind of work: the schema of its data and how it runs. */
export type TaskDefinition<Data = unknown> = {
  task_type: TaskType;
  task_name: string;
  /** The schema of `task_data`. What it refuses is refused at submission. */
  data: z.ZodType<Data>;
  /** Works out the history key, size and needs when the request becomes pending. Must be quick and may throw. */
  dynamicData?: (data: Data) => DynamicData | Promise<DynamicData>;
  /** For `worker` tasks: what the worker has to do. */
  execution?: (data: Data) => Execution;
};

/** Checks a task's definition by its type; gives it back as one of any data, for the registry. */
export function defineTask<Data>(definition: TaskDefinition<Data>): TaskDefinition {
  return definition as TaskDefinition; // only data that its own schema has parsed is ever passed to it
}
