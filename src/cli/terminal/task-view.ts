import type { TaskCourse } from "../../domain/task-course.ts";
import { perDayText, growthText } from "../../domain/task-course-text.ts";
import { formatBytes, formatDuration, formatShare } from "../../domain/units.ts";
import { symbols } from "./glyph.ts";
import type { Surface } from "./surface.ts";
import { renderTable, type Column, type TableOptions } from "./table.ts";

const FIGURES = [
  "RUNS",
  "FAILED",
  "FLAKY",
  "TIME P50",
  "GROWTH",
  "MEM P95",
  "RESERVED",
  "WASTED/DAY",
  "OPEN",
  "RUNS/DAY",
] as const;

/** A column of the list of tasks, by its head. */
export type TaskFigure = (typeof FIGURES)[number];

/** What `almanac tasks` prints: one line for each task and context; `figures`: what stands there without `--wide`. */
export function renderTasks(
  courses: readonly TaskCourse[],
  surface: Surface,
  options: TableOptions = {},
  figures: readonly TaskFigure[] = FIGURES,
): string {
  return renderTable(columnsOf(surface, new Set(figures)), courses, surface, options);
}

function columnsOf(surface: Surface, shown: ReadonlySet<TaskFigure>): Column<TaskCourse>[] {
  const { none } = symbols(surface);
  const dot = surface.hasUnicode ? "·" : "*";
  const figure = (
    header: TaskFigure,
    value: (course: TaskCourse) => number | null,
    text: (value: number) => string,
  ): Column<TaskCourse> => ({
    header,
    align: "right",
    isWideOnly: !shown.has(header),
    cell: (course) => {
      const found = value(course);
      return found === null ? none : text(found);
    },
    full: (course) => String(value(course) ?? ""),
  });
  return [
    { header: "TASK", cell: ({ task_name }) => task_name, shrinkTo: 8 },
    { header: "CONTEXT", cell: ({ context }) => context, shrinkTo: 8 },
    figure("RUNS", ({ runs }) => runs, String),
    figure("FAILED", ({ failed_share }) => failed_share, formatShare),
    figure("FLAKY", ({ flaky_share }) => flaky_share, formatShare),
    figure("TIME P50", ({ duration_p50 }) => duration_p50, formatDuration),
    figure("GROWTH", ({ duration_growth }) => duration_growth, growthText),
    figure("MEM P95", ({ memory_p95 }) => memory_p95, formatBytes),
    figure("RESERVED", ({ memory_reserved_p95 }) => memory_reserved_p95, formatBytes),
    figure("WASTED/DAY", ({ memory_wasted_per_day }) => memory_wasted_per_day, (hours) => `${formatBytes(hours)}${dot}h`), // prettier-ignore
    figure("OPEN", ({ open_findings }) => open_findings, String),
    figure("RUNS/DAY", ({ runs_per_day }) => runs_per_day, perDayText),
  ];
}
