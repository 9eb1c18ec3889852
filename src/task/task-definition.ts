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
  /** Why it needs no run, in words: it ends at once, as `skipped`. */
  skip?: string;
};

/** What is known of a run when its task decides what the worker does. */
export type RunFacts = {
  run_id: string;
  work_request_id: number;
  task_name: string;
  subject: string;
  context: string;
  /** Bytes that the run may use. */
  memory: number;
  /** Bytes that the run may use. */
  disk_space: number;
  /** Whole cores that the run may use, at least 1. */
  cpu_count: number;
  /** Seconds until the run is ended. */
  duration: number;
};

/** A kind of work in the form that all tasks have inside, built-in or configured. */
export type TaskDefinition<Data = unknown> = {
  task_type: TaskType;
  task_name: string;
  /** The schema of `task_data`. What it refuses is refused at submission. */
  data: z.ZodType<Data>;
  /** Works out the history key, size and needs when the request becomes pending. May throw. */
  dynamicData?: (data: Data) => DynamicData | Promise<DynamicData>;
  /** For `worker` tasks: what the worker has to do. `raw`: the data as it was submitted. May throw. */
  execution?: (data: Data, run: RunFacts, raw: Record<string, unknown>) => Execution | Promise<Execution>;
};

/** Checks a task's definition by its type; gives it back as one of any data, for the registry. */
export function anyTask<Data>(definition: TaskDefinition<Data>): TaskDefinition {
  return definition as TaskDefinition; // only data that its own schema has parsed is ever passed to it
}
