import type { AccuracyReport, AccuracySpan } from "../../domain/accuracy.ts";
import { DAY_MS, epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import type { TaskType } from "../../domain/task.ts";
import { accuracyOf } from "./accuracy.ts";
import { addTallies, emptyTally, type Tally } from "./tally.ts";

/** The tally of one task's runs that ended on one day (`2026-11-22`, UTC). */
export type TaskDay = { task_type: TaskType; task_name: string; day: string; tally: Tally };

/** 1970-01-01 was a Thursday: weeks begin on Mondays. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/** The most tasks that a report names. */
const MOST_TASKS = 100;

/** A report in the making: give it the days in any order, then ask for it. */
export class AccuracyFold {
  #all = emptyTally();
  readonly #tasks = new Map<string, Omit<TaskDay, "day">>();
  readonly #spans = new Map<Timestamp, Tally>();
  readonly #span: AccuracySpan;

  constructor(span: AccuracySpan) {
    this.#span = span;
  }

  add({ task_type, task_name, day, tally }: TaskDay): void {
    this.#all = addTallies(this.#all, tally);
    const name = JSON.stringify([task_type, task_name]);
    const before = this.#tasks.get(name)?.tally ?? emptyTally();
    this.#tasks.set(name, { task_type, task_name, tally: addTallies(before, tally) });
    const from = spanOf(day, this.#span);
    this.#spans.set(from, addTallies(this.#spans.get(from) ?? emptyTally(), tally));
  }

  report(window: Pick<AccuracyReport, "since" | "until" | "is_cut">): AccuracyReport {
    const tasks = [...this.#tasks.values()]
      .map(({ tally, ...task }) => ({ ...task, accuracy: accuracyOf(tally) }))
      .sort((a, b) => wastedMemory(b) - wastedMemory(a))
      .slice(0, MOST_TASKS);
    const over_time = [...this.#spans]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([from, tally]) => ({ from, accuracy: accuracyOf(tally) }));
    return { ...window, all: accuracyOf(this.#all), tasks, over_time };
  }
}

function wastedMemory({ accuracy }: AccuracyReport["tasks"][number]): number {
  return accuracy.resources.memory?.held?.wasted ?? 0;
}

/** The first day of the span that a day belongs to. */
function spanOf(day: string, span: AccuracySpan): Timestamp {
  const ms = epochMs(`${day}T00:00:00.000Z`);
  return timestamp(span === "day" ? ms : ms - ((((ms - FIRST_MONDAY_MS) % (7 * DAY_MS)) + 7 * DAY_MS) % (7 * DAY_MS)));
}

/** The day of a moment, as tallies are kept by it: UTC. */
export function dayOf(at: Timestamp): string {
  return at.slice(0, 10);
}
