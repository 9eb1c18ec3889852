import { statesOf, type Size } from "./dataset.ts";

/*
 * Fills a database as a farm that has run for years would have. In SQL, not by the store: ten million entries one by
 * one would take hours, and what is measured is how they are read. Indexes are made after the rows, which takes a tenth
 * of the time.
 */

/** A connection to either engine. */
export type Filler = {
  kind: "sqlite" | "postgres";
  execute(sql: string, parameters?: readonly (string | number)[]): Promise<void>;
  /** The statements that make the tables' own indexes again. */
  indexes(tables: readonly string[]): Promise<{ name: string; sql: string }[]>;
};

const CHUNK_KEYS = 20_000;

/** Fills the empty tables of history and of the estimator's states. */
export async function fill(filler: Filler, size: Size, onProgress: (keys: number) => void): Promise<void> {
  const indexes = await filler.indexes(["history", "estimate_states"]);
  for (const { name } of indexes) await filler.execute(`drop index ${name}`);
  await fillPool(filler, size);
  const keys = size.tasks * size.subjects * size.contexts;
  for (let from = 0; from < keys; from += CHUNK_KEYS) {
    const to = Math.min(keys, from + CHUNK_KEYS);
    await filler.execute(historyRows(filler.kind, size, from * size.runs, to * size.runs));
    await filler.execute(stateRows(filler.kind, "key", keyNames(size), from, to));
    onProgress(to);
  }
  await fillCoarser(filler, size);
  await filler.execute("drop table pool");
  for (const { sql } of indexes) await filler.execute(sql);
  await filler.execute("analyze");
}

async function fillPool(filler: Filler, size: Size): Promise<void> {
  await filler.execute("create table pool (level text not null, number int not null, state text not null)");
  for (const [level, states] of Object.entries(statesOf(size))) {
    for (const [number, state] of states.entries()) {
      const values = filler.kind === "sqlite" ? "(?, ?, ?)" : "($1, $2, $3)";
      await filler.execute(`insert into pool values ${values}`, [level, number, state]);
    }
  }
}

async function fillCoarser(filler: Filler, size: Size): Promise<void> {
  const { kind } = filler;
  const { tasks, subjects, contexts } = size;
  const subjectNames = { task: `i / ${subjects}`, subject: `'subject' || (i % ${subjects})`, context: "''" };
  await filler.execute(stateRows(kind, "subject", subjectNames, 0, tasks * subjects));
  const contextNames = { task: `i / ${contexts}`, subject: "''", context: `'context' || (i % ${contexts})` };
  await filler.execute(stateRows(kind, "context", contextNames, 0, tasks * contexts));
  await filler.execute(stateRows(kind, "task", { task: "i", subject: "''", context: "''" }, 0, tasks));
}

type Names = { task: string; subject: string; context: string };

/** The names of the key of number i. */
function keyNames({ subjects, contexts }: Size): Names {
  return {
    task: `i / ${subjects * contexts}`,
    subject: `'subject' || (i / ${contexts} % ${subjects})`,
    context: `'context' || (i % ${contexts})`,
  };
}

/** Numbers i from one up to before another. */
function numbers(kind: Filler["kind"], from: number, to: number): string {
  return kind === "sqlite"
    ? `with recursive n(i) as (select ${from} union all select i + 1 from n where i + 1 < ${to}) `
    : `with n(i) as (select generate_series(${from}::bigint, ${to - 1}::bigint)) `;
}

const ALLOCATION =
  `'{"memory":{"amount":2147483648,"source":"history","evidence":{"level":"key","runs":9,"method":"ladder"}},
"disk_space":{"amount":4294967296,"source":"default"},"cpu_count":{"amount":1,"source":"request"},
"duration":{"amount":3600,"source":"default"},"tags":["debian"]}'`.replaceAll("\n", "");

/** Entries of the keys, a minute after one another: entry i is the run i % runs of key i / runs. */
function historyRows(kind: Filler["kind"], size: Size, from: number, to: number): string {
  const { task, subject, context } = keyNames(size);
  const key = (text: string) => text.replaceAll(/\bi\b/g, `(i / ${size.runs})`);
  const at =
    kind === "sqlite"
      ? `strftime('%Y-%m-%dT%H:%M:%fZ', 1767225600 + (i % ${size.runs}) * 86400 + i % 86400, 'unixepoch')`
      : `to_timestamp(1767225600 + (i % ${size.runs}) * 86400 + i % 86400)`;
  const statistics = `'{"duration":' || (60 + i % 13) || ',"cpu_time":90,"memory":' || (100000000 + i % 997 * 1000000) || ',"disk_space":100000000}'`;
  return `insert into history (task_type, task_name, subject, context, completed_at, result, outcome,
      runtime_statistics, duration_ms, lower_bounds, allocation, worker_name, cpu_model, trusted)
    ${numbers(kind, from, to)}
    select 'worker', 'task' || (${key(task)}), ${key(subject)}, ${key(context)}, ${at},
      case when i % 20 = 3 then 'failure' else 'success' end, ${json(kind, `'{"kind":"exited","code":0}'`)},
      ${json(kind, statistics)}, 60000 + i % 13000, ${json(kind, "'[]'")}, ${json(kind, ALLOCATION)},
      'worker' || (i % 50), 'cpu' || (i % 4), true
    from n`;
}

function stateRows(kind: Filler["kind"], level: string, { task, subject, context }: Names, from: number, to: number) {
  return `insert into estimate_states (state_key, task_type, task_name, state, updated_at)
    ${numbers(kind, from, to)}
    select '["worker","task' || (${task}) || '","' || ${subject} || '","' || ${context} || '"]', 'worker',
      'task' || (${task}), ${json(kind, "pool.state")}, '2026-11-01T00:00:00.000Z'
    from n join pool on pool.level = '${level}' and pool.number = i % 50`;
}

function json(kind: Filler["kind"], text: string): string {
  return kind === "sqlite" ? text : `cast(${text} as json)`;
}
