import { sql } from "kysely";
import type { RunId } from "../../../domain/ids.ts";
import type { Database } from "../engine.ts";
import type { RunPatch } from "../store.ts";
import { IS_ACTIVE } from "./active-runs.ts";

/**
 * Changes an active run, fenced: the lease that the worker holds is named in the `where`, so a worker that lost
 * it changes nothing, whatever it has missed. Without a lease the server itself writes. Says whether it was so.
 * Served by the primary key.
 */
export async function updateRun(
  db: Database,
  id: RunId,
  leaseToken: string | undefined,
  patch: RunPatch,
): Promise<boolean> {
  const result = await db
    .updateTable("runs")
    // Sets something in any case: an empty patch asks whether the lease is held.
    .set({ ...patch, id })
    .where("id", "=", id)
    .where(IS_ACTIVE)
    .$if(leaseToken !== undefined, (query) => query.where("lease_token", "=", leaseToken!)) // just checked
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/**
 * Writes the end of a run that was given up as lost, and of no other: the late result of a worker that came
 * back. Fenced by the lease that the run had. Served by the primary key.
 */
export async function reviveLostRun(db: Database, id: RunId, leaseToken: string, patch: RunPatch): Promise<boolean> {
  const result = await db
    .updateTable("runs")
    .set({ ...patch, id })
    .where("id", "=", id)
    .where("lease_token", "=", leaseToken)
    .where(sql<boolean>`state = 'ended' and outcome ->> 'kind' = 'worker_lost'`)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
