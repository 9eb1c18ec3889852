import type { NotTaken } from "./not-taken.ts";
import type { Slowness, TaskSlowness } from "./slowness.ts";
import type { WorkerStanding, WorkerWeek } from "./worker.ts";

/** What is known of one worker beside what it is and runs. */
export type AboutWorker = Pick<WorkerStanding, "errors_in_day"> & {
  /** How slow it is, as the choice of worker goes by it; null: not known yet. */
  slowness: Slowness | null;
  /** The same by the runs of each task alone, what has most runs first. */
  task_slowness: readonly TaskSlowness[];
  week: WorkerWeek;
  not_taken: NotTaken;
};
