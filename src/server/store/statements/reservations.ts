import { sql, type RawBuilder } from "kysely";
import type { Resource } from "../../../domain/allocation.ts";
import type { Timestamp } from "../../../domain/clock.ts";
import type { Database } from "../engine.ts";
import type { Reservation } from "../past-run-store.ts";
import { IS_RUNNING } from "./runs-in-flight.ts";

/** A part of the JSON, in the words of both engines: whole allocations, with what they stand on, are ten times as large. */
const amountOf = (resource: Resource): RawBuilder<number> =>
  sql`cast(runs.allocation -> ${sql.lit(resource)} ->> 'amount' as double precision)`;

/** Runs with what they held, joined to their requests. */
function reservations(db: Database) {
  return db
    .selectFrom("work_requests")
    .innerJoin("runs", "runs.work_request_id", "work_requests.id")
    .select([
      "work_requests.task_name",
      "work_requests.completed_at",
      "runs.assigned_at",
      "runs.ended_at",
      amountOf("memory").as("memory"),
      amountOf("disk_space").as("disk_space"),
      amountOf("cpu_count").as("cpu_count"),
      // a column of this name is read as JSON
      sql<string[]>`runs.allocation -> 'tags'`.as("tags"),
    ]);
}

/**
 * What the runs of requests held that ended since a moment, those that ended last first. Served by the index
 * `work_requests_by_end`, from which it reads backwards until it has enough, and the unique index of a request's runs.
 */
export function pastReservations(db: Database, since: Timestamp, limit: number): Promise<Reservation[]> {
  return reservations(db)
    .where("work_requests.completed_at", "is not", null)
    .where("work_requests.completed_at", ">=", since)
    .orderBy("work_requests.completed_at", "desc")
    .orderBy("work_requests.id", "desc")
    .limit(limit)
    .execute();
}

/** The same of requests that run: their present run, and those before it. Served by `work_requests_running`. */
export function presentReservations(db: Database, limit: number): Promise<Reservation[]> {
  return reservations(db)
    .where(IS_RUNNING)
    .where("work_requests.task_type", "=", "worker")
    .orderBy("work_requests.task_name")
    .orderBy("work_requests.id")
    .limit(limit)
    .execute();
}
