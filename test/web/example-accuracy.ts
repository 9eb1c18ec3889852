import type { ImportedEntry } from "../../src/contract/history-entries.ts";
import type { Estimate, Resource, ResourceEstimate } from "../../src/domain/allocation.ts";
import type { WorkerName } from "../../src/domain/ids.ts";
import type { Candidate, Placement } from "../../src/domain/run.ts";
import { judge, type RunDetails } from "../../src/estimate/accuracy/judge.ts";
import { dayOf } from "../../src/estimate/accuracy/report.ts";
import { addOverruled, addRun, emptyTally, type Tally } from "../../src/estimate/accuracy/tally.ts";
import { toldEnd } from "../../src/schedule/sampled-duration.ts";
import type { Harness } from "../server/harness.ts";
import { withDatabase } from "./copy-rows.ts";

/* How good the estimates of a past were that was not played: imported runs were given nothing by this server. */

const FEWEST = 5;
const LOOKED_AT = 40;

/** Keeps the accuracy of the runs given, oldest first in each key, as if each had been predicted from those before it. */
export function giveItAccuracy(harness: Harness, entries: readonly ImportedEntry[]): Promise<void> {
  const days = new Map<string, Tally>([[dayKeyOf(entries.at(-1)!), overruled()]]); // there are runs
  const earlier = new Map<string, ImportedEntry[]>();
  for (const [index, entry] of entries.entries()) {
    const key = JSON.stringify([entry.task_name, entry.subject, entry.context]);
    const before = earlier.get(key) ?? [];
    earlier.set(key, [...before, entry]);
    const estimate = predictedFrom(before.slice(-LOOKED_AT));
    const run = judge({ ...entry, id: 1 }, estimate, {
      toldEnd: toldEndOf(estimate),
      placement: placementOf(entry, index),
    });
    if (run === undefined) continue;
    const day = dayKeyOf(entry);
    days.set(day, addRun(days.get(day) ?? emptyTally(), run));
  }
  return withDatabase(harness, (db) => {
    const insert = db.prepare(
      "insert or ignore into accuracy_days (task_type, task_name, day, tally) values (?, ?, ?, ?)",
    );
    for (const [day, counted] of days)
      insert.run(...(JSON.parse(day) as [string, string, string]), JSON.stringify(counted)); // made above
  });
}

/** Three of four times the worker was chosen that is faster than the other, and as fast as most. */
function placementOf({ worker_name, completed_at: at }: ImportedEntry, index: number): Placement | undefined {
  if (worker_name === undefined) return undefined;
  const chosen = worker_name as WorkerName; // it has a worker's name
  const candidates: Candidate[] = [
    { worker_name: chosen, verdict: "chosen" },
    { worker_name: "builder-3" as WorkerName, verdict: "fits", slowness: index % 4 === 0 ? 0.96 : 1.07 }, // as above
  ];
  return { at, worker_name: chosen, rule: "it is there", candidates, candidate_count: 2 };
}

function toldEndOf({ duration }: Estimate): RunDetails["toldEnd"] {
  return duration && ((elapsed) => toldEnd({ ...duration, limit: duration.p95 * 5 }, 1, elapsed));
}

function dayKeyOf({ task_type, task_name, completed_at }: ImportedEntry): string {
  return JSON.stringify([task_type, task_name, dayOf(completed_at)]);
}

/** People have had another opinion twice. */
function overruled(): Tally {
  const once = addOverruled(emptyTally(), "regression", "known_failure");
  return addOverruled(once, "flaky", "regression");
}

function predictedFrom(before: readonly ImportedEntry[]): Estimate {
  const of = (resource: Resource, figure: "memory" | "duration") => {
    const values = before.flatMap(({ runtime_statistics: used }) => used[figure] ?? []).sort((a, b) => a - b);
    return values.length < FEWEST ? {} : { [resource]: estimateOf(values) };
  };
  return { ...of("memory", "memory"), ...of("duration", "duration") };
}

function estimateOf(values: readonly number[]): ResourceEstimate {
  const p50 = values[values.length >> 1]!; // there are some
  const p95 = values.at(-2)! * 1.01; // as above
  return { p50, p95, allocate: p95, ladder: [], evidence: { level: "key", runs: values.length, method: "ladder" } };
}
