import { describe, expect, it } from "vitest";
import { inFigureOrder, orderOf } from "../../src/domain/figure-order.ts";
import { epochMs } from "../../src/domain/clock.ts";
import { COURSE_RUNS, type TaskCourse } from "../../src/domain/task-course.ts";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import { TASK_SORTS, type TaskOrder, type TaskSort } from "../../src/domain/task-order.ts";
import { newFinding } from "../../src/server/loop/findings.ts";
import { openLocalHistory } from "../../src/server/store/local-history.ts";
import { rebuildNoted } from "../../src/server/loop/rebuild-estimates.ts";
import type { NewHistoryEntry, Store } from "../../src/server/store/store.ts";
import type { TaskFilter } from "../../src/server/store/task-course-store.ts";
import { ENGINES, engineOf, useDatabases } from "./engines.ts";
import { ALLOCATION, at, importedEntry, newEntry } from "./records.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = epochMs(at(0)) + 48 * HOUR_MS;

/** Adds runs, each in a transaction of its own, at the same moment. */
async function end(store: Store, ...entries: NewHistoryEntry[]): Promise<void> {
  await Promise.all(
    entries.map((entry) =>
      store.transaction(async (tx) => {
        await tx.insertHistory(entry);
        await tx.keepTaskCourses([entry]);
      }),
    ),
  );
}

