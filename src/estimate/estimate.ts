import { ESTIMATE_LEVELS, RESOURCES } from "../domain/allocation.ts";
import type { Estimate, EstimateLevel, Resource, ResourceEstimate } from "../domain/allocation.ts";
import type { HistoryKey } from "../domain/task.ts";
import { planLadder } from "./ladder.ts";
import { keptFigure } from "./learn.ts";
import { levelKeysOf } from "./levels.ts";
import type { LevelStates } from "./state.ts";

/** What is known about the run to be estimated, beside the states of its key. */
export type EstimateQuery = {
  /** Size of its input in bytes, where the task says it. */
  input_size?: number;
  /** The machine it will run on, where that is known already: cpu model, else worker's name. */
  machine?: string;
  /** What people asked for it: shown how others used what was asked for them, that is worth something. */
  asked?: Partial<Record<Resource, number>>;
  /** Runs of the finest level that still go on: they need at least what they have used. */
  in_flight?: InFlightRun[];
  /** The worker raises the memory limit of a run while it can: a failed attempt is rare and cheap. */
  elastic?: boolean;
};

/** A run that still goes on. Seconds, bytes. */
export type InFlightRun = { elapsed: number; input_size?: number; machine?: string };

/** With one or two runs the spread is unknown: this much above the largest wastes least (`docs/estimates.md`). */
const MARGIN = 1.1;

/** How often a failed attempt counts: it costs the amount × time that it lost, and once more for the trouble. */
const FAILURE_COST = 2;
const ELASTIC_FAILURE_COST = 1;
const LADDER_STEPS = 5;

/** A run may take this many times its p95 before it counts as hung: time given but not used costs nothing. */
const TIME_LIMIT_FACTOR = 2;

/**
 * What the history predicts for a run. `states` are those of `levelKeysOf(key)`; absent ones have no history;
 * the finest of the key is reported as level `key`.
 * A resource that no level has measured is absent. Never throws, never gives anything but positive numbers.
 */
export function estimate(key: HistoryKey, states: LevelStates, query: EstimateQuery): Estimate {
  const exact = levelKeysOf(key)[0]!.level;
  const result: Estimate = {};
  for (const resource of RESOURCES) {
    const found = estimateResource(states, exact, resource, query);
    if (found !== undefined) result[resource] = found;
  }
  return result;
}

function estimateResource(
  states: LevelStates,
  exact: EstimateLevel,
  resource: Resource,
  query: EstimateQuery,
): ResourceEstimate | undefined {
  for (const level of ESTIMATE_LEVELS) {
    const state = states[level];
    if (level === "default" || state === undefined) continue;
    const figures = state.kept.map((run) => keptFigure(run, resource)).filter((figure) => figure !== undefined);
    const needs = figures.map((figure) => Math.abs(figure)).sort((a, b) => a - b);
    if (needs.length === 0) continue;
    const deaths = figures.filter((figure) => figure < 0).map((figure) => -figure);
    return fromNeeds(resource, level === exact ? "key" : level, needs, Math.max(0, ...deaths), query);
  }
  return undefined;
}

function fromNeeds(
  resource: Resource,
  level: EstimateLevel,
  needs: number[],
  death: number,
  query: EstimateQuery,
): ResourceEstimate {
  const p50 = needs[(needs.length - 1) >> 1]!;
  const largest = needs[needs.length - 1]!;
  const p95 = needs.length < 20 ? largest : needs[Math.ceil(0.95 * needs.length) - 1]!;
  const evidence = { level, runs: needs.length, method: needs.length < 3 ? "largest" : "ladder" };
  if (resource === "duration") {
    const allocate = p95 * MARGIN * TIME_LIMIT_FACTOR;
    return { p50, p95: p95 * MARGIN, allocate, ladder: [allocate * 2, allocate * 4], evidence };
  }
  if (resource === "cpu_count") return { p50, p95, allocate: p95, ladder: [], evidence };
  const steps = needs.length < 3 ? [largest * MARGIN, largest * 2] : expectedCost(needs, query);
  const alive = steps.filter((step) => step > death);
  const ladder = alive.length > 0 ? alive : [death * 2];
  return { p50, p95: Math.max(p95, p50), allocate: ladder[0]!, ladder: ladder.slice(1), evidence };
}

function expectedCost(needs: number[], query: EstimateQuery): number[] {
  const cost = query.elastic === true ? ELASTIC_FAILURE_COST : FAILURE_COST;
  const candidates = { logs: needs.map((need) => Math.log(need)), weights: needs.map(() => 1) };
  return planLadder(candidates, cost, LADDER_STEPS).map((log) => Math.exp(log));
}
