import { TOLD_AT, type ToldAt } from "../../domain/accuracy.ts";
import {
  RESOURCES,
  type AmountSource,
  type Estimate,
  type Resource,
  type ResourceEstimate,
} from "../../domain/allocation.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { MemoryRaise } from "../../domain/runtime-statistics.ts";
import type { Placement } from "../../domain/run.ts";
import { observationOf, type Figure, type Observation } from "../observation.ts";
import { choiceOf, type JudgedChoice } from "./choice.ts";

/** One resource of an ended run: what was predicted, given and used. Bytes, bytes, cores, seconds. */
export type JudgedResource = {
  source: AmountSource;
  /** What was held for it, times seconds. */
  held: number;
  /** What people asked for, times seconds; absent where nobody did, or the amount is that of a run again. */
  asked?: number;
  /** Absent where it was not measured. */
  used?: Figure;
  /** Absent where nothing was predicted. */
  predicted?: Pick<ResourceEstimate, "p5" | "p50" | "p95">;
};

/** The end that was told of a run when a share of it was over: the range's beginning and end, seconds from its start. */
export type JudgedEnd = { at: ToldAt; p50: number; p90: number };

/** An ended run, as far as it tells how good its estimate was. */
export type JudgedRun = {
  seconds: number;
  resources: Record<Resource, JudgedResource>;
  /** Absent where nothing was told, or nobody knows when it would have ended. */
  told?: JudgedEnd[];
  /** Absent where there was one worker to choose from, or nothing to choose by. */
  choice?: JudgedChoice;
  /** The resource whose amount it died of. */
  died_of?: Resource;
};

/** What is known of a run beside its entry in the history. */
export type RunDetails = {
  /** Those of its memory limit while it ran. */
  raises?: readonly MemoryRaise[] | undefined;
  /** The end that is told of it after so many seconds, by the estimate with which it was placed: seconds from its start. */
  toldEnd?: ((elapsed: number) => { p50: number; p90: number }) | undefined;
  placement?: Placement | undefined;
};

/** Nobody reads when a shorter run will end, nor cares where it is fastest. Seconds. */
const LEAST_TIMED = 1;

/** Sources whose amounts people chose. */
export const ASKED_SOURCES: ReadonlySet<AmountSource> = new Set(["request", "workflow", "task"]);

/** Ends that show that an amount was too little. */
export const DEATHS: Partial<Record<HistoryEntry["outcome"]["kind"], Resource>> = {
  out_of_memory: "memory",
  out_of_disk: "disk_space",
  timed_out: "duration",
};

/**
 * What an ended run tells of the estimate that it was given its amounts by, or undefined when it tells nothing: it was
 * never started, was not measured, or was ended by something that nobody can estimate (a person, a lost worker).
 */
export function judge(entry: HistoryEntry, estimate: Estimate, details: RunDetails = {}): JudgedRun | undefined {
  const died_of = DEATHS[entry.outcome.kind];
  const isOwnEnd = ["exited", "outputs_missing", "signalled"].includes(entry.outcome.kind);
  if (entry.allocation === undefined || (!isOwnEnd && died_of === undefined)) return undefined;
  // whoever sent it: what it used was given to it all the same
  const observation = observationOf({ ...entry, trusted: true });
  const seconds = observation?.duration?.value;
  if (observation === undefined || seconds === undefined) return undefined;
  const { allocation } = entry;
  const judged = (resource: Resource): JudgedResource => {
    const { amount, source, asked = ASKED_SOURCES.has(source) ? amount : undefined } = allocation[resource];
    const [used, predicted] = [observation[resource], estimate[resource]];
    return {
      source,
      held: resource === "memory" ? memoryHeld(amount, details.raises ?? [], seconds) : amount * seconds,
      ...(asked !== undefined && { asked: asked * seconds }),
      ...(used !== undefined && { used }),
      ...(predicted !== undefined && { predicted }),
    };
  };
  // Object.fromEntries forgets the keys' type; they are the resources
  const resources = Object.fromEntries(
    RESOURCES.map((resource) => [resource, judged(resource)]),
  ) as JudgedRun["resources"];
  return {
    seconds,
    resources,
    ...timesOf(observation, estimate, details),
    ...(died_of !== undefined && { died_of }),
  };
}

/** What was told of its end and expected of its workers. A run that was cut short would have ended later, nobody knows when. */
function timesOf(
  { duration }: Observation,
  estimate: Estimate,
  { toldEnd, placement }: RunDetails,
): Pick<JudgedRun, "told" | "choice"> {
  if (duration === undefined || duration.is_lower_bound || duration.value < LEAST_TIMED) return {};
  const choice = placement && choiceOf(placement, estimate.duration);
  return {
    ...(toldEnd !== undefined && { told: TOLD_AT.map((at) => ({ at, ...toldEnd(at * duration.value) })) }),
    ...(choice !== undefined && { choice }),
  };
}

/** What a run held of its worker's memory: its amount, and from each raise on what it was raised to. Byte-seconds. */
function memoryHeld(amount: number, raises: readonly MemoryRaise[], seconds: number): number {
  let held = 0;
  let since = 0;
  let limit = amount;
  for (const { at_ms, to } of raises) {
    const at = Math.min(seconds, Math.max(since, at_ms / 1000));
    held += limit * (at - since);
    since = at;
    limit = Math.max(limit, to);
  }
  return held + limit * (seconds - since);
}
