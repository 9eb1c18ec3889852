import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { openStore } from "../../src/server/store/open.ts";
import type { ChangedRun } from "../../src/server/store/task-course-store.ts";
import type { Harness } from "../server/harness.ts";

/** Changes the database of a server on SQLite while the server is closed, and starts it again. */
export async function withDatabase(harness: Harness, change: (db: DatabaseSync) => void): Promise<void> {
  const file = join(harness.home, "almanac.db");
  let changed: ChangedRun[] = [];
  await harness.restart(() => {
    const db = new DatabaseSync(file);
    db.exec("begin immediate");
    change(db);
    // the server itself keeps these with the history
    db.exec("delete from task_courses");
    changed = db
      .prepare("select task_type, task_name, context, max(completed_at) as completed_at from history group by 1, 2, 3")
      .all() as ChangedRun[]; // as asked
    db.exec("commit");
    db.close();
  });
  const store = await openStore(file, { onFault: fail });
  await store.transaction((tx) => tx.keepTaskCourses(changed));
  await store.close();
}

function fail(error: unknown): never {
  throw error;
}

/** Copies a row so many times, with other values (SQL, in which `n` counts from 0) in some of its columns. */
export function copyRows(
  db: DatabaseSync,
  table: string,
  which: string,
  count: number,
  changed: Record<string, string>,
): void {
  const columns = db.prepare(`select name from pragma_table_info('${table}')`).all() as { name: string }[]; // as asked
  const values = columns.map(({ name }) => changed[name] ?? `${table}.${name}`);
  db.exec(
    `with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n + 1 < ${count})
     insert into ${table} (${columns.map(({ name }) => name).join(", ")})
     select ${values.join(", ")} from numbers, (select * from ${table} where ${which} limit 1) as ${table}`,
  );
}
