import { sql, type RawBuilder } from "kysely";
import { orderOf } from "../../../domain/figure-order.ts";
import type { TaskCourse, TaskTotals } from "../../../domain/task-course.ts";
import type { TaskOrder, TaskSort } from "../../../domain/task-order.ts";
import { figurePlaceOfCursor, pageOf, type FigurePlace } from "../cursor.ts";
import type { Database } from "../engine.ts";
import type { Page, PageQuery } from "../store.ts";
import type { TaskFilter } from "../task-course-store.ts";

/** What each order goes by; that of names has no figure. */
const FIGURES: Record<Exclude<TaskOrder, "task">, RawBuilder<number | null>> = {
  failed: sql`failed_share`,
  flaky: sql`flaky_share`,
  time: sql`duration_p50`,
  growth: sql`duration_growth`,
  memory: sql`memory_p95`,
  wasted: sql`memory_wasted_per_day`,
  regressions: sql`open_findings`,
  pace: sql`runs_per_day`,
};
const NO_FIGURE = sql<null>`null`;

/**
 * A page of the tasks by context, in an order. It reads all their rows: the pace depends on the moment, so that no index can
 * have it. What follows a page is reckoned at the same moment.
 */
export async function listedCourses(
  db: Database,
  of: TaskFilter,
  sort: TaskSort,
  { cursor, limit }: PageQuery,
  nowMs: number,
): Promise<Page<TaskCourse>> {
  const { order, isReversed } = orderOf(sort);
  const last = cursor === undefined ? undefined : figurePlaceOfCursor(cursor, NAME_COUNT);
  const atMs = last?.atMs ?? nowMs;
  const figure = order === "task" ? NO_FIGURE : FIGURES[order];
  const all = db
    .selectFrom(coursesAt(db, of, atMs).as("course"))
    .selectAll()
    .select(figure.as("figure"));
  const after = last === undefined ? all : all.where(order === "task" ? isNamedAfter(last, isReversed) : isBelow(last, figure, isReversed)); // prettier-ignore
  const ordered =
    order === "task"
      ? after.orderBy(names(isReversed))
      : after.orderBy(sql`${figure} is null, ${figure} ${sql.raw(isReversed ? "asc" : "desc")}, ${names(false)}`);
  return pageOf(
    await ordered.limit(limit + 1).execute(),
    limit,
    ({ figure: _figure, ...course }): TaskCourse => course,
    ({ figure: value, task_name, context, task_type }) => [atMs, value, task_name, context, task_type],
  );
}

/** What all of them come to. Reads all their rows. */
export async function taskTotals(db: Database, of: TaskFilter, nowMs: number): Promise<TaskTotals> {
  const each = db
    .selectFrom(coursesAt(db, of, nowMs).as("course"))
    .groupBy(["task_type", "task_name"])
    .select([
      sql<number>`count(*)`.as("contexts"),
      sql<number>`sum(case when failed_share > 0 then 1 else 0 end)`.as("failing"),
      sql<number>`sum(open_findings)`.as("open_findings"),
      sql<number | null>`sum(memory_wasted_per_day)`.as("wasted"),
    ]);
  const total = (column: string) => sql<number>`cast(coalesce(sum(${sql.ref(column)}), 0) as double precision)`;
  return db
    .selectFrom(each.as("task"))
    .select([
      sql<number>`count(*)`.as("tasks"),
      total("contexts").as("contexts"),
      total("failing").as("failing"),
      total("open_findings").as("open_findings"),
      total("wasted").as("memory_wasted_per_day"),
    ])
    .executeTakeFirstOrThrow();
}

const NAME_COUNT = 3;

function names(isReversed: boolean) {
  return isReversed ? sql`task_name desc, context desc, task_type desc` : sql`task_name, context, task_type`;
}

function isNamedAfter({ names: [task_name, context, task_type] }: FigurePlace, isReversed: boolean) {
  const comparison = sql.raw(isReversed ? "<" : ">");
  return sql<boolean>`(task_name, context, task_type) ${comparison} (${task_name}, ${context}, ${task_type})`;
}

/** Behind a place in an order by a figure: what is not known stands last, and equals stand by their names. */
function isBelow(place: FigurePlace, figure: RawBuilder<unknown>, isReversed: boolean) {
  const isNext = isNamedAfter(place, false);
  if (place.value === null) return sql<boolean>`${figure} is null and ${isNext}`;
  const value = sql`cast(${place.value} as double precision)`;
  const comparison = sql.raw(isReversed ? ">" : "<");
  return sql<boolean>`(${figure} is null or ${figure} ${comparison} ${value} or (${figure} = ${value} and ${isNext}))`;
}

/** Findings by `findings_open`: few are open, however many there were. What is wrong with the whole farm is no task's. */
function coursesAt(db: Database, { task_type, task_name }: TaskFilter, atMs: number) {
  const open = db
    .selectFrom("findings")
    .where(sql<boolean>`state <> 'fixed' and kind <> 'farm'`)
    .groupBy(["task_type", "task_name", "context"])
    .select(["task_type", "task_name", "context", sql<number>`count(*)`.as("count")]);
  return db
    .selectFrom("task_courses")
    .leftJoin(open.as("open"), (join) =>
      join
        .onRef("open.task_type", "=", "task_courses.task_type")
        .onRef("open.task_name", "=", "task_courses.task_name")
        .onRef("open.context", "=", "task_courses.context"),
    )
    .$if(task_type !== undefined, (query) => query.where("task_courses.task_type", "=", task_type!)) // just checked
    .$if(task_name !== undefined, (query) => query.where("task_courses.task_name", "=", task_name!)) // as above
    .select([
      "task_courses.task_type",
      "task_courses.task_name",
      "task_courses.context",
      "runs",
      "newest_at",
      "failed_share",
      "flaky_share",
      "duration_p50",
      "duration_growth",
      "memory_p95",
      "memory_reserved_p95",
      sql<number | null>`memory_wasted_per_run * ${runsPerDay(atMs)}`.as("memory_wasted_per_day"),
      runsPerDay(atMs).as("runs_per_day"),
      sql<number>`coalesce(open.count, 0)`.as("open_findings"),
      "recent",
    ]);
}

/**
 * Runs over the time since the oldest of them. Where there are older ones that is a minute at least; where these are all, a
 * day: the first runs of a task tell no pace yet.
 */
function runsPerDay(atMs: number) {
  const sinceMs = sql`(cast(${atMs} as double precision) - oldest_ms)`;
  const leastMs = sql`(case when has_older_runs then 60000 else 86400000 end)`;
  return sql<number>`(runs * 86400000.0 / (case when ${sinceMs} > ${leastMs} then ${sinceMs} else ${leastMs} end))`;
}
