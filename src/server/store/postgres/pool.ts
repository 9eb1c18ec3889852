import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from "kysely";
import { Pool, type ClientConfig, type PoolClient } from "pg";
import { decodeRows, encodeParameter } from "../columns.ts";
import type { Tables } from "../tables.ts";
import { postgresError, unavailable } from "./fault.ts";
import { preparedName } from "./prepared.ts";
import { postgresTypes } from "./types.ts";

/** Connections for queries; two more are held for leading and listening. */
const MAX_CONNECTIONS = 10;

/** What every connection to the database is opened with. Milliseconds. */
export function connectionConfig(url: string): ClientConfig {
  return {
    connectionString: url,
    types: postgresTypes,
    application_name: "almanac",
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    // A server that hangs in the middle of a transaction must not hold the others up for ever.
    idle_in_transaction_session_timeout: 60_000,
    lock_timeout: 30_000,
    statement_timeout: 120_000,
  };
}

/** The connections that queries run on. */
export type QueryPool = {
  pool: Pool;
  /** The query builder on them: values pass through `columns.ts`, faults through `fault.ts`. */
  db: Kysely<Tables>;
  /** Takes nothing new, lets what has been begun end, and closes the connections. */
  close(): Promise<void>;
};

/** Opens no connection yet: each is made when it is needed. */
export function openPool(url: string, onFault: (error: unknown) => void): QueryPool {
  const pool = new Pool({ ...connectionConfig(url), max: MAX_CONNECTIONS });
  // A connection that breaks is replaced, idle or not; without a listener its fault would end the process.
  pool.on("connect", (client) => client.on("error", onFault));
  pool.on("error", () => undefined); // of idle ones only, and told by the listener above already
  let closing: Promise<void> | undefined;
  const connecting = new Set<Promise<PoolClient>>();
  const translating: PostgresPool = {
    options: {},
    end: () => Promise.resolve(),
    async connect() {
      if (closing !== undefined) throw unavailable("it is closed");
      const client = pool.connect();
      connecting.add(client);
      const connected = await client.catch(rethrow).finally(() => connecting.delete(client));
      return translatingClient(connected);
    },
  };
  const close = async (): Promise<void> => {
    // Those that wait for a connection first: the pool would forget them.
    await Promise.allSettled(connecting);
    await pool.end();
  };
  return {
    pool,
    db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool: translating }) }),
    close: () => (closing ??= close()),
  };
}

const clients = new WeakMap<PoolClient, PostgresPoolClient>();

/** One for each connection, because the query builder knows its connections by them. */
function translatingClient(client: PoolClient): PostgresPoolClient {
  const known = clients.get(client);
  if (known !== undefined) return known;
  const run = async (text: string, parameters: readonly unknown[]) => {
    const name = preparedName(text);
    const values = parameters.map(encodeParameter);
    const result = await client.query({ text, values, ...(name !== undefined && { name }) }).catch(rethrow);
    decodeRows(result.rows);
    return result;
  };
  // The row type is the caller's claim; the other way to call it, with a cursor, is not used.
  const query = run as unknown as PostgresPoolClient["query"];
  const translating: PostgresPoolClient = { query, release: (destroy) => client.release(destroy) };
  clients.set(client, translating);
  return translating;
}

function rethrow(error: unknown): never {
  throw postgresError(error);
}
