import { sql } from "kysely";
import type { Act, ActFilter } from "../../domain/act.ts";
import type { Event } from "../../domain/event.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import { chunksOf } from "./chunks.ts";
import { newestFirst } from "./newest-first.ts";
import type { Database, Engine } from "./engine.ts";
import type { Page, PageQuery } from "./store.ts";
import { EVENT_COLUMNS } from "./tables.ts";

/** An event before it is kept. */
export type NewEvent = Omit<Event, "id" | "at">;

/** Bounds what one call of `trimEvents` deletes. */
const TRIM_LIMIT = 5000;

/** Served by the primary key, or by `events_by_request`. */
export async function events(
  db: Database,
  after: number,
  limit: number,
  workRequestId: WorkRequestId | undefined,
): Promise<Event[]> {
  let query = db.selectFrom("events").select(EVENT_COLUMNS).where("id", ">", after);
  if (workRequestId !== undefined) query = query.where("work_request_id", "=", workRequestId);
  const rows = await query.orderBy("id").limit(limit).execute();
  return rows.map(eventOf);
}

/** The id of the newest event; 0 if there is none. */
export async function lastEventId(db: Database): Promise<number> {
  const row = await db.selectFrom("events").select("id").orderBy("id", "desc").limit(1).executeTakeFirst();
  return row?.id ?? 0;
}

/** Served by the partial index `events_of_people`, whose condition is written here as it is there. */
export async function acts(db: Database, filter: ActFilter, page: PageQuery): Promise<Page<Act>> {
  const { kind, by_token, since, until } = filter;
  let query = db.selectFrom("events").select(EVENT_COLUMNS).where(IS_ACT);
  if (kind !== undefined) query = query.where("kind", "=", kind);
  if (by_token !== undefined) query = query.where(sql<boolean>`cast(data ->> 'by_token' as bigint) = ${by_token}`);
  if (since !== undefined) query = query.where("at", ">=", since);
  if (until !== undefined) query = query.where("at", "<=", until);
  const { items, next_cursor } = await newestFirst(query, page);
  return { items: items.map((row) => eventOf(row) as Act), next_cursor }; // the condition is that of an act
}

const IS_ACT = sql<boolean>`work_request_id is null and data ->> 'by_token' is not null`;

export async function insertEvents(db: Database, engine: Engine, newEvents: readonly NewEvent[]): Promise<void> {
  const rowOf = (event: NewEvent) => ({ ...event, at: engine.now });
  for (const chunk of chunksOf(newEvents, 1000)) {
    await db.insertInto("events").values(chunk.map(rowOf)).execute();
  }
}

/**
 * Deletes events that belong to no request, but for the newest so many; those of a request go with it. Served
 * by the partial index `events_of_none`.
 */
export async function trimEvents(db: Database, keepNewest: number): Promise<void> {
  const doomed = db
    .selectFrom("events")
    .select("id")
    .where("work_request_id", "is", null)
    .orderBy("id", "desc")
    .limit(TRIM_LIMIT)
    .offset(keepNewest);
  await db.deleteFrom("events").where("id", "in", doomed).execute();
}

/** In the record, what an event is not about is absent. */
function eventOf(row: object): Event {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Event; // as the table fixes
}
