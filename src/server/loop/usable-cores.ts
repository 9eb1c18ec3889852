import type { Estimate } from "../../domain/allocation.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { usableCpus, type CpuUse } from "../../schedule/usable-cpus.ts";
import type { StoreReader } from "../store/store.ts";

/** The newest runs that are looked at. */
const NEWEST = 20;
/** What uses less than this on average has no use for a second core, and its runs are not looked at. */
const WORTH_A_LOOK = 0.8;
/** Shorter runs are mostly start-up. */
const SHORTEST_SECONDS = 1;

/**
 * The estimate, with as many cores as the key's runs have shown that they can use: a run that is offered one core
 * (`ALMANAC_CPUS`) can never show more, so what used up its offer is offered twice as much.
 */
export async function withUsableCores(reader: StoreReader, key: HistoryKey, estimate: Estimate): Promise<Estimate> {
  const { cpu_count } = estimate;
  if (cpu_count === undefined || cpu_count.p50 < WORTH_A_LOOK) return estimate;
  const { items } = await reader.history(key, { limit: NEWEST });
  const usable = usableCpus(items.flatMap((entry) => useOf(entry)));
  if (usable === undefined || usable.cpus <= 1) return estimate;
  const method = usable.isRising ? "twice the cores that it used up" : "the cores that it can use";
  const evidence = { ...cpu_count.evidence, method };
  return { ...estimate, cpu_count: { ...cpu_count, allocate: usable.cpus, evidence } };
}

function useOf({ result, allocation, runtime_statistics, duration_ms, cpu_time_ms }: HistoryEntry): CpuUse[] {
  const seconds = duration_ms === undefined ? runtime_statistics.duration : duration_ms / 1000;
  const cpuSeconds = cpu_time_ms === undefined ? runtime_statistics.cpu_time : cpu_time_ms / 1000;
  if (result !== "success" || allocation === undefined || seconds === undefined || cpuSeconds === undefined) return [];
  if (seconds < SHORTEST_SECONDS) return [];
  // as the worker tells the run: whole cores, at least one
  return [{ used: cpuSeconds / seconds, offered: Math.max(1, Math.floor(allocation.cpu_count.amount)) }];
}
