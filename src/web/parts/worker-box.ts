import type { VNode } from "preact";
import { formatAmount, RESOURCE_WORDS } from "../../domain/amount-text.ts";
import { formatBytes } from "../../domain/units.ts";
import type { WorkerStanding } from "../../domain/worker.ts";
import type { RunLoad } from "../../domain/worker-load.ts";
import { segmentBar, type BarSegment } from "../charts/bars.ts";
import { legendOf } from "../charts/figure.ts";
import { element as e } from "../element.ts";
import { requestLink, workerLink } from "./links.ts";

/** A worker as a box: who holds its memory, and what is used and reserved of each capacity; `look` is put beside its state's. */
export function workerBox(root: string, worker: WorkerStanding, runs: readonly RunLoad[], look?: string): VNode {
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
export function loadBars(
  { capacity: capacities, load }: Pick<WorkerStanding, "capacity" | "load">,
  runs: readonly RunLoad[],
): VNode[][] {
  return (["memory", "cpu_count", "disk_space"] as const).map((resource) => {
    const { reserved, used } = load[resource];
    const capacity = capacities[resource];
    const word = RESOURCE_WORDS[resource];
    const sentence =
      reserved === 0
        ? `${word}: all ${formatAmount(resource, capacity)} free`
        : `${word}: ${formatAmount(resource, used)} used, ${formatAmount(resource, reserved)} reserved of ${formatAmount(resource, capacity)}`;
    const share = (amount: number) => (capacity > 0 ? amount / capacity : 0);
    const bar =
      resource === "memory"
        ? segmentBar(memoryName(sentence, runs), memorySegments(runs, share))
        : segmentBar(sentence, reserved === 0 ? [] : [{ held: share(reserved), used: share(used) }], "thin");
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

function memorySegments(runs: readonly RunLoad[], share: (bytes: number) => number): BarSegment[] {
  const segments = byMemory(runs).map((run) => ({
    held: share(run.memory.reserved),
    used: share(run.memory.used ?? 0),
  }));
  if (segments.length <= MOST_SEGMENTS) return segments;
  const rest = segments.slice(MOST_SEGMENTS - 1);
  const sum = (pick: (segment: BarSegment) => number) => rest.reduce((total, segment) => total + pick(segment), 0);
  return [...segments.slice(0, MOST_SEGMENTS - 1), { held: sum(({ held }) => held), used: sum(({ used }) => used) }];
}

function memoryName(sentence: string, { length }: readonly RunLoad[]): string {
  return length < 2 ? sentence : `${sentence}, by ${length} requests`;
}

/** Who holds the memory, in the order of the bar. */
function holders(root: string, runs: readonly RunLoad[]): VNode {
  const named = byMemory(runs).slice(0, MOST_NAMED);
  const more = runs.length - named.length;
  return e(
    "p",
    { class: "quiet" },
    ...named.flatMap(({ work_request_id, memory }, index) => {
      const reserved = formatBytes(memory.reserved);
      const text = memory.used === null ? ` ${reserved}` : ` ${formatBytes(memory.used)} of ${reserved}`;
      return [index === 0 ? "" : ", ", requestLink(root, work_request_id), text];
    }),
    more > 0 ? ` and ${more} more` : "",
  );
}

/** Who holds most first: where one stands changes only as runs begin and end. */
function byMemory(runs: readonly RunLoad[]): RunLoad[] {
  return runs.toSorted((a, b) => b.memory.reserved - a.memory.reserved || a.work_request_id - b.work_request_id);
}
