import type { Advice } from "../../domain/advice.ts";
import { timestamp } from "../../domain/clock.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { advise } from "../../estimate/advise.ts";
import { mayRun } from "../../schedule/fit.ts";
import type { StoreReader } from "../store/store.ts";
import { accuracyReport } from "./accuracy.ts";

type TaskKey = Pick<HistoryKey, "task_type" | "task_name">;

const DAY_MS = 86_400_000;

/** Advice stands on so many of a task's newest runs, within so many days. */
const ENTRIES = 500;
const DAYS = 30;

/** Without a task: of so many tasks that wasted most memory. */
const TASKS = 20;

/** What people should ask for instead, most saved first; of one task, or of those that waste most. */
export async function adviceFor(reader: StoreReader, task: TaskKey | undefined, nowMs: number): Promise<Advice[]> {
  const tasks = task === undefined ? await wastefulTasks(reader, nowMs) : [task];
  const workers = await reader.workers();
  const advice: Advice[] = [];
  for (const each of tasks) {
    const since = timestamp(nowMs - DAYS * DAY_MS);
    const { items } = await reader.history(each, { limit: ENTRIES, since });
    const able = workers.filter((worker) => mayRun(worker.tasks, each.task_name));
    advice.push(...advise({ entries: items, nowMs, capacities: able.map(({ capacity }) => capacity) }));
  }
  return advice.sort((a, b) => b.saved_a_week - a.saved_a_week);
}

async function wastefulTasks(reader: StoreReader, nowMs: number): Promise<TaskKey[]> {
  const { tasks } = await accuracyReport(reader, { by: "week" }, nowMs);
  return tasks.slice(0, TASKS).map(({ task_type, task_name }) => ({ task_type, task_name }));
}
