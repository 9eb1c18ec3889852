import type { TaskCourse } from "../domain/task-course.ts";
import type { TaskOrder } from "../domain/task-order.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { readPages } from "./read-pages.ts";
import type { Session } from "./session.ts";
import { renderTasks, type TaskFigure } from "./terminal/task-view.ts";

/** How tasks are listed. */
export type TaskList = {
  sort: TaskOrder;
  /** At most so many. */
  limit: number;
  /** Which of them: those that stand first in this order; absent: all. */
  isListed?: (course: TaskCourse) => boolean;
  /** What a person is shown of them without `--wide`; absent: everything. */
  figures?: readonly TaskFigure[];
  /** What is said when there is none of these, though others have run. */
  none?: string;
};

/** Prints how tasks go: what the page of tasks shows, in one of its orders. */
export async function printTasks(session: Session, list: TaskList, task_name: string | undefined): Promise<ExitCode> {
  const { sort, limit, isListed = () => true, figures, none = "" } = list;
  const query = { sort, ...(task_name !== undefined && { task_name }) };
  const found = await readPages<TaskCourse>(limit + 1, (page) =>
    session.client.call("listTasks", { query: { ...query, ...page } }),
  );
  // in this order, those that are not listed come after those that are
  const all = found.filter(isListed);
  const listed = all.slice(0, limit);
  if (session.wantsJson) session.json({ tasks: listed }, listed);
  else session.print(renderTasks(listed, session.surface, session.tableOptions, figures));
  if (found.length === 0)
    sayUnlessJson(session, task_name === undefined ? "no task has run yet" : "no such task has run"); // prettier-ignore
  else if (all.length === 0) sayUnlessJson(session, none);
  else if (all.length > limit) session.say("there are more: --limit");
  return EXIT.success;
}

function sayUnlessJson(session: Session, text: string): void {
  if (!session.wantsJson) session.say(text);
}
