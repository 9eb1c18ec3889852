import { sql, type RawBuilder, type SelectQueryBuilder } from "kysely";
import type { WorkRequestId } from "../../../domain/ids.ts";
import { isByEnd, type WorkRequest } from "../../../domain/work-request.ts";
import { idOfCursor, pageOf, timeAndIdOfCursor } from "../cursor.ts";
import type { Database } from "../engine.ts";
import type { Page, PageQuery, WorkRequestFilter } from "../store.ts";
import type { Tables } from "../tables.ts";
import { FAILED, HAS_FAILED } from "./standing.ts";

type Query = SelectQueryBuilder<Tables, "work_requests", WorkRequest>;

/** A page of a list of requests, of a query that selects whole ones. */
export async function listedRequests(
  all: Query,
  db: Database,
  filter: WorkRequestFilter,
  { cursor, limit }: PageQuery,
): Promise<Page<WorkRequest>> {
  const isEnded = isByEnd(filter);
  const query = filtered(all, db, filter, isEnded);
  const ordered = isEnded ? byEnd(query, filter, cursor) : bySubmission(query, cursor);
  return pageOf<WorkRequest, WorkRequest>(
    await ordered.limit(limit + 1).execute(),
    limit,
    (row) => row,
    ({ id, completed_at }) => (isEnded ? [completed_at!, id] : [id]), // what is listed by its end has one
  );
}

/** Fields that each leave a large part of all requests. */
const COARSE: ReadonlySet<string> = new Set(["status", "result", "verdict_kind"]);

function filtered(all: Query, db: Database, filter: WorkRequestFilter, isEnded: boolean): Query {
  const { worker, order: _order, since: _since, until: _until, ...equal } = filter;
  let query = all;
  // every other field of the filter is a column of that name
  for (const [column, value] of Object.entries(equal) as [Exclude<keyof typeof equal, "worker">, string][]) {
    if (value === undefined) continue;
    const rare = isEnded ? conditionOfRare(column, value) : undefined;
    // to SQLite, which has no statistics, an equality on an index gives ten rows: it would sort half of all requests
    const isHidden = isEnded && COARSE.has(column) && rare === undefined;
    query = isHidden
      ? query.where(sql<boolean>`not (${sql.ref(column)} <> ${value})`)
      : query.where(column, "=", value);
    if (rare !== undefined) query = query.where(rare);
  }
  if (worker === undefined) return query;
  const ofWorker = db.selectFrom("runs").select("work_request_id").where("worker_name", "=", worker);
  return query.where("id", "in", ofWorker);
}

/**
 * What few of those that ended have has an index by their end; its condition, which must be repeated for it. A page
 * of the one regression among 100,000 requests of a day takes 7 ms so, and took 120 by the index of all that ended.
 */
function conditionOfRare(column: string, value: string): RawBuilder<boolean> | undefined {
  if (column === "verdict_kind" && value !== "passed") return IS_NO_PASS;
  const results: readonly string[] = FAILED;
  return column === "result" && results.includes(value) ? HAS_FAILED : undefined;
}

/** As the partial index has it. */
const IS_NO_PASS = sql<boolean>`verdict_kind <> 'passed'`;

/** Served by the primary key, or by the index `work_requests_by_…` of the filter that leaves least. */
function bySubmission(query: Query, cursor: string | undefined): Query {
  const after = cursor === undefined ? query : query.where("id", "<", idOfCursor(cursor) as WorkRequestId); // made from one
  return after.orderBy("id", "desc");
}

/**
 * Served by the index `work_requests_by_end`, by `work_requests_told_by_end` or `work_requests_failed_by_end`, or by that of a
 * filter that leaves little.
 */
function byEnd(
  all: Query,
  { since, until }: Pick<WorkRequestFilter, "since" | "until">,
  cursor: string | undefined,
): Query {
  let query = all.where("completed_at", "is not", null);
  if (since !== undefined) query = query.where("completed_at", ">=", since);
  if (until !== undefined) query = query.where("completed_at", "<=", until);
  if (cursor !== undefined) {
    const { at, id } = timeAndIdOfCursor(cursor);
    query = query.where(sql<boolean>`(completed_at, id) < (${at}, ${id})`);
  }
  return query.orderBy("completed_at", "desc").orderBy("id", "desc");
}
