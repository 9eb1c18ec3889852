import { sql } from "kysely";
import type { Timestamp } from "../../../domain/clock.ts";
import type { RunId } from "../../../domain/ids.ts";
import { chunksOf } from "../chunks.ts";
import type { Database } from "../engine.ts";
import { IS_ACTIVE } from "./active-runs.ts";

type Lease = { run_id: RunId; lease_token: string };

/**
 * Renews the leases that are still held, one statement for all runs of a worker; gives the ids of those.
 * Served by the primary key: one look-up a lease.
 */
export async function renewLeases(db: Database, leases: readonly Lease[], until: Timestamp): Promise<Set<RunId>> {
  const held = new Set<RunId>();
  for (const chunk of chunksOf(leases, 1000)) {
    const pairs = chunk.map(({ run_id, lease_token }) => sql`(${run_id}, ${lease_token})`);
    const rows = await db
      .updateTable("runs")
      .set({ lease_expires_at: until })
      .where(IS_ACTIVE)
      .where(sql<boolean>`(id, lease_token) in (values ${sql.join(pairs)})`)
      .returning("id")
      .execute();
    for (const { id } of rows) held.add(id);
  }
  return held;
}

/** All active leases last at least until then. Served by the partial index `runs_lease`. */
export async function extendAllLeases(db: Database, until: Timestamp): Promise<void> {
  await db
    .updateTable("runs")
    .set({ lease_expires_at: until })
    .where(IS_ACTIVE)
    .where("lease_expires_at", "<", until)
    .execute();
}

/** All active leases last until then, whatever they were. Served by the partial index `runs_lease`. */
export async function resetAllLeases(db: Database, until: Timestamp): Promise<void> {
  await db.updateTable("runs").set({ lease_expires_at: until }).where(IS_ACTIVE).execute();
}
