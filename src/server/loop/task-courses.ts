import type { HistoryEntry } from "../../domain/history.ts";
import type { TaskCourse } from "../../domain/task-course.ts";
import { courseOf } from "../../history/task-course.ts";
import type { StoreReader, TaskContext, TaskFilter } from "../store/store.ts";

/** What one answer looks at: so many tasks with a context, the newest runs of each, and open findings. */
const MOST_CONTEXTS = 300;
const RUNS_OF_EACH = 30;
const MOST_FINDINGS = 1000;
/** Whoever else asks the database in the meantime does not wait for all of them. */
const AT_ONCE = 20;

/** How tasks go, by their names; `is_cut`: there are more with a context than one answer looks at. */
export type TaskCourses = {
  /** With the runs that each stands on, oldest first. */
  courses: { course: TaskCourse; entries: readonly HistoryEntry[] }[];
  is_cut: boolean;
};

/** How every task goes in each of its contexts, or one task. Reads the newest runs of each by an index, and no others. */
export async function taskCourses(read: StoreReader, of: TaskFilter, nowMs: number): Promise<TaskCourses> {
  const [contexts, open] = await Promise.all([contextsOf(read, of), openFindings(read, of)]);
  const looked = contexts.slice(0, MOST_CONTEXTS);
  const courses: TaskCourses["courses"] = [];
  for (let at = 0; at < looked.length; at += AT_ONCE) {
    const some = looked.slice(at, at + AT_ONCE);
    const lines = await Promise.all(some.map((one) => lineOf(read, one, open.get(nameOf(one)) ?? 0, nowMs)));
    courses.push(...lines.flat());
  }
  return { courses, is_cut: contexts.length > looked.length };
}

/** Nothing where its history was trimmed away in between. */
async function lineOf(
  read: StoreReader,
  context: TaskContext,
  open_findings: number,
  nowMs: number,
): Promise<TaskCourses["courses"]> {
  const page = await read.history(context, { limit: RUNS_OF_EACH });
  const entries = page.items.toReversed();
  const figures = courseOf(entries, { isCut: page.next_cursor !== null, nowMs });
  return figures === undefined ? [] : [{ course: { ...context, ...figures, open_findings }, entries }];
}

/** One more than are looked at, where there are. */
async function contextsOf(read: StoreReader, of: TaskFilter): Promise<TaskContext[]> {
  const found: TaskContext[] = [];
  // ends: behind the last one, or with as many as are wanted
  while (found.length <= MOST_CONTEXTS) {
    const next = await read.taskContextAfter(of, found.at(-1));
    if (next === undefined) break;
    found.push(next);
  }
  return found;
}

/** How many are open of each; what is wrong with the whole farm is no task's. */
async function openFindings(read: StoreReader, { task_name }: TaskFilter) {
  const { items } = await read.findings({ state: "open", task_name }, { limit: MOST_FINDINGS });
  const counts = new Map<string, number>();
  for (const finding of items) {
    if (finding.kind === "farm") continue;
    const name = nameOf(finding);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function nameOf({ task_type, task_name, context }: TaskContext): string {
  return JSON.stringify([task_type, task_name, context]);
}
