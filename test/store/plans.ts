import { DatabaseSync } from "node:sqlite";
import { Kysely, PostgresDialect } from "kysely";
import { Client } from "pg";
import { encodeParameter, encodeSqliteParameter } from "../../src/server/store/columns.ts";
import { postgresEngine, sqliteEngine } from "../../src/server/store/engine.ts";
import { transactionOn } from "../../src/server/store/records.ts";
import { kyselyOn } from "../../src/server/store/sqlite/dialect.ts";
import type { StoreTransaction } from "../../src/server/store/store.ts";
import type { Tables } from "../../src/server/store/tables.ts";

type Statement = { sql: string; parameters: readonly unknown[] };

/** Says how the engine carries out what a call asks of it, without doing it. */
export type Planner = {
  /** The plans of the call's statements, as the engine words them. */
  planOf(call: (tx: StoreTransaction) => Promise<unknown>): Promise<string>;
  /** Runs SQL that both engines take. */
  execute(sql: string): Promise<void>;
  close(): Promise<void>;
};

/** A planner on a file of SQLite. */
export function sqlitePlanner(file: string): Planner {
  const database = new DatabaseSync(file);
  const explain = async ({ sql, parameters }: Statement) =>
    database
      .prepare(`explain query plan ${sql}`)
      .all(...parameters.map(encodeSqliteParameter))
      .map(({ detail }) => String(detail))
      .join("\n");
  return {
    planOf: async (call) => planAll(await sqliteStatements(call), explain),
    async execute(sql) {
      database.exec(sql);
    },
    async close() {
      database.close();
    },
  };
}

/** A planner on a PostgreSQL database. */
export async function postgresPlanner(url: string): Promise<Planner> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const explain = async ({ sql, parameters }: Statement) => {
    const { rows } = await client.query(`explain ${sql}`, parameters.map(encodeParameter));
    return rows.map((row: Record<string, unknown>) => String(row["QUERY PLAN"])).join("\n");
  };
  return {
    planOf: async (call) => planAll(await postgresStatements(call), explain),
    async execute(sql) {
      await client.query(sql);
    },
    close: () => client.end(),
  };
}

async function planAll(statements: Statement[], explain: (statement: Statement) => Promise<string>): Promise<string> {
  const plans: string[] = [];
  for (const statement of statements) plans.push(await explain(statement));
  return plans.join("\n");
}

/** What every statement is answered with, so that a call of several goes on to the next. */
const ANSWER = {
  id: 777,
  artifact_id: 7,
  submission_id: 5,
  state_key: '["rebuild","worker","task7"]',
  action: "mailto:me@example.org",
  task_type: "worker",
  task_name: "task7",
  context: "context3",
  completed_at: "2030-01-01T00:00:00.000Z",
  runtime_statistics: "{}",
  lower_bounds: "[]",
  outcome: '{"kind":"exited","code":0}',
};

/** What the call sends. */
async function sqliteStatements(call: (tx: StoreTransaction) => Promise<unknown>): Promise<Statement[]> {
  const statements: Statement[] = [];
  const db = kyselyOn(async (sql, parameters) => {
    statements.push({ sql, parameters });
    return { columns: Object.keys(ANSWER), rows: [Object.values(ANSWER)], changes: 1 };
  });
  await call(transactionOn(db, sqliteEngine({ nowMs: () => Date.now() })));
  return statements;
}

async function postgresStatements(call: (tx: StoreTransaction) => Promise<unknown>): Promise<Statement[]> {
  const statements: Statement[] = [];
  const query = async (sql: string, parameters: readonly unknown[]) => {
    statements.push({ sql, parameters });
    return { command: "SELECT" as const, rowCount: 1, rows: [{ ...ANSWER }] };
  };
  const client = { query: query as never, release: () => undefined }; // one of its two forms is used
  const pool = { options: {}, connect: async () => client, end: async () => undefined };
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  await call(transactionOn(db, postgresEngine));
  return statements;
}
