import type { VNode } from "preact";
import type { RunLoad } from "../../domain/worker-load.ts";
import type { WorkerStanding } from "../../domain/worker.ts";
import { fleetChart } from "../charts/fleet.ts";
import { element as e } from "../element.ts";
import { barLegend, workerBox } from "./worker-box.ts";

/** More boxes than this say less than one picture of all. */
const MOST_BOXES = 60;
/** Beside that picture, and on a narrow window, so many of the fullest are shown: as many as the stylesheet has an order for. */
const FULLEST = 8;

/** The workers that are drawn as boxes, of which the runs are told: all, or of many the fullest. */
export function boxedWorkers(workers: readonly WorkerStanding[]): readonly WorkerStanding[] {
  return workers.length <= MOST_BOXES ? workers : inFullness(workers).slice(0, FULLEST);
}

/** Used, reserved and free of every worker: a box each; of many, one picture, and boxes of the fullest. */
export function fleet(
  root: string,
  workers: readonly WorkerStanding[],
  runsOf: ReadonlyMap<string, readonly RunLoad[]>,
): VNode[] {
  const fullestFirst = inFullness(workers);
  const fullest = fullestFirst.slice(0, FULLEST);
  const boxed = boxedWorkers(workers);
  if (boxed.length === workers.length) return [barLegend(), ...boxes(root, boxed, fullest, runsOf)];
  const full = fullestFirst.filter((one) => fullness(one) > 0.9).length;
  const sentence = `Memory of ${workers.length} workers, the fullest first: more than nine tenths are reserved on ${full} of them.`;
  return [
    fleetChart(root, fullestFirst, sentence),
    e("h3", {}, "The fullest"),
    barLegend(),
    ...boxes(root, boxed, fullest, runsOf),
  ];
}

function inFullness(workers: readonly WorkerStanding[]): WorkerStanding[] {
  return workers.toSorted((a, b) => fullness(b) - fullness(a) || (a.worker_name < b.worker_name ? -1 : 1));
}

function fullness({ capacity, load: { memory } }: WorkerStanding): number {
  return capacity.memory > 0 ? memory.reserved / capacity.memory : 0;
}

/** On a narrow window, without the room for all, the stylesheet shows the fullest, these first; the link shows the others as well. */
function boxes(
  root: string,
  workers: readonly WorkerStanding[],
  fullest: readonly WorkerStanding[],
  runsOf: ReadonlyMap<string, readonly RunLoad[]>,
): VNode[] {
  const places = new Map(fullest.map(({ worker_name }, index) => [worker_name, `full-${index + 1}`]));
  return [
    e(
      "ul",
      { class: "boxes", id: "boxes" },
      ...workers.map((worker) => {
        const { worker_name } = worker;
        return workerBox(root, worker, runsOf.get(worker_name) ?? [], places.get(worker_name));
      }),
    ),
    ...(workers.length > fullest.length
      ? [e("p", { class: "all-boxes" }, e("a", { href: "#boxes" }, `All ${workers.length} workers`))]
      : []),
  ];
}
