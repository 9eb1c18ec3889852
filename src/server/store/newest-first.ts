import { sql, type SelectQueryBuilder } from "kysely";
import { idOfCursor, pageOf } from "./cursor.ts";
import type { Page, PageQuery } from "./store.ts";

/** One page of a list by id, what was made last first. Throws `invalid-request` for a cursor that no answer gave. */
export async function newestFirst<Tables, Table extends keyof Tables, Row extends { id: number }>(
  query: SelectQueryBuilder<Tables, Table, Row>,
  { limit, cursor }: PageQuery,
): Promise<Page<Row>> {
  const after = cursor === undefined ? query : query.where(sql<boolean>`id < ${idOfCursor(cursor)}`);
  const rows = await after
    .orderBy(sql`id desc`)
    .limit(limit + 1)
    .execute();
  return pageOf(
    rows as Row[], // Kysely's own name for the same type
    limit,
    (row) => row,
    ({ id }) => [id],
  );
}
