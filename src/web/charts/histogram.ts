import type { VNode } from "preact";
import { scaleLinear } from "d3-scale";
import { formatMetric, type Metric } from "../../history/metric.ts";
import { element as e } from "../element.ts";
import { amountAxis, bottomAxis } from "./axes.ts";
import { chart, short, type Canvas, type Range } from "./figure.ts";
import { beyondMarks, fitAxis } from "./off-scale.ts";
import { formatIn, roundTicks, unitOf, type Unit } from "./scales.ts";

/** How many bars at most. */
const MOST_BINS = 30;

/** An amount marked in a distribution by a line with its name. */
export type AmountMark = { name: string; amount: number; look: "now" | "predicted" | "reserved" | "change" };

/** How often each amount was used. */
export type Histogram = {
  sentence: string;
  values: readonly number[];
  metric: Metric;
  marks: readonly AmountMark[];
  /** More to say of an amount, where bars are read. */
  textOf?: (amount: number) => string;
};

/** Bars of how often each amount was used, and lines at the amounts that matter, each with its name. */
export function histogramChart({ sentence, values, metric, marks, textOf }: Histogram): VNode {
  const format = (value: number) => formatMetric(value, metric);
  const lines = marks.map(({ name, amount }) => ({ most: amount, text: `${name} ${format(amount)}` }));
  const { top, beyond } = fitAxis(Math.max(...values), lines);
  const lowest = Math.min(...values, ...marks.map(({ amount }) => amount));
  const range = [lowest > top / 2 ? lowest - (top - lowest) / 4 : 0, top] as const;
  const bins = countBins(values, range);
  const size = (top - range[0]) / bins.length;
  return chart({
    sentence,
    legend: [{ look: "bar-reserved", mark: "area", word: "runs" }],
    points: bins.map((count, index) => {
      const [from, to] = [range[0] + index * size, range[0] + (index + 1) * size];
      const more = textOf === undefined ? "" : ` · ${textOf(to)}`;
      return { x: from + size / 2, y: count, text: `${count} runs from ${format(from)} to ${format(to)}${more}` };
    }),
    ...(textOf !== undefined && { readWord: "Choose an amount" }),
    draw: (canvas) => draw(canvas, bins, { range, beyond, metric, marks: marks.filter(({ amount }) => amount <= top) }),
  });
}

function countBins(values: readonly number[], [first, last]: Range): number[] {
  const bins = Array.from({ length: Math.min(MOST_BINS, Math.ceil(Math.sqrt(values.length)) * 2) }, () => 0);
  for (const value of values) {
    const index = Math.min(bins.length - 1, Math.floor(((value - first) / (last - first)) * bins.length));
    bins[index] = (bins[index] ?? 0) + 1;
  }
  return bins;
}

type Scale = { range: Range; beyond: readonly string[]; metric: Metric; marks: readonly AmountMark[] };

/** The names of the marks stand below each other, in room of their own above the bars. */
const NAME_HEIGHT = 15;

function draw(canvas: Canvas, bins: readonly number[], { range, beyond, metric, marks }: Scale) {
  const names = NAME_HEIGHT * (marks.length + (beyond.length > 0 ? 1 : 0));
  const most = Math.max(...bins);
  const x = scaleLinear(range, [canvas.left, canvas.right]);
  const y = scaleLinear([0, most], [canvas.bottom, canvas.top + names]);
  const width = (canvas.right - canvas.left) / bins.length;
  const unit = unitOf(metric);
  const counts = y.ticks(4).filter((count) => Number.isInteger(count));
  return {
    x: range,
    y: [0, y.invert(canvas.top)] as const,
    marks: [
      ...amountAxis(
        canvas,
        counts.map((count) => ({ at: y(count), text: String(count) })),
      ),
      ...bottomAxis(
        canvas,
        ticksIn(unit, range, canvas.width < 500 ? 4 : 8).map((tick) => ({ at: x(tick), text: formatIn(unit, tick) })),
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
      ...inRows(marks, (range[0] + range[1]) / 2).flatMap((mark, index) =>
        markLine(canvas, mark, { at: x(mark.amount), metric, index }),
      ),
      ...beyondMarks({ ...canvas, top: canvas.top + NAME_HEIGHT * marks.length }, beyond),
    ],
  };
}

/** Round amounts of a range that need not begin at 0: so many in it, if one begins there. */
function ticksIn(unit: Unit, [first, last]: Range, count: number): number[] {
  return roundTicks(unit, last, (count * last) / (last - first)).filter((tick) => tick >= first);
}

/** From the top down, so that no line runs through the name of another: names stand towards the middle of the picture. */
function inRows(marks: readonly AmountMark[], middle: number): AmountMark[] {
  const sorted = marks.toSorted((a, b) => a.amount - b.amount);
  const right = sorted.filter(({ amount }) => amount > middle);
  return [...right.toReversed(), ...sorted.filter(({ amount }) => amount <= middle)];
}

function markLine(
  { left, right, top, bottom }: Canvas,
  { name, amount, look }: AmountMark,
  { at, metric, index }: { at: number; metric: Metric; index: number },
): VNode[] {
  const isRight = at > (left + right) / 2;
  const y = top + NAME_HEIGHT * (index + 1) - 3;
  return [
    e("path", { class: look, d: `M${short(at)} ${bottom}V${y - 8}` }),
    e(
      "text",
      { x: short(at + (isRight ? -5 : 5)), y, ...(isRight && { "text-anchor": "end" }) },
      `${name} ${formatMetric(amount, metric)}`,
    ),
  ];
}
