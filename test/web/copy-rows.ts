import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import type { Harness } from "../server/harness.ts";

/** Changes the database of a server on SQLite while the server is closed, and starts it again. */
export async function withDatabase(harness: Harness, change: (db: DatabaseSync) => void): Promise<void> {
  await harness.restart(() => {
    const db = new DatabaseSync(join(harness.home, "almanac.db"));
    db.exec("begin immediate");
    change(db);
    db.exec("commit");
    db.close();
  });
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
