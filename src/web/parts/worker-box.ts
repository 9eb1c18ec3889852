import type { VNode } from "preact";
import type { Resource } from "../../domain/allocation.ts";
import { formatAmount, RESOURCE_WORDS } from "../../domain/amount-text.ts";
import type { Run } from "../../domain/run.ts";
import type { Worker } from "../../domain/worker.ts";
import { boxBar } from "../charts/bars.ts";
import { element as e } from "../element.ts";
import { workerLink } from "./links.ts";

/** What of a worker's capacity is held by its runs, and what they use; bytes, bytes, cores. */
export type Load = Record<
  Exclude<Resource, "duration">,
  { capacity: number; reserved: number; used: number | undefined }
>;

/** What a run holds, and uses: now where its curve is at hand, else what it used at most so far. */
export type LoadedRun = Pick<Run, "worker_name" | "allocation" | "runtime_statistics"> &
  Partial<Pick<Run, "measurement">>;

/** Adds up the runs that a worker has now. What a run has not reported yet is not counted as used. */
export function loadOf(worker: Worker, runs: readonly LoadedRun[]): Load {
  const sum = (figures: readonly (number | undefined)[]) =>
    figures.reduce<number>((total, figure) => total + (figure ?? 0), 0);
  const held = (resource: Exclude<Resource, "duration">) => sum(runs.map((run) => run.allocation[resource].amount));
  return {
    memory: {
      capacity: worker.capacity.memory,
      reserved: held("memory"),
      used: sum(runs.map((run) => nowOf(run, "memory"))),
    },
    disk_space: {
      capacity: worker.capacity.disk_space,
      reserved: held("disk_space"),
      used: sum(runs.map((run) => nowOf(run, "disk_space"))),
    },
    cpu_count: {
      capacity: worker.capacity.cpu_count,
      reserved: held("cpu_count"),
      used: sum(runs.map(coresOf)),
    },
  };
}

function nowOf(run: LoadedRun, resource: "memory" | "disk_space"): number | undefined {
  return run.measurement?.curve?.[resource].at(-1) ?? run.runtime_statistics[resource];
}

/** Cores in use: now, or on average so far. */
function coresOf({ measurement, runtime_statistics }: LoadedRun): number | undefined {
  const now = measurement?.curve?.cpu_millicores.at(-1);
  if (now !== undefined) return now / 1000;
  const { cpu_time, duration } = runtime_statistics;
  return cpu_time === undefined || duration === undefined || duration <= 0 ? undefined : cpu_time / duration;
}

/** A worker as a box: used, reserved and free of each capacity in one bar. */
export function workerBox(root: string, worker: Worker, runs: readonly LoadedRun[]): VNode {
  const what = runs.length === 0 ? "runs nothing" : runs.length === 1 ? "1 run" : `${runs.length} runs`;
  return e(
    "li",
    { class: worker.state, "data-key": worker.worker_name },
    e("h3", {}, workerLink(root, worker.worker_name)),
    e("p", {}, `${worker.state}${worker.suspicion === null ? "" : ", suspected"}, ${what}`),
    ...loadBars(worker, runs),
  );
}

/** The three bars of a worker with their sentences. */
export function loadBars(worker: Worker, runs: readonly LoadedRun[]): VNode[] {
  const load = loadOf(worker, runs);
  return (["memory", "cpu_count", "disk_space"] as const).flatMap((resource) => {
    const { capacity, reserved, used } = load[resource];
    const word = RESOURCE_WORDS[resource];
    const sentence =
      reserved === 0
        ? `${word}: all ${formatAmount(resource, capacity)} free`
        : `${word}: ${formatAmount(resource, used ?? 0)} used, ${formatAmount(resource, reserved)} reserved of ${formatAmount(resource, capacity)}`;
    const share = (amount: number) => (capacity > 0 ? amount / capacity : 0);
    const bar = boxBar(sentence, [
      { from: 0, to: share(reserved), look: "bar-reserved" },
      { from: 0, to: share(used ?? 0), look: "bar-used" },
    ]);
    return [e("p", {}, sentence), bar];
  });
}
