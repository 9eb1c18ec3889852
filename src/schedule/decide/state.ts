import type { WorkRequestId } from "../../domain/ids.ts";
import { Fleet } from "../fleet/fleet.ts";
import type { RunSlot, WorkerSlot } from "../fleet/worker-slot.ts";
import type { Lane } from "../pending/lane.ts";
import { Lanes } from "../pending/lanes.ts";
import { RequestTable } from "../pending/request-table.ts";
import type { PlanPolicy } from "../policy.ts";
import { Probes } from "../probes.ts";
import { Reservations } from "../reservation.ts";
import { Shares, type ShareHolder } from "../shares.ts";

/**
 * Where work may find room that it did not find when it was last looked for: all else need not be looked at again.
 */
export type News = {
  /** Workers with more room, or with less of it kept for others. */
  slots: Set<WorkerSlot>;
  /** Lanes that were empty, or stood elsewhere. */
  lanes: Set<Lane>;
  /** Owners that have less than before. */
  holders: Set<ShareHolder>;
};

/** All that planning knows. */
export type PlanningState = {
  readonly policy: PlanPolicy;
  readonly table: RequestTable;
  readonly fleet: Fleet;
  readonly lanes: Lanes;
  readonly shares: Shares;
  readonly probes: Probes;
  readonly reservations: Reservations;
  readonly runs: Map<WorkRequestId, RunSlot>;
  readonly news: News;
};

export function newPlanningState(policy: PlanPolicy): PlanningState {
  const table = new RequestTable();
  const fleet = new Fleet();
  const lanes = new Lanes(table, fleet);
  return {
    policy,
    table,
    fleet,
    lanes,
    shares: new Shares(fleet.total),
    probes: new Probes(policy),
    reservations: new Reservations(policy, table, lanes, fleet),
    runs: new Map(),
    news: { slots: new Set(), lanes: new Set(), holders: new Set() },
  };
}
