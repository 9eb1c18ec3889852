import type { Amounts, Resource } from "../domain/allocation.ts";
import { epochMs } from "../domain/clock.ts";
import type { HistoryEntry } from "../domain/history.ts";
import { isCutShort } from "../domain/outcome.ts";
import type { MeasuredFigure } from "../domain/runtime-statistics.ts";

/** One figure of a finished run: what it needed, or (`is_lower_bound`) what it had needed when it was cut short. */
export type Figure = { value: number; is_lower_bound: boolean };

/** What a finished run teaches. Bytes, bytes, cores, seconds (with fractions). */
export type Observation = Partial<Record<Resource, Figure>> & {
  /** When the run ended, milliseconds since 1970. */
  at_ms: number;
  /** Names the work request, so that a later success settles the death of an earlier attempt. */
  request?: string;
  /** Size of the input in bytes, above 0. */
  input_size?: number;
  /** What makes its speed: the cpu model, else the worker's name. */
  machine?: string;
  /** What people (request, workflow or task) asked for, where they did. */
  asked: Amounts;
};

/** No run uses more than this of anything (bytes; 4 PiB): larger figures are broken, and are left out. */
const LARGEST_FIGURE = 2 ** 52;

/** A run that used this share of its cores was held back by them: it might have used more. */
const CPU_CAPPED_FROM = 0.95;
const CPU_CAPPED_TO = 1.02;

/**
 * What an entry of the history teaches, or undefined when it teaches nothing: it is of untrusted origin, was
 * never run, or has no figures. Successes, and failures that ran to their own end, give figures; runs that
 * were cut short give lower bounds (`DESIGN.md` §5).
 */
export function observationOf(entry: HistoryEntry): Observation | undefined {
  if (!entry.trusted || entry.result === "skipped" || entry.outcome.kind === "start_failed") return undefined;
  const observation: Observation = { at_ms: epochMs(entry.completed_at), asked: askedOf(entry), ...figuresOf(entry) };
  if (!hasFigures(observation) || !Number.isFinite(observation.at_ms)) return undefined;
  if (entry.work_request_id !== undefined) observation.request = String(entry.work_request_id);
  if (isUsable(entry.input_size)) observation.input_size = entry.input_size;
  const machine = entry.cpu_model ?? entry.worker_name;
  if (machine !== undefined) observation.machine = machine;
  return observation;
}

function figuresOf(entry: HistoryEntry): Partial<Record<Resource, Figure>> {
  const seconds = secondsOf(entry.duration_ms, entry.runtime_statistics.duration);
  const figures: Partial<Record<Resource, Figure>> = {};
  put(figures, "memory", withDeath(entry, "out_of_memory", entry.runtime_statistics.memory), isCut(entry, "memory"));
  put(
    figures,
    "disk_space",
    withDeath(entry, "out_of_disk", entry.runtime_statistics.disk_space),
    isCut(entry, "disk_space"),
  );
  put(figures, "duration", withDeath(entry, "timed_out", seconds), isCut(entry, "duration"));
  const cpuSeconds = secondsOf(entry.cpu_time_ms, entry.runtime_statistics.cpu_time);
  if (seconds !== undefined && cpuSeconds !== undefined && seconds > 0) {
    const cores = cpuSeconds / seconds;
    put(figures, "cpu_count", cores, isCpuCapped(cores, entry));
  }
  return figures;
}

function put(
  figures: Partial<Record<Resource, Figure>>,
  resource: Resource,
  value: number | undefined,
  isLowerBound: boolean,
): void {
  if (isUsable(value)) figures[resource] = { value, is_lower_bound: isLowerBound };
}

/** A death at a limit needed at least that limit, also where the last reading was below it. */
function withDeath(
  entry: HistoryEntry,
  kind: "out_of_memory" | "out_of_disk" | "timed_out",
  value: number | undefined,
): number | undefined {
  if (entry.outcome.kind !== kind) return value;
  return Math.max(entry.outcome.limit, value ?? 0);
}

function isCut(entry: HistoryEntry, figure: MeasuredFigure): boolean {
  return isCutShort(entry.outcome) || entry.lower_bounds.includes(figure);
}

function isCpuCapped(cores: number, entry: HistoryEntry): boolean {
  const given = entry.allocation?.cpu_count.amount ?? entry.runtime_statistics.cpu_count;
  if (given === undefined) return false;
  return cores >= given * CPU_CAPPED_FROM && cores <= given * CPU_CAPPED_TO;
}

function secondsOf(milliseconds: number | undefined, seconds: number | undefined): number | undefined {
  return milliseconds === undefined ? seconds : milliseconds / 1000;
}

function askedOf(entry: HistoryEntry): Amounts {
  const asked: Amounts = {};
  for (const resource of ["memory", "disk_space", "cpu_count", "duration"] as const) {
    const given = entry.allocation?.[resource];
    if (given === undefined || !isUsable(given.amount)) continue;
    if (given.source === "request" || given.source === "workflow" || given.source === "task")
      asked[resource] = given.amount;
  }
  return asked;
}

function hasFigures(observation: Observation): boolean {
  return (
    observation.memory !== undefined ||
    observation.disk_space !== undefined ||
    observation.duration !== undefined ||
    observation.cpu_count !== undefined
  );
}

function isUsable(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value) && value > 0 && value <= LARGEST_FIGURE;
}
