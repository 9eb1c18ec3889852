import {
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
} from "kysely";
import { columnDecoder, encodeSqliteParameter } from "../columns.ts";
import type { Tables } from "../tables.ts";
import type { StatementResult } from "./connection.ts";
import type { SqliteValue } from "./protocol.ts";

type Execute = (sql: string, parameters: SqliteValue[]) => Promise<StatementResult>;

/** Query builder whose statements are run by the function given. Transactions are not its business: see `transaction.ts`. */
export function kyselyOn(execute: Execute): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new OwnOrderAdapter(),
      createDriver: () => driverOf(execute),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}

/**
 * Statements keep their order by themselves (`connection.ts`), so the query builder need not let each wait for the answer to
 * the one before, as it does where it thinks that there is a single connection: they cross to the thread together.
 */
class OwnOrderAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

function driverOf(execute: Execute): Driver {
  const connection: DatabaseConnection = {
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      return resultOf<Row>(await execute(query.sql, query.parameters.map(encodeSqliteParameter)));
    },
    streamQuery: () => notHere("streaming"),
  };
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connection),
    beginTransaction: () => notHere("a transaction"),
    commitTransaction: () => notHere("a transaction"),
    rollbackTransaction: () => notHere("a transaction"),
    releaseConnection: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
  };
}

function notHere(what: string): never {
  throw new TypeError(`${what} is not begun through the query builder on SQLite`);
}

function resultOf<Row>({ columns, rows, changes }: StatementResult): QueryResult<Row> {
  const decoders = columns.map(columnDecoder);
  const objects = rows.map((values) => {
    const row: Record<string, unknown> = {};
    for (const [index, column] of columns.entries()) {
      const decode = decoders[index];
      row[column] = decode === undefined ? values[index] : decode(values[index]);
    }
    return row;
  });
  // The compiled query's own row type; the columns are those of its text.
  return { rows: objects as Row[], numAffectedRows: BigInt(changes) };
}
