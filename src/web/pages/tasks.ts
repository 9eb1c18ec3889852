import type { VNode } from "preact";
import { orderOf } from "../../domain/figure-order.ts";
import { COURSE_RUNS, type TaskCourse, type TaskTotals } from "../../domain/task-course.ts";
import { growthText, perDayText } from "../../domain/task-course-text.ts";
import { formatBytes, formatDuration, formatShare, wholeNumber } from "../../domain/units.ts";
import { passedTimes, runningMedians } from "../../history/task-course.ts";
import type { TaskOrder, TaskSort } from "../../domain/task-order.ts";
import { sparkline } from "../charts/sparkline.ts";
import { smallStrip } from "../charts/strip.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { choices } from "../parts/choices.ts";
import { gibHours } from "../parts/held-hours.ts";
import { commandLine, guideLink, historyAddress, keepLink, queryText, quoted } from "../parts/links.ts";
import { pager } from "../parts/pager.ts";
import { sortedHead } from "../parts/sorted-head.ts";
import { table, type Cell, type Row } from "../parts/table.ts";

/** Which tasks are asked for, in which order, and from where on; the names are those of the address. */
export type TasksQuery = { task_name?: string | undefined; sort: TaskSort; cursor?: string | undefined };

/** What the page of tasks shows: a part of them, and what all of them come to. */
export type TasksData = {
  query: TasksQuery;
  courses: readonly TaskCourse[];
  next_cursor: string | null;
  totals: TaskTotals;
};

/** A median of fewer follows single runs. */
const MEDIAN_OF = 5;

/** Every task in each of its contexts: what fails, what slows down, what is reserved in vain. */
export function tasksPage(frame: Frame, data: TasksData): string {
  const { query, totals } = data;
  const { task_name, sort } = query;
  const fields = { task_name, sort: sort === USUAL_SORT ? undefined : sort };
  return renderPage(
    frame,
    { title: task_name === undefined ? "Tasks" : `Task ${task_name}`, place: "tasks" },
    e("p", { class: "lead" }, sentence(data)),
    ...(totals.contexts === 0 ? [emptyText(frame.root, query)] : list(frame.root, data)),
    e(
      "p",
      {},
      e("a", { href: `${frame.root}waste` }, "What was reserved and not used"),
      " · ",
      e("a", { href: `${frame.root}accuracy` }, "Can the estimates be believed?"),
    ),
    e("h2", {}, "The same elsewhere"),
    commandLine(`tasks${task_name === undefined ? "" : ` ${quoted(task_name)}`} --sort ${orderOf(sort).order}`),
    e(
      "p",
      {},
      e("a", { href: `${frame.root}api/v1/tasks${queryText({ task_name, sort })}` }, "As JSON"),
      ...keepLink(frame, `t${queryText(fields)}`),
    ),
  );
}

/** The order of the page that is asked for without one. */
export const USUAL_SORT: TaskSort = "wasted";

function sentence({ query, totals }: TasksData): string {
  const { tasks, contexts, failing, open_findings, memory_wasted_per_day } = totals;
  if (contexts === 0) return query.task_name === undefined ? "No task has run yet." : "No such task has run.";
  const parts = [
    failing === 0 ? "none failed lately" : `${wholeNumber(failing)} of them with failures lately`,
    ...(open_findings === 0
      ? []
      : [`${wholeNumber(open_findings)} open ${open_findings === 1 ? "regression" : "regressions"}`]),
    `${gibHours(memory_wasted_per_day)} GiB·h of memory a day reserved in vain`,
  ];
  return `${wholeNumber(tasks)} ${tasks === 1 ? "task" : "tasks"}, ${wholeNumber(contexts)} by context: ${parts.join(", ")}.`;
}

function emptyText(root: string, { task_name }: TasksQuery): VNode {
  if (task_name !== undefined) return e("p", { class: "quiet" }, e("a", { href: `${root}t` }, "Show all tasks"));
  return e(
    "div",
    {},
    e(
      "p",
      {},
      "This page will list each task with how it goes. Runs made elsewhere count once they are imported.",
      guideLink(root, "guide/history-and-import", "History and import"),
    ),
    commandLine("import trace.txt"),
  );
}

