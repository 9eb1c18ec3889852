import { sql } from "kysely";
import { epochMs } from "../../domain/clock.ts";
import { COURSE_RUNS } from "../../domain/task-course.ts";
import { courseOf, type CourseEntry, type CourseFigures } from "../../history/task-course.ts";
import type { Database, Engine } from "./engine.ts";
import { historyEntryOf } from "./history-records.ts";
import { listedCourses, taskTotals } from "./statements/listed-courses.ts";
import type { TaskContext } from "./store.ts";
import { COURSE_COLUMNS } from "./tables.ts";
import type { ChangedRun, TaskCourseReader, TaskCourseWriter } from "./task-course-store.ts";

/** What can be asked about how tasks go. */
export function taskCourseReader(db: Database): TaskCourseReader {
  return {
    taskCourses: (of, sort, page, nowMs) => listedCourses(db, of, sort, page, nowMs),
    taskTotals: (of, nowMs) => taskTotals(db, of, nowMs),
  };
}

/** What a transaction can do to it. */
export function taskCourseWriter(db: Database, engine: Engine): TaskCourseWriter {
  return { keepTaskCourses: (changed) => keepTaskCourses(db, engine, changed) };
}

/** Makes anew the courses whose newest runs these are among. */
export async function keepTaskCourses(db: Database, engine: Engine, changed: readonly ChangedRun[]): Promise<void> {
  const newest = new Map<string, ChangedRun>();
  for (const run of changed) {
    const known = newest.get(nameOf(run));
    if (known === undefined || known.completed_at < run.completed_at) newest.set(nameOf(run), run);
  }
  // one order for all, so that two transactions cannot wait for each other
  const inOrder = [...newest].sort(([a], [b]) => (a < b ? -1 : 1));
  await Promise.all(inOrder.map(([, run]) => keepTaskCourse(db, engine, run)));
}

/**
 * Nobody else changes the course until the transaction ends, and none reads its history before: on PostgreSQL the row is locked,
 * and made first where there is none. Served by the primary key and `history_by_context`.
 */
async function keepTaskCourse(db: Database, engine: Engine, run: ChangedRun): Promise<void> {
  const context = { task_type: run.task_type, task_name: run.task_name, context: run.context };
  let kept = await locked(db, engine, context);
  if (kept === undefined) {
    await insertEmpty(db, run);
    kept = await locked(db, engine, context);
  }
  if (kept?.has_older_runs === true && epochMs(run.completed_at) < kept.oldest_ms) return; // it is none of the newest
  const entries = await newestEntries(db, context);
  const course = courseOf(entries.slice(0, COURSE_RUNS).toReversed(), entries.length > COURSE_RUNS);
  if (course === undefined) await db.deleteFrom("task_courses").where(isOf(context)).execute();
  else await db.updateTable("task_courses").set(rowOf(course)).where(isOf(context)).execute();
}

function locked(db: Database, engine: Engine, context: TaskContext) {
  const query = db.selectFrom("task_courses").select(["has_older_runs", "oldest_ms"]).where(isOf(context));
  return engine.forUpdate(query).executeTakeFirst();
}

/** Nobody sees it before it is filled. */
async function insertEmpty(db: Database, run: ChangedRun): Promise<void> {
  const { task_type, task_name, context, completed_at: newest_at } = run;
  const empty = { runs: 0, has_older_runs: false, oldest_ms: 0, newest_at, failed_share: 0, flaky_share: 0 };
  await db
    .insertInto("task_courses")
    .values({ task_type, task_name, context, ...empty, recent: "[]" })
    .onConflict((conflict) => conflict.columns(["task_type", "task_name", "context"]).doNothing())
    .execute();
}

async function newestEntries(db: Database, context: TaskContext): Promise<CourseEntry[]> {
  const rows = await db
    .selectFrom("history")
    .select(COURSE_COLUMNS)
    .where(isOf(context))
    .orderBy("completed_at", "desc")
    .orderBy("id", "desc")
    .limit(COURSE_RUNS + 1)
    .execute();
  return rows.map(historyEntryOf);
}

function rowOf({ recent, ...figures }: CourseFigures) {
  return { ...figures, recent: JSON.stringify(recent) };
}

function isOf({ task_type, task_name, context }: TaskContext) {
  return sql<boolean>`task_type = ${task_type} and task_name = ${task_name} and context = ${context}`;
}

function nameOf({ task_type, task_name, context }: TaskContext): string {
  return JSON.stringify([task_type, task_name, context]);
}
