import type { VNode } from "preact";
import { scaleLinear } from "d3-scale";
import { formatMetric, type Metric } from "../../history/metric.ts";
import type { FigureSummary } from "../../history/summary.ts";
import { element as e } from "../element.ts";
import { amountAxis, bottomAxis } from "./axes.ts";
import { chart, short, type Canvas } from "./figure.ts";
import { formatIn, roundTicks, unitOf } from "./scales.ts";

/** How many bars at most. */
const MOST_BINS = 30;

/** How often each amount was used; lines at the median and the 95th percentile. */
export function histogramChart(values: readonly number[], metric: Metric, { p50, p95 }: FigureSummary): VNode {
  const top = Math.max(...values) * 1.05 || 1;
  const bins = countBins(values, top);
  const most = Math.max(...bins);
  const size = top / bins.length;
  const format = (value: number) => formatMetric(value, metric);
  return chart({
    sentence: `${values.length} runs that ran to their own end: the median is ${format(p50)}, the 95th percentile ${format(p95)}.`,
    legend: [
      { look: "bar-reserved", mark: "area", word: "runs" },
      { look: "now", mark: "line", word: "median" },
      { look: "predicted", mark: "line", word: "95th percentile" },
    ],
    points: bins.map((count, index) => ({
      x: (index + 0.5) * size,
      y: count,
      text: `${count} runs from ${format(index * size)} to ${format((index + 1) * size)}`,
    })),
    draw: (canvas) => draw(canvas, bins, { top, most, metric, p50, p95 }),
  });
}

function countBins(values: readonly number[], top: number): number[] {
  const bins = Array.from({ length: Math.min(MOST_BINS, Math.ceil(Math.sqrt(values.length)) * 2) }, () => 0);
  for (const value of values) {
    const index = Math.min(bins.length - 1, Math.floor((value / top) * bins.length));
    bins[index] = (bins[index] ?? 0) + 1;
  }
  return bins;
}

type Scale = { top: number; most: number; metric: Metric; p50: number; p95: number };

function draw(canvas: Canvas, bins: readonly number[], { top, most, metric, p50, p95 }: Scale) {
  const x = scaleLinear([0, top], [canvas.left, canvas.right]);
  const y = scaleLinear([0, most], [canvas.bottom, canvas.top]);
  const width = (canvas.right - canvas.left) / bins.length;
  const unit = unitOf(metric);
  const counts = y.ticks(4).filter((count) => Number.isInteger(count));
  return {
    x: [0, top] as const,
    y: [0, most] as const,
    marks: [
      ...amountAxis(
        canvas,
        counts.map((count) => ({ at: y(count), text: String(count) })),
      ),
      ...bottomAxis(
        canvas,
        roundTicks(unit, top, canvas.width < 500 ? 4 : 8).map((tick) => ({ at: x(tick), text: formatIn(unit, tick) })),
      ),
      ...bins.map((count, index) =>
        e("rect", {
          class: "bar-reserved",
          x: short(canvas.left + index * width),
          y: short(y(count)),
          width: short(width),
          height: short(canvas.bottom - y(count)),
        }),
      ),
      e("path", { class: "now", d: `M${short(x(p50))} ${canvas.bottom}V${canvas.top}` }),
      e("path", { class: "predicted", d: `M${short(x(p95))} ${canvas.bottom}V${canvas.top}` }),
    ],
  };
}
