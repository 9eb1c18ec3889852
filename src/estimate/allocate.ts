import { RESOURCES } from "../domain/allocation.ts";
import type {
  AllocatedAmount,
  Allocation,
  Amounts,
  Estimate,
  EstimateEvidence,
  Requirements,
  Resource,
} from "../domain/allocation.ts";
import type { Capacity } from "../domain/worker.ts";

/**
 * Who may demand amounts and bounds, highest rank first. History stands between the task and the defaults: a default's
 * amount only fills what history leaves open, its bounds hold for history too.
 */
export const REQUIREMENT_SOURCES = ["override", "request", "workflow", "task", "default"] as const;
/** Those above history. */
const DEMANDING = ["override", "request", "workflow", "task"] as const satisfies readonly RequirementSource[];
export type RequirementSource = (typeof REQUIREMENT_SOURCES)[number];

/** What each source demands; absent: nothing. */
export type RequirementsBySource = Partial<Record<RequirementSource, Requirements>>;

/** What to allocate from. */
export type AllocationQuery = {
  estimate: Estimate;
  requirements: RequirementsBySource;
  /** What the largest worker has, by resource; absent: no worker is known, nothing is clamped. */
  largest?: Partial<Capacity>;
  /** What a run is given where nothing else is known. */
  defaults: Record<Resource, number>;
};

/** What amounts are rounded up to: 1 MiB, 1 MiB, a tenth of a core, a second. */
const QUANTUM: Record<Resource, number> = { memory: 2 ** 20, disk_space: 2 ** 20, cpu_count: 0.1, duration: 1 };

/**
 * What history never goes below. The first 16 MiB of memory and disk cost nobody anything, and small runs vary most;
 * a time limit is there to end what hangs, and a busy machine makes a short run many times longer.
 */
const LEAST_OF_HISTORY: Amounts = { memory: 16 * 2 ** 20, disk_space: 16 * 2 ** 20, duration: 3600 };

/** A time limit is only learnt from so many runs of the key itself: good runs that are killed cost more than hung ones. */
const LEAST_RUNS_OF_LIMIT = 20;

/**
 * What a run is given (`DESIGN.md` §6). For each resource the highest source that has an amount decides:
 * override > request > workflow > task > history > default. Bounds hold for all sources below the one that sets them; of
 * two that contradict each other the higher one wins. What no person demanded is clamped to the largest worker.
 */
export function allocate(query: AllocationQuery): Allocation {
  const one = (resource: Resource): AllocatedAmount => withAsked(amountOf(resource, query), resource, query);
  return {
    memory: one("memory"),
    disk_space: one("disk_space"),
    cpu_count: one("cpu_count"),
    duration: one("duration"),
    tags: tagsOf(query.requirements),
  };
}

/** What people asked for stays visible where an override had something else given. */
function withAsked(given: AllocatedAmount, resource: Resource, { requirements }: AllocationQuery): AllocatedAmount {
  const { override: _, ...byPeople } = requirements;
  const asked = askedAmounts(byPeople)[resource];
  return asked === undefined || asked === given.amount ? given : { ...given, asked };
}

function amountOf(resource: Resource, query: AllocationQuery): AllocatedAmount {
  const { requirements, estimate, defaults, largest } = query;
  for (const [rank, source] of DEMANDING.entries()) {
    const amount = requirements[source]?.[resource];
    if (amount !== undefined) return bounded({ amount, source }, resource, requirements, rank);
  }
  const known = estimate[resource];
  const found: AllocatedAmount =
    known === undefined || (resource === "duration" && !isLimitKnown(known.evidence))
      ? { amount: requirements.default?.[resource] ?? defaults[resource], source: "default" }
      : { amount: amountOfHistory(known.allocate, resource), source: "history", evidence: known.evidence };
  return bounded(clamped(found, resource, largest), resource, requirements, REQUIREMENT_SOURCES.length);
}

function isLimitKnown({ level, runs }: EstimateEvidence): boolean {
  return level === "key" && runs >= LEAST_RUNS_OF_LIMIT;
}

function amountOfHistory(estimated: number, resource: Resource): number {
  return Math.max(roundUp(estimated, resource), LEAST_OF_HISTORY[resource] ?? 0);
}

/** At most what the largest worker has: a measurement can never make a task unschedulable. */
export function clamped(
  found: AllocatedAmount,
  resource: Resource,
  largest: Partial<Capacity> | undefined,
): AllocatedAmount {
  const limit = resource === "duration" ? undefined : largest?.[resource];
  if (limit === undefined || found.amount <= limit) return found;
  return { ...found, amount: limit, note: "clamped to the largest worker" };
}

/** Within the bounds of the sources above `rank`; applied from the lowest up, so that the highest has the last word. */
function bounded(
  found: AllocatedAmount,
  resource: Resource,
  requirements: RequirementsBySource,
  rank: number,
): AllocatedAmount {
  let result = found;
  for (const source of REQUIREMENT_SOURCES.slice(0, rank).toReversed()) {
    const { min, max } = requirements[source] ?? {};
    result = atLeast(result, min?.[resource], source);
    result = atMost(result, max?.[resource], source);
  }
  const max = lowestMaximum(resource, requirements);
  return max === undefined ? result : { ...result, max };
}

function atLeast(found: AllocatedAmount, bound: number | undefined, source: RequirementSource): AllocatedAmount {
  if (bound === undefined || found.amount >= bound) return found;
  return { ...found, amount: bound, note: `raised to the minimum of the ${source}` };
}

function atMost(found: AllocatedAmount, bound: number | undefined, source: RequirementSource): AllocatedAmount {
  if (bound === undefined || found.amount <= bound) return found;
  return { ...found, amount: bound, note: `lowered to the maximum of the ${source}` };
}

/** The least maximum that any source sets. */
export function lowestMaximum(resource: Resource, requirements: RequirementsBySource): number | undefined {
  const all = REQUIREMENT_SOURCES.map((source) => requirements[source]?.max?.[resource]).filter(
    (max) => max !== undefined,
  );
  return all.length === 0 ? undefined : Math.min(...all);
}

/** An amount rounded up to the resource's quantum. */
export function roundUp(amount: number, resource: Resource): number {
  const quantum = QUANTUM[resource];
  const steps = Math.max(1, Math.ceil(amount / quantum - 1e-9));
  return resource === "cpu_count" ? steps / 10 : steps * quantum;
}

function tagsOf(requirements: RequirementsBySource): string[] {
  const all = REQUIREMENT_SOURCES.flatMap((source) => requirements[source]?.tags ?? []);
  return [...new Set(all)].sort();
}

/** The amounts that people demanded, the highest source's where there are several. */
export function askedAmounts(requirements: RequirementsBySource): Amounts {
  const asked: Amounts = {};
  for (const resource of RESOURCES) {
    for (const source of DEMANDING) {
      const amount = requirements[source]?.[resource];
      if (amount !== undefined) asked[resource] ??= amount;
    }
  }
  return asked;
}