function list(root: string, { query, courses, next_cursor }: TasksData): (VNode | null)[] {
  return [
    savedOrders(root, query),
    table(
      "Tasks by context",
      COLUMNS.map((column) =>
        sortedHead(column, query.sort, column.order === "task", (sort) => tasksAddress(root, { ...query, sort })),
      ),
      courses.map((course) => rowOf(root, course)),
    ),
    pager({
      from: query.cursor,
      next: next_cursor,
      address: (cursor) => `${root}t${queryText({ ...query, cursor })}`,
      words: ["First", "More"],
      isMain: true,
    }),
    e(
      "p",
      { class: "quiet" },
      `Of the newest runs of each, at most ${COURSE_RUNS}, of all subjects. Last runs: oldest at the left, as high as they took long; a triangle stands on those that failed, a square on those that ended without their fault. Flaky: requests that failed and passed, or that a person called so. Time: the median of those that passed and its course, of five in a row. Growth: by how much longer the same subjects took in the later half. Memory: what 95 of 100 runs kept below, and what they were given. In vain: reserved and not used, or by runs that died of too little. Regressions: findings that are not fixed.`,
    ),
  ];
}

const SAVED_ORDERS: readonly { word: string; sort: TaskSort }[] = [
  { word: "most wasteful", sort: "wasted" },
  { word: "least reliable", sort: "failed" },
  { word: "slowing down most", sort: "growth" },
];

function savedOrders(root: string, { task_name, sort: chosen }: TasksQuery): VNode {
  return choices(
    SAVED_ORDERS.map(({ word, sort }) => ({
      word,
      href: tasksAddress(root, { task_name, sort }),
      isChosen: chosen === sort,
    })),
  );
}

function tasksAddress(root: string, { task_name, sort }: TasksQuery): string {
  return `${root}t${queryText({ task_name, sort })}`;
}

/** A column: its head, by what it is sorted, and its cell. */
type Column = {
  name: string;
  look?: "number" | "name";
  order?: TaskOrder;
  cell: (course: TaskCourse, root: string) => Cell;
};

/** A column of one figure. */
function figure(
  name: string,
  order: TaskOrder,
  value: (course: TaskCourse) => number | null,
  text: (value: number) => string,
): Column {
  const cell = (course: TaskCourse) => {
    const known = value(course);
    return known === null ? "–" : text(known);
  };
  return { name, look: "number", order, cell };
}

const COLUMNS: readonly Column[] = [
  { name: "Task, context", look: "name", order: "task", cell: taskCell },
  { name: "Last runs", cell: resultsCell },
  figure("Failed", "failed", ({ failed_share }) => failed_share, formatShare),
  figure("Flaky", "flaky", ({ flaky_share }) => flaky_share, formatShare),
  { name: "Time p50", order: "time", cell: timeCell },
  figure("Growth", "growth", ({ duration_growth }) => duration_growth, growthText),
  { name: "Memory p95 / reserved", look: "number", order: "memory", cell: memoryCell },
  figure("In vain, GiB·h a day", "wasted", ({ memory_wasted_per_day }) => memory_wasted_per_day, gibHours),
  { name: "Regres\u00adsions", look: "number", order: "regressions", cell: findingsCell },
  figure("Runs/day", "pace", ({ runs_per_day }) => runs_per_day, perDayText),
];

function rowOf(root: string, course: TaskCourse): Row {
  const { task_type, task_name, context } = course;
  return { cells: COLUMNS.map(({ cell }) => cell(course, root)), key: `${task_type} ${task_name} ${context}` };
}

function taskCell({ task_type, task_name, context }: TaskCourse, root: string): Cell {
  const task = e("a", { href: historyAddress(root, { task_type, task_name }) }, task_name);
  // an address cannot ask for the context that has no name
  if (context === "") return task;
  const own = historyAddress(root, { task_type, task_name, context });
  return e("span", {}, task, e("br", {}), e("a", { href: own }, context));
}

function resultsCell({ runs, failed_share, recent }: TaskCourse): Cell {
  return smallStrip(recent, `${Math.round(failed_share * runs)} of the last ${runs} runs failed`);
}

function timeCell({ duration_p50, recent }: TaskCourse): Cell {
  if (duration_p50 === null) return "–";
  const text = formatDuration(duration_p50);
  const medians = runningMedians(passedTimes(recent), MEDIAN_OF);
  const [first, last] = [medians[0], medians.at(-1)];
  if (first === undefined || last === undefined || medians.length < 2) return text;
  const ends = `from ${formatDuration(first)} to ${formatDuration(last)}`;
  return e("span", {}, text, sparkline(medians, `median time of ${MEDIAN_OF} runs each: ${ends}`));
}

function memoryCell({ memory_p95, memory_reserved_p95 }: TaskCourse): string {
  const text = (bytes: number | null) => (bytes === null ? "–" : formatBytes(bytes));
  return memory_p95 === null && memory_reserved_p95 === null
    ? "–"
    : `${text(memory_p95)} / ${text(memory_reserved_p95)}`;
}

function findingsCell({ task_name, context, open_findings }: TaskCourse, root: string): Cell {
  if (open_findings === 0) return "–";
  return e("a", { href: `${root}regressions${queryText({ task_name, context })}` }, String(open_findings));
}
