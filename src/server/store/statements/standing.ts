import { sql } from "kysely";
import type { Timestamp } from "../../../domain/clock.ts";
import type { FailureCounts, LongestWait, WaitingGroup, WaitingStatus } from "../../../domain/farm-standing.ts";
import { waitsSince } from "../../../domain/waited.ts";
import type { Result, WaitingCode } from "../../../domain/work-request.ts";
import type { Database } from "../engine.ts";
import { IS_PENDING } from "./is-pending.ts";

/** The results of what did not succeed and was not skipped. */
export const FAILED: readonly Result[] = ["failure", "error"];

/** As the partial index of these has it. */
export const HAS_FAILED = sql<boolean>`not (result in ('success', 'skipped'))`;

/** Served by `work_requests_failed_by_end` alone: no row is read. */
export async function failuresSince(db: Database, since: Timestamp): Promise<FailureCounts> {
  const rows = await db
    .selectFrom("work_requests")
    .select(["result", "verdict_kind", (eb) => eb.fn.countAll<number>().as("count")])
    .where(HAS_FAILED)
    .where("result", "in", FAILED)
    .where("completed_at", ">=", since)
    .groupBy(["result", "verdict_kind"])
    .execute();
  const sumOf = (isOne: (row: (typeof rows)[number]) => boolean) =>
    rows.filter(isOne).reduce((sum, { count }) => sum + count, 0);
  return {
    failure: sumOf(({ result }) => result === "failure"),
    error: sumOf(({ result }) => result === "error"),
    regression: sumOf(({ verdict_kind }) => verdict_kind === "regression"),
  };
}

/** Served by `work_requests_by_status`. */
export function waitingFor(db: Database, status: WaitingStatus, limit: number): Promise<WaitingGroup[]> {
  const first = db
    .selectFrom("work_requests")
    .select(["id", sql<WaitingCode | null>`waiting ->> 'code'`.as("code")])
    .where("status", "=", status)
    .orderBy("id")
    .limit(limit);
  return db
    .selectFrom(first.as("first"))
    .select(["code", (eb) => eb.fn.countAll<number>().as("count"), (eb) => eb.fn.min("id").as("first_id")])
    .groupBy("code")
    .orderBy("count", "desc")
    .orderBy("first_id")
    .execute();
}

/** Served by `work_requests_waiting`, and by `work_requests_by_status`: what was submitted first was blocked first. */
export async function waitsLongest(db: Database, status: WaitingStatus): Promise<LongestWait | undefined> {
  const requests = db.selectFrom("work_requests").select(["id", "pending_at", "created_at"]).limit(1);
  const first =
    status === "pending"
      ? requests.where(IS_PENDING).orderBy("pending_at").orderBy("id")
      : requests.where("status", "=", status).orderBy("id");
  const row = await first.executeTakeFirst();
  return row && { work_request_id: row.id, since: waitsSince(row) };
}
