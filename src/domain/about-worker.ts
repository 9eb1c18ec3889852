import type { NotTaken } from "./not-taken.ts";
import type { TaskSlowness } from "./slowness.ts";
import type { WorkerStanding, WorkerWeek } from "./worker.ts";

/** What is known of one worker beside what it is and runs. */
export type AboutWorker = Pick<WorkerStanding, "slowness" | "errors_in_day"> & {
  /** How long work takes there by the runs of each task alone, what has most runs first. */
  task_slowness: TaskSlowness[];
  week: WorkerWeek;
  not_taken: NotTaken;
};
