import type { Timestamp } from "../../domain/clock.ts";
import type { TaskType } from "../../domain/task.ts";
import type { WasteGroup, WasteReport } from "../../domain/waste.ts";
import { accuracyOf } from "../../estimate/accuracy/accuracy.ts";
import { judge } from "../../estimate/accuracy/judge.ts";
import { addRun, emptyTally, type Tally } from "../../estimate/accuracy/tally.ts";
import type { OwnedEntry, StoreReader } from "../store/store.ts";

/** The newest runs that one answer looks at. */
const MOST_RUNS = 5_000;

/** The most groups that are named. */
const MOST_GROUPS = 100;

/** What is asked about waste. */
export type WasteQuery = {
  by: WasteGroup;
  task_type?: TaskType | undefined;
  task_name?: string | undefined;
  since: Timestamp;
};

/**
 * What the newest runs reserved and used, by subject, owner or worker. Read from the history, which keeps so many runs of
 * each key; what is added up by task and day is exact, and told by `accuracyReport`.
 */
export async function wasteReport(
  reader: StoreReader,
  { by, since, task_type, task_name }: WasteQuery,
): Promise<Omit<WasteReport, "spare_workers">> {
  const newest = await reader.newestRuns(MOST_RUNS);
  const groups = new Map<string | null, Tally>();
  let runs = 0;
  let oldest: Timestamp | null = null;
  for (const entry of newest) {
    if (entry.completed_at < since) continue;
    if (task_name !== undefined && entry.task_name !== task_name) continue;
    if (task_type !== undefined && entry.task_type !== task_type) continue;
    const run = judge(entry, {});
    if (run === undefined) continue;
    runs += 1;
    if (oldest === null || entry.completed_at < oldest) oldest = entry.completed_at;
    const name = nameOf(entry, by);
    groups.set(name, addRun(groups.get(name) ?? emptyTally(), run));
  }
  const named = [...groups].map(([name, tally]) => ({ name, accuracy: accuracyOf(tally) }));
  const isCut = newest.length === MOST_RUNS && newest.every(({ completed_at }) => completed_at >= since);
  return { by, since: oldest, is_cut: isCut, runs, groups: named.sort(byWaste).slice(0, MOST_GROUPS) };
}

function nameOf({ subject, created_by, worker_name }: OwnedEntry, by: WasteGroup): string | null {
  if (by === "subject") return subject;
  return by === "owner" ? created_by : (worker_name ?? null);
}

function byWaste(a: WasteReport["groups"][number], b: WasteReport["groups"][number]): number {
  const wasted = ({ accuracy }: typeof a) => accuracy.resources.memory?.held?.wasted ?? 0;
  return wasted(b) - wasted(a);
}
