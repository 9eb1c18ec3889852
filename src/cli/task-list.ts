import type { TaskCourse } from "../domain/task-course.ts";
import { inTaskOrder, type TaskOrder } from "../history/task-order.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Session } from "./session.ts";
import { renderTasks, type TaskFigure } from "./terminal/task-view.ts";

/** How tasks are listed. */
export type TaskList = {
  sort: TaskOrder;
  /** Which of them; absent: all. */
  isListed?: (course: TaskCourse) => boolean;
  /** What a person is shown of them without `--wide`; absent: everything. */
  figures?: readonly TaskFigure[];
  /** What is said when there is none of these, though others have run. */
  none?: string;
};

/** Prints how tasks go: what the page of tasks shows, in one of its orders. */
export async function printTasks(session: Session, list: TaskList, task_name: string | undefined): Promise<ExitCode> {
  const { sort, isListed = () => true, figures, none = "" } = list;
  const query = { ...(task_name !== undefined && { task_name }) };
  const answer = await session.client.call("listTasks", { query });
  const listed = inTaskOrder(answer.tasks.filter(isListed), sort, (course) => course);
  if (session.wantsJson) session.json({ ...answer, tasks: listed }, listed);
  else session.print(renderTasks(listed, session.surface, session.tableOptions, figures));
  if (answer.tasks.length === 0)
    sayUnlessJson(session, task_name === undefined ? "no task has run yet" : "no such task has run");
  else if (listed.length === 0) sayUnlessJson(session, none);
  if (answer.is_cut) session.say("there are more than one answer looks at: ask for one task");
  return EXIT.success;
}

function sayUnlessJson(session: Session, text: string): void {
  if (!session.wantsJson) session.say(text);
}
