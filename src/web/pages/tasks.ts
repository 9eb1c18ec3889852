import type { Accuracy, AccuracyReport, ResourceAccuracy } from "../../domain/accuracy.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import { metricValue } from "../../history/metric.ts";
import { sparkline } from "../charts/sparkline.ts";
import { smallStrip } from "../charts/strip.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { gibHours } from "../parts/held-hours.ts";
import { commandLine, historyAddress, keepLink } from "../parts/links.ts";
import { mistakesText } from "../parts/mistakes.ts";
import { numberHead, table, type Cell, type Row } from "../parts/table.ts";
import { dayText } from "../parts/time.ts";
import { formatBytes } from "../../domain/units.ts";

/** What the page of tasks shows. */
export type TasksData = {
  report: AccuracyReport;
  /** Of tasks by `TYPE NAME`, the newest runs, oldest first; not of all, where there are many. */
  newest: ReadonlyMap<string, readonly HistoryEntry[]>;
};

/** Every task that ran, how well its needs were known, and what its reservations cost. */
export function tasksPage(frame: Frame, { report, newest }: TasksData): string {
  return renderPage(
    frame,
    { title: "Tasks", place: "tasks" },
    e("p", { class: "lead" }, sentence(report)),
    e("p", {}, mistakesText(report.all.mistakes, "an amount that Almanac chose")),
    report.tasks.length === 0
      ? e(
          "div",
          {},
          e(
            "p",
            {},
            "This page will list each task with what was reserved for its runs and not used. Runs made elsewhere count once they are imported:",
          ),
          commandLine("import trace.txt"),
        )
      : table(
          "Tasks, those that left most memory unused first",
          [TASK_COLUMN, ...PICTURE_COLUMNS, ...FIGURE_COLUMNS],
          report.tasks.map((task) => rowOf(frame.root, task, newest)),
        ),
    e(
      "p",
      {},
      e("a", { href: `${frame.root}accuracy` }, "Can the estimates be believed?"),
      " Over time, and by resource.",
    ),
    e(
      "p",
      { class: "quiet" },
      "Last runs: oldest at the left, as high as they took long; a triangle stands on those that failed, a square on those that ended without their fault. Their memory: with a line at what the newest was given, where that is near. Below p95: runs that used no more memory than was predicted for 95 of 100. Reserved / used: of memory. Errors: the median difference between what was predicted and used. Deaths: attempts that died of an amount that Almanac chose.",
    ),
    e("h2", {}, "The same elsewhere"),
    commandLine("accuracy"),
    e("p", {}, e("a", { href: `${frame.root}api/v1/accuracy` }, "As JSON"), ...keepLink(frame, "t")),
  );
}

const TASK_COLUMN = { name: "Task", look: "name" };
const PICTURE_COLUMNS = ["Last runs: result, time", numberHead("Failed"), "Their memory"];
const FIGURE_COLUMNS = [
  numberHead("Runs"),
  numberHead("Below p95"),
  numberHead("Reserved / used"),
  numberHead("Unused GiB·h"),
  numberHead("Memory error"),
  numberHead("Time error"),
  numberHead("Deaths"),
];

function sentence({ all, tasks, since, until, is_cut }: AccuracyReport): string {
  const days = Math.round((Date.parse(until) - Date.parse(since)) / 86_400_000);
  if (all.runs === 0) return `No run has ended in the last ${days} days.`;
  const { memory } = all.resources;
  const held = memory?.held;
  const unused =
    held == null
      ? ""
      : ` ${gibHours(held.wasted)} of ${gibHours(held.allocated)} GiB·h of reserved memory were not used${held.wasted_share === null ? "" : ` (${percent(held.wasted_share)})`}.`;
  const shown = is_cut ? "There are more days than one report reads: the newest are here. " : "";
  return `${shown}${all.runs} runs of ${tasks.length} task${tasks.length === 1 ? "" : "s"} ended since ${dayText(since)}.${unused}`;
}

function rowOf(
  root: string,
  { task_type, task_name, accuracy }: AccuracyReport["tasks"][number],
  newest: TasksData["newest"],
): Row {
  const key = `${task_type} ${task_name}`;
  const name = e("a", { href: historyAddress(root, { task_type, task_name }) }, task_name);
  return { cells: [name, ...pictures(newest.get(key) ?? []), ...figuresOf(accuracy)], key };
}

/** The newest runs of a task at a glance: results as high as they took long, and the memory of each. */
function pictures(runs: readonly HistoryEntry[]): Cell[] {
  if (runs.length === 0) return ["–", "–", "–"];
  const failed = runs.filter(({ result }) => result === "failure").length;
  const memory = runs.flatMap((run) => metricValue(run, "memory") ?? []);
  const last = runs.at(-1)?.allocation?.memory.amount;
  const range =
    memory.length === 0 ? "" : `from ${formatBytes(Math.min(...memory))} to ${formatBytes(Math.max(...memory))}`;
  return [
    smallStrip(runs, `${failed} of the last ${runs.length} runs failed`),
    `${failed} of ${runs.length}`,
    memory.length < 2 ? "–" : sparkline(memory, `memory of the last ${memory.length} runs: ${range}`, last),
  ];
}

function figuresOf({ runs, resources }: Accuracy): string[] {
  const { memory, duration } = resources;
  return [
    String(runs),
    shareText(memory, "below_p95"),
    memory?.held?.times_used == null ? "–" : memory.held.times_used.toFixed(1),
    memory?.held == null ? "–" : gibHours(memory.held.wasted),
    shareText(memory, "median_error"),
    shareText(duration, "median_error"),
    String(Object.values(resources).reduce((sum, { deaths }) => sum + deaths, 0)),
  ];
}

function shareText(accuracy: ResourceAccuracy | undefined, field: "below_p95" | "median_error"): string {
  const share = accuracy?.[field];
  return share == null ? "–" : percent(share);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
