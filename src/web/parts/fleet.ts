import type { VNode } from "preact";
import type { Worker } from "../../domain/worker.ts";
import { fleetChart } from "../charts/fleet.ts";
import { element as e } from "../element.ts";
import { loadOf, workerBox, type LoadedRun } from "./worker-box.ts";

/** More boxes than this say less than one picture of all. */
const MOST_BOXES = 60;
/** Beside that picture, the fullest are still shown. */
const FULLEST = 8;

/** Used, reserved and free of every worker: a box each; of many, one picture, and boxes of the fullest. */
export function fleet(
  root: string,
  workers: readonly Worker[],
  runsOf: ReadonlyMap<string, readonly LoadedRun[]>,
): VNode[] {
  const runs = (worker: Worker) => runsOf.get(worker.worker_name) ?? [];
  if (workers.length <= MOST_BOXES) return [boxes(root, workers, runs)];
  const share = ({ load: { memory } }: { load: ReturnType<typeof loadOf> }) =>
    memory.capacity > 0 ? memory.reserved / memory.capacity : 0;
  const fullestFirst = workers
    .map((worker) => ({ worker, load: loadOf(worker, runs(worker)) }))
    .sort((a, b) => share(b) - share(a));
  const full = fullestFirst.filter((one) => share(one) > 0.9).length;
  const sentence = `Memory of ${workers.length} workers, the fullest first: more than nine tenths are reserved on ${full} of them.`;
  return [
    fleetChart(root, fullestFirst, sentence),
    e("h3", {}, "The fullest"),
    boxes(
      root,
      fullestFirst.slice(0, FULLEST).map(({ worker }) => worker),
      runs,
    ),
  ];
}

function boxes(root: string, workers: readonly Worker[], runs: (worker: Worker) => readonly LoadedRun[]): VNode {
  return e("ul", { class: "boxes" }, ...workers.map((worker) => workerBox(root, worker, runs(worker))));
}