/** All pages of so many. */
async function list(store: Store, of: TaskFilter = {}, sort: TaskSort = "task", limit = 100): Promise<TaskCourse[]> {
  const found: TaskCourse[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.read.taskCourses(of, sort, { limit, cursor }, NOW_MS + found.length * HOUR_MS);
    found.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

/** As the list is meant to be ordered, reckoned here. */
const FIGURES: Record<TaskOrder, (course: TaskCourse) => number | string | null> = {
  task: (course) => nameOf(course),
  failed: ({ failed_share }) => failed_share,
  flaky: ({ flaky_share }) => flaky_share,
  time: ({ duration_p50 }) => duration_p50,
  growth: ({ duration_growth }) => duration_growth,
  memory: ({ memory_p95 }) => memory_p95,
  wasted: ({ memory_wasted_per_day }) => memory_wasted_per_day,
  regressions: ({ open_findings }) => open_findings,
  pace: ({ runs_per_day }) => runs_per_day,
};

function nameOf({ task_name, context, task_type }: TaskCourse): string {
  return JSON.stringify([task_name, context, task_type]);
}

describe.each(ENGINES)("how tasks go, in $name,", (engine) => {
  const databases = useDatabases(engine);

  it("is listed in each order by pages, which follow on one another though time goes on", async () => {
    const store = await databases.open();
    const entries = Array.from({ length: 60 }, (_, n): NewHistoryEntry => {
      const memory = n % 5 === 0 ? {} : { memory: (1 + (n % 4)) * 2 ** 28 };
      return newEntry({
        task_type: n % 11 === 0 ? "server" : "worker",
        task_name: `task ${n % 3}`,
        context: `context ${n % 7}`,
        subject: `subject ${n % 2}`,
        completed_at: at(n * 60),
        result: n % 6 === 0 ? "failure" : "success",
        runtime_statistics: { duration: 10 + ((n * 7) % 13), ...memory },
        ...(n % 3 !== 0 && { allocation: ALLOCATION }),
      });
    });
    await end(store, ...entries);
    const key = { task_type: "worker", task_name: "task 1", subject: "subject 1", context: "context 1" } as const;
    await store.transaction((tx) => tx.insertFinding(newFinding("regression", key, at(0))));
    const all = await list(store);
    expect(all).toHaveLength(new Set(entries.map((e) => `${e.task_type} ${e.task_name} ${e.context}`)).size);
    for (const sort of TASK_SORTS) {
      const { order, isReversed } = orderOf(sort);
      const names = inFigureOrder(all, isReversed, FIGURES[order], nameOf).map(nameOf);
      expect({ sort, names: (await list(store, {}, sort, 4)).map(nameOf) }).toEqual({ sort, names });
    }
    const one = await list(store, { task_type: "worker", task_name: "task 2" }, "pace", 2);
    expect(new Set(one.map((course) => `${course.task_type} ${course.task_name}`))).toEqual(new Set(["worker task 2"]));
    const totals = await store.read.taskTotals({}, NOW_MS);
    const sum = (of: (course: TaskCourse) => number | null) =>
      all.reduce((total, course) => total + (of(course) ?? 0), 0);
    expect(totals).toMatchObject({ tasks: 6, contexts: all.length, open_findings: 1 });
    expect(totals.failing).toBe(all.filter(({ failed_share }) => failed_share > 0).length);
    expect(totals.memory_wasted_per_day).toBeCloseTo(
      sum(({ memory_wasted_per_day }) => memory_wasted_per_day),
      0,
    );
  });

  it("comes to nothing where nothing has run, and refuses a cursor that no answer gave", async () => {
    const store = await databases.open();
    expect(await list(store)).toEqual([]);
    expect(await store.read.taskTotals({}, NOW_MS)).toEqual({ tasks: 0, contexts: 0, failing: 0, open_findings: 0, memory_wasted_per_day: 0 }); // prettier-ignore
    for (const key of ["[1]", '[1,2,"a","b"]', '["now",2,"a","b","c"]', '[1,"2","a","b","c"]']) {
      const cursor = Buffer.from(key).toString("base64url");
      await expect(store.read.taskCourses({}, "task", { limit: 1, cursor }, NOW_MS)).rejects.toMatchObject({ code: "invalid-request" }); // prettier-ignore
    }
  });

  it("tells the pace from the runs that are looked at, where there are older ones; else a day counts as one", async () => {
    const store = await databases.open();
    const hours = (count: number) => Array.from({ length: count }, (_, n) => newEntry({ completed_at: at(n * 3600) }));
    const pace = async (hour: number) => {
      const { items } = await store.read.taskCourses({}, "pace", { limit: 1 }, epochMs(at(hour * 3600)));
      return items[0]!.runs_per_day; // one was added
    };
    await end(store, ...hours(3));
    expect([await pace(3), await pace(72)]).toEqual([3, 1]);
    await end(store, ...hours(COURSE_RUNS));
    // the newest so many, of which the oldest are of the 2nd and 3rd hour
    expect(await pace(26)).toBeCloseTo((COURSE_RUNS * 24) / 25, 0);
  });

  it("is of the newest runs, also when many end at the same moment, the first ones among them", async () => {
    const store = await databases.open();
    const entries = Array.from({ length: COURSE_RUNS + 15 }, (_, n) =>
      newEntry({
        completed_at: at(n),
        result: n % 2 === 0 ? "success" : "failure",
        runtime_statistics: { duration: n },
      }),
    );
    await end(store, ...entries.toReversed());
    const [course] = await list(store);
    expect(course!.recent.map(({ duration }) => duration)).toEqual(Array.from({ length: COURSE_RUNS }, (_, n) => n + 15)); // prettier-ignore
    expect(course).toMatchObject({ runs: COURSE_RUNS, newest_at: at(COURSE_RUNS + 14), failed_share: 0.5 });
    await end(store, newEntry({ completed_at: at(3), result: "failure" }));
    expect(await list(store)).toEqual([course]);
  });

  it("knows what is imported, what is trimmed away, and what a person says of a request", async () => {
    const store = await databases.open();
    const request = 7 as WorkRequestId;
    await end(store, newEntry({ completed_at: at(1), work_request_id: request, result: "failure" }));
    await store.transaction((tx) => tx.setPersonVerdict(request, "flaky"));
    expect((await list(store))[0]).toMatchObject({ runs: 1, flaky_share: 1 });
    const { task_type, task_name, subject, context } = newEntry();
    const imported = importedEntry({ task_type, task_name, subject, context, completed_at: at(2) });
    await store.transaction((tx) => tx.importHistory([imported, importedEntry({ task_name: "imported" })]));
    expect((await list(store)).map((course) => [course.task_name, course.runs])).toEqual([[task_name, 2], ["imported", 1]]); // prettier-ignore
    await end(
      store,
      newEntry({ completed_at: at(3), work_request_id: 8 as WorkRequestId }),
      newEntry({ completed_at: at(4), result: "failure" }),
    );
    await store.transaction((tx) => tx.trimHistory({ task_type, task_name, subject, context }, { old_items_to_keep: 1 })); // prettier-ignore
    // the last success is kept, beside the newest
    expect((await list(store, { task_name }))[0]).toMatchObject({ runs: 2, flaky_share: 0, failed_share: 0.5 });
  });
});

describe("how tasks go, in a file that runs without a server add to,", () => {
  const databases = useDatabases(engineOf("sqlite"));

  it("is known when the server has learnt these runs", async () => {
    const file = await databases.fresh();
    const store = await databases.open(file);
    const local = openLocalHistory(file);
    for (let n = 0; n < 3; n += 1) local.append(newEntry({ completed_at: at(n) }));
    local.close();
    await rebuildNoted(store, new AbortController().signal);
    expect((await list(store)).map(({ runs }) => runs)).toEqual([3]);
  });
});
