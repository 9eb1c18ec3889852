import { AlmanacPolicy } from "./almanac-policy.ts";
import { backfillPolicy, fcfsPolicy, perfectPolicy } from "./fixed-policy.ts";
import type { MachineSpec } from "./machine.ts";
import type { ReplayPolicy } from "./policy.ts";

/** The ways of sizing and placing that a replay compares. */
export const POLICIES = ["fcfs", "backfill", "almanac", "perfect"] as const;
export type PolicyName = (typeof POLICIES)[number];

const MAKERS: Record<PolicyName, (machines: readonly MachineSpec[]) => ReplayPolicy> = {
  fcfs: fcfsPolicy,
  backfill: backfillPolicy,
  almanac: (machines) => new AlmanacPolicy(machines),
  perfect: perfectPolicy,
};

/** A policy on a fleet, that knows nothing yet. */
export function makePolicy(name: PolicyName, machines: readonly MachineSpec[]): ReplayPolicy {
  return MAKERS[name](machines);
}
