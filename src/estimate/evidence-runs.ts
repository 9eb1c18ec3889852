import type { Allocation, Estimate } from "../domain/allocation.ts";
import type { HistoryKey } from "../domain/task.ts";
import { levelKeysOf } from "./levels.ts";
import type { LevelStates } from "./state.ts";

/*
 * On how many runs an allocation stands, and when that is so little beside what is known now that it is worked out anew.
 */

/** Fewer runs than this, of other keys of the task, are next to nothing to stand on. */
const FEW_RUNS = 4;

/**
 * On how many runs of its key an allocation stands: of its memory, or, where that was demanded, of what its duration is
 * taken to be. 0: on those of other keys; -1: on next to nothing, so any run of its task is news.
 */
export function evidenceRuns({ memory }: Allocation, estimate: Estimate): number {
  const evidence = memory.evidence ?? (memory.source === "default" ? undefined : estimate.duration?.evidence);
  if (evidence === undefined) return -1;
  if (evidence.level === "key") return evidence.runs;
  return evidence.level === "default" || evidence.runs < FEW_RUNS ? -1 : 0;
}

/**
 * When so many runs of a key are known, allocations of the key that stand on this many or fewer are outdated: half, so that
 * those that wait are not worked out anew with each run; all after a death.
 */
export function outdatedEvidence(runs: number, isDeath: boolean): number {
  return isDeath ? Number.MAX_SAFE_INTEGER : Math.floor(runs / 2);
}

/** How many runs of exactly this key are known: without a subject or a context a coarser level is that of the key. */
export function runsOfKey(key: HistoryKey, states: LevelStates): number {
  const [finest] = levelKeysOf(key);
  return (finest && states[finest.level]?.runs) ?? 0;
}
