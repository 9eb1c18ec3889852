import type { VNode } from "preact";
import type { Resource } from "../../domain/allocation.ts";
import { formatAmount, RESOURCE_WORDS } from "../../domain/amount-text.ts";
import type { Run } from "../../domain/run.ts";
import { formatBytes } from "../../domain/units.ts";
import type { Worker } from "../../domain/worker.ts";
import { segmentBar, type BarSegment } from "../charts/bars.ts";
import { legendOf } from "../charts/figure.ts";
import { element as e } from "../element.ts";
import { requestLink, workerLink } from "./links.ts";

/** What of a worker's capacity is held by its runs, and what they use; bytes, bytes, cores. */
export type Load = Record<
  Exclude<Resource, "duration">,
  { capacity: number; reserved: number; used: number | undefined }
>;

/** What a run holds, and uses: now where its curve is at hand, else what it used at most so far. */
export type LoadedRun = Pick<Run, "work_request_id" | "worker_name" | "allocation" | "runtime_statistics"> &
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

/** A worker as a box: who holds its memory, and what is used and reserved of each capacity; `look` is put beside its state's. */
export function workerBox(root: string, worker: Worker, runs: readonly LoadedRun[], look?: string): VNode {
  const what = runs.length === 0 ? "runs nothing" : runs.length === 1 ? "1 run" : `${runs.length} runs`;
  const [memory, ...others] = loadBars(worker, runs);
  return e(
    "li",
    { class: look === undefined ? worker.state : `${worker.state} ${look}`, "data-key": worker.worker_name },
    e("h3", {}, workerLink(root, worker.worker_name)),
    e("p", {}, `${worker.state}${worker.suspicion === null ? "" : ", suspected"}, ${what}`),
    ...(memory ?? []),
    ...(runs.length === 0 ? [] : [holders(root, runs)]),
    ...others.flat(),
  );
}

/** The three capacities of a worker, each with its sentence and its bar: that of memory is cut into its requests. */
export function loadBars(worker: Worker, runs: readonly LoadedRun[]): VNode[][] {
  const load = loadOf(worker, runs);
  return (["memory", "cpu_count", "disk_space"] as const).map((resource) => {
    const { capacity, reserved, used } = load[resource];
    const word = RESOURCE_WORDS[resource];
    const sentence =
      reserved === 0
        ? `${word}: all ${formatAmount(resource, capacity)} free`
        : `${word}: ${formatAmount(resource, used ?? 0)} used, ${formatAmount(resource, reserved)} reserved of ${formatAmount(resource, capacity)}`;
    const share = (amount: number) => (capacity > 0 ? amount / capacity : 0);
    const bar =
      resource === "memory"
        ? segmentBar(memoryName(sentence, runs), memorySegments(runs, share))
        : segmentBar(sentence, reserved === 0 ? [] : [{ held: share(reserved), used: share(used ?? 0) }], "thin");
    return [e("p", {}, sentence), bar];
  });
}

/** What the marks of the bars are. */
export function barLegend(): VNode {
  return legendOf([
    { look: "bar-used", mark: "area", word: "used" },
    { look: "bar-reserved", mark: "area", word: "reserved only" },
    { look: "bar-room", mark: "line", word: "free" },
  ]);
}

/** A bar with more pieces could not be told apart; the rest is one. */
const MOST_SEGMENTS = 40;
/** By name, below the bar. */
const MOST_NAMED = 4;

function memorySegments(runs: readonly LoadedRun[], share: (bytes: number) => number): BarSegment[] {
  const segments = byMemory(runs).map((run) => ({
    held: share(run.allocation.memory.amount),
    used: share(nowOf(run, "memory") ?? 0),
  }));
  if (segments.length <= MOST_SEGMENTS) return segments;
  const rest = segments.slice(MOST_SEGMENTS - 1);
  const sum = (pick: (segment: BarSegment) => number) => rest.reduce((total, segment) => total + pick(segment), 0);
  return [...segments.slice(0, MOST_SEGMENTS - 1), { held: sum(({ held }) => held), used: sum(({ used }) => used) }];
}

function memoryName(sentence: string, { length }: readonly LoadedRun[]): string {
  return length < 2 ? sentence : `${sentence}, by ${length} requests`;
}

/** Who holds the memory, in the order of the bar. */
function holders(root: string, runs: readonly LoadedRun[]): VNode {
  const named = byMemory(runs).slice(0, MOST_NAMED);
  const more = runs.length - named.length;
  return e(
    "p",
    { class: "quiet" },
    ...named.flatMap((run, index) => {
      const used = nowOf(run, "memory");
      const reserved = formatBytes(run.allocation.memory.amount);
      const text = used === undefined ? ` ${reserved}` : ` ${formatBytes(used)} of ${reserved}`;
      return [index === 0 ? "" : ", ", requestLink(root, run.work_request_id), text];
    }),
    more > 0 ? ` and ${more} more` : "",
  );
}

/** Who holds most first: where one stands changes only as runs begin and end. */
function byMemory(runs: readonly LoadedRun[]): LoadedRun[] {
  return runs.toSorted(
    (a, b) => b.allocation.memory.amount - a.allocation.memory.amount || a.work_request_id - b.work_request_id,
  );
}
