import type { VNode } from "preact";
import { scaleLinear } from "d3-scale";
import type { WorkerStanding } from "../../domain/worker.ts";
import { formatBytes } from "../../domain/units.ts";
import { element as e } from "../element.ts";
import { amountAxis } from "./axes.ts";
import { chart, short, type Canvas } from "./figure.ts";

/** Many workers as one picture instead of a wall of boxes: a column each, the fullest first. */
export function fleetChart(root: string, fullestFirst: readonly WorkerStanding[], sentence: string): VNode {
  return chart({
    sentence,
    legend: [
      { look: "bar-used", mark: "area", word: "used" },
      { look: "bar-reserved", mark: "area", word: "reserved" },
      { look: "span-waiting", mark: "area", word: "draining or offline" },
    ],
    plotHeight: 120,
    points: fullestFirst.map(({ worker_name, state, capacity, load: { memory } }, index) => ({
      x: index + 0.5,
      y: 0,
      reach: 0.5,
      text: `${worker_name}, ${state}: ${formatBytes(memory.used)} used, ${formatBytes(memory.reserved)} reserved of ${formatBytes(capacity.memory)}`,
      href: `${root}workers/${encodeURIComponent(worker_name)}`,
    })),
    draw: (canvas) => draw(canvas, fullestFirst),
  });
}

function draw(canvas: Canvas, workers: readonly WorkerStanding[]) {
  const y = scaleLinear([0, 1], [canvas.bottom, canvas.top]);
  const width = (canvas.right - canvas.left) / workers.length;
  const columns = (pick: (worker: WorkerStanding) => number) =>
    workers
      .map((worker, index) => {
        const share = Math.min(1, pick(worker));
        if (share <= 0) return "";
        return `M${short(canvas.left + index * width)} ${canvas.bottom}V${short(y(share))}h${short(width)}V${canvas.bottom}z`;
      })
      .join("");
  const shareOf = (amount: number, { capacity }: WorkerStanding) =>
    capacity.memory > 0 ? amount / capacity.memory : 0;
  return {
    x: [0, workers.length] as const,
    y: [0, 1] as const,
    marks: [
      ...amountAxis(
        canvas,
        [0, 0.5, 1].map((share) => ({ at: y(share), text: `${share * 100} %` })),
      ),
      e("path", { class: "span-waiting", d: columns(({ state }) => (state === "online" ? 0 : 1)) }),
      e("path", { class: "bar-reserved", d: columns((one) => shareOf(one.load.memory.reserved, one)) }),
      e("path", { class: "bar-used", d: columns((one) => shareOf(one.load.memory.used, one)) }),
    ],
  };
}
