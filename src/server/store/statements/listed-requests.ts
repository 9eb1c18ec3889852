import { sql, type SelectQueryBuilder } from "kysely";
import type { WorkRequestId } from "../../../domain/ids.ts";
import type { WorkRequest } from "../../../domain/work-request.ts";
import { idOfCursor, pageOf, timeAndIdOfCursor } from "../cursor.ts";
import type { Database } from "../engine.ts";
import type { Page, PageQuery, WorkRequestFilter } from "../store.ts";
import type { Tables } from "../tables.ts";

type Query = SelectQueryBuilder<Tables, "work_requests", WorkRequest>;

/** A page of a list of requests, of a query that selects whole ones. */
export function listedRequests(
  all: Query,
  db: Database,
  { order, since, until, ...filter }: WorkRequestFilter,
  page: PageQuery,
): Promise<Page<WorkRequest>> {
  const isByEnd = order === "ended" || since !== undefined || until !== undefined;
  return isByEnd
    ? byEnd(filtered(all, db, filter, true), { since, until }, page)
    : bySubmission(filtered(all, db, filter, false), page);
}

/** Fields that each leave a large part of all requests. */
const COARSE: ReadonlySet<string> = new Set(["status", "result", "verdict_kind"]);

function filtered(
  all: Query,
  db: Database,
  { worker, ...equal }: Omit<WorkRequestFilter, "order" | "since" | "until">,
  isByEnd: boolean,
): Query {
  let query = all;
  // every other field of the filter is a column of that name
  for (const [column, value] of Object.entries(equal) as [Exclude<keyof typeof equal, "worker">, string][]) {
    if (value === undefined) continue;
    // to SQLite, which has no statistics, an equality on an index gives ten rows: it would sort half of all requests
    const isHidden = isByEnd && COARSE.has(column);
    query = isHidden
      ? query.where(sql<boolean>`not (${sql.ref(column)} <> ${value})`)
      : query.where(column, "=", value);
  }
  if (worker === undefined) return query;
  const ofWorker = db.selectFrom("runs").select("work_request_id").where("worker_name", "=", worker);
  return query.where("id", "in", ofWorker);
}

/** Served by the primary key, or by the index `work_requests_by_…` of the filter that leaves least. */
async function bySubmission(query: Query, { cursor, limit }: PageQuery): Promise<Page<WorkRequest>> {
  const after = cursor === undefined ? query : query.where("id", "<", idOfCursor(cursor) as WorkRequestId); // made from one
  const rows = await after
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return pageOf<WorkRequest, WorkRequest>(
    rows,
    limit,
    (row) => row,
    ({ id }) => [id],
  );
}

/** Served by the index `work_requests_by_end`, or by that of a filter that leaves little. */
async function byEnd(
  all: Query,
  { since, until }: Pick<WorkRequestFilter, "since" | "until">,
  { cursor, limit }: PageQuery,
): Promise<Page<WorkRequest>> {
  let query = all.where("completed_at", "is not", null);
  if (since !== undefined) query = query.where("completed_at", ">=", since);
  if (until !== undefined) query = query.where("completed_at", "<=", until);
  if (cursor !== undefined) {
    const { at, id } = timeAndIdOfCursor(cursor);
    query = query.where(sql<boolean>`(completed_at, id) < (${at}, ${id})`);
  }
  const rows = await query
    .orderBy("completed_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return pageOf<WorkRequest, WorkRequest>(
    rows,
    limit,
    (row) => row,
    ({ id, completed_at }) => [completed_at!, id], // asked for,
  );
}
