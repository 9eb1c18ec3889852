import { sql } from "kysely";
import type { Timestamp } from "../../../domain/clock.ts";
import type { Database } from "../engine.ts";
import type { PendingRequest } from "../store.ts";
import { IS_PENDING } from "./is-pending.ts";

/**
 * Pending requests that planning may place at `now`: their needs are known, their back-off is over. In the
 * order of planning: priority, then longest pending.
 *
 * Served by the partial index `work_requests_pending`, which has this order, so that a queue of any length
 * costs what is read.
 */
export function pendingRequests(db: Database, now: Timestamp, limit: number): Promise<PendingRequest[]> {
  return db
    .selectFrom("work_requests")
    .select(["id", "task_type", "task_name", "subject", "context", "input_size", "requirements", "allocation"])
    .select(["priority_base", "priority_adjustment", "pending_at", "waiting", "run_count", "not_before"])
    .where(IS_PENDING)
    .where("allocation", "is not", null)
    .where((eb) => eb.or([eb("not_before", "is", null), eb("not_before", "<=", now)]))
    .orderBy(sql`(priority_base + priority_adjustment) desc`)
    .orderBy("pending_at")
    .orderBy("id")
    .limit(limit)
    .execute();
}
