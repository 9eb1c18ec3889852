import { sql, type Kysely, type RawBuilder, type SelectQueryBuilder } from "kysely";
import { timestamp, type Clock, type Timestamp } from "../../domain/clock.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import { anyOf } from "./postgres/many-rows.ts";
import type { Tables } from "./tables.ts";

/** The query builder that all statements are written with; it runs on either engine. */
export type Database = Kysely<Tables>;

/** What the two engines say differently. Everything else of a statement is the same text. */
export type Engine = {
  readonly kind: "sqlite" | "postgres";
  /** The database's clock, milliseconds. */
  readonly now: RawBuilder<Timestamp>;
  /** For a row of `work_requests`: the moment `expire_after` seconds after the one given; null where there is none. */
  expiry(end: Timestamp): RawBuilder<Timestamp | null>;
  /** For a row of `work_requests`: what it depends on, in order. */
  readonly dependencies: RawBuilder<WorkRequestId[]>;
  /** Whether the column has one of the values: one parameter, so that the statement's text does not depend on how many. */
  isAnyOf(column: string, values: readonly (string | number)[], type: "text" | "bigint"): RawBuilder<boolean>;
  /** Nobody changes the selected rows until the transaction ends. */
  forShare<Query extends SelectQueryBuilder<Tables, never, unknown>>(query: Query): Query;
  /** Nobody else changes the selected rows until the transaction ends. */
  forUpdate<Query extends SelectQueryBuilder<Tables, never, unknown>>(query: Query): Query;
};

/**
 * SQLite: a transaction has the whole database to itself, so nothing needs to be locked; and the database is part of
 * this process, so its clock is the one given here.
 */
export function sqliteEngine(clock: Pick<Clock, "nowMs">): Engine {
  return {
    kind: "sqlite",
    get now() {
      return sql<Timestamp>`${timestamp(clock.nowMs())}`;
    },
    // `format` makes 0 of null: it is asked for first
    expiry: (end) => sql`case when expire_after is not null
    then strftime('%Y-%m-%dT%H:%M:%fZ', ${end}, format('%+.3f seconds', expire_after)) end`,
    dependencies: sql`(
    select json_group_array(depends_on order by depends_on) from work_request_dependencies
    where work_request_id = work_requests.id
  )`,
    isAnyOf: (column, values) => sql`${sql.ref(column)} in (select value from json_each(${JSON.stringify(values)}))`,
    forShare: (query) => query,
    forUpdate: (query) => query,
  };
}

/** PostgreSQL: `clock_timestamp`, because `now()` is the start of the transaction. */
export const postgresEngine: Engine = {
  kind: "postgres",
  now: sql`date_trunc('milliseconds', clock_timestamp())`,
  expiry: (end) => sql`cast(${end} as timestamptz) + make_interval(secs => expire_after)`,
  dependencies: sql`(
    select coalesce(json_agg(depends_on order by depends_on), '[]') from work_request_dependencies
    where work_request_id = work_requests.id
  )`,
  isAnyOf: (column, values, type) => sql`${sql.ref(column)} = ${anyOf(values, type)}`,
  forShare: (query) => query.forShare() as typeof query, // the same selection, with its lock
  forUpdate: (query) => query.forUpdate() as typeof query, // the same selection, with its lock
};
