/** What kind of executor a task needs. */
export const TASK_TYPES = ["worker", "server", "workflow", "wait", "internal"] as const;

/**
 * - `worker`: runs on a worker;
 * - `server`: a function run inside the server;
 * - `workflow`: a graph of requests;
 * - `wait`: a delay, or a person's confirmation;
 * - `internal`: a synchronisation point, completed as soon as it is unblocked.
 */
export type TaskType = (typeof TASK_TYPES)[number];

/** The key under which history is kept. `subject` and `context` are empty strings where none was given. */
export type HistoryKey = {
  /** What kind of executor the task needs. */
  task_type: TaskType;
  /** Which task. */
  task_name: string;
  /** What it is applied to, as far as it should behave alike; empty: nothing was said. */
  subject: string;
  /** The circumstances that change how it behaves; empty: nothing was said. */
  context: string;
};
