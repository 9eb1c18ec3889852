import type { Database } from "../engine.ts";
import { historyEntryOf } from "../history-records.ts";
import type { OwnedEntry } from "../store.ts";
import { HISTORY_COLUMNS } from "../tables.ts";

/**
 * The runs of this server's newest requests, newest first, with who submitted them. It reads so many rows of the index
 * `history_by_request` and no more, and each one's request by the primary key.
 */
export async function newestRuns(db: Database, limit: number): Promise<OwnedEntry[]> {
  const rows = await db
    .selectFrom("history")
    .leftJoin("work_requests", "work_requests.id", "history.work_request_id")
    .select(HISTORY_COLUMNS.map((column) => `history.${column}` as const))
    .select("work_requests.created_by")
    .where("history.work_request_id", "is not", null)
    .orderBy("history.work_request_id", "desc")
    .limit(limit)
    .execute();
  return rows.map(({ created_by, ...row }) => ({ ...historyEntryOf(row), created_by }));
}
