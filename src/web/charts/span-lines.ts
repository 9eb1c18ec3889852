import type { VNode } from "preact";
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { element as e } from "../element.ts";
import { amountAxis, bottomAxis } from "./axes.ts";
import { chart, markPath, short, type Canvas } from "./figure.ts";

/** A figure over spans of time: how its line looks, what it is, and its value in each span; absent: not known. */
export type SpanLine = { look: string; word: string; values: readonly (number | undefined)[] };

/** Figures of one unit over spans of time, side by side. */
export type SpanLines = {
  sentence: string;
  /** What the spans are called: `2026-11-22`; oldest first, at least one. */
  spans: readonly string[];
  lines: readonly SpanLine[];
  /** The least and the most that the axis shows. */
  range: readonly [number, number];
  format: (value: number) => string;
  /** What the axis counts in, so that its ticks are round; default: 1. */
  unit?: number;
  /** What the values should be. */
  target?: { value: number; word: string };
};

/** Lines over spans of time; a span of which nothing is known is passed over. */
export function spanLinesChart(view: SpanLines): VNode {
  const { sentence, spans, lines, format, target } = view;
  return chart({
    sentence,
    legend: [
      ...lines.map(({ look, word }) => ({ look: `line ${look}`, mark: "line", word }) as const),
      ...(target === undefined ? [] : [{ look: "target", mark: "line", word: target.word } as const]),
    ],
    points: spans.map((span, index) => {
      const known = lines.flatMap(({ word, values }) => {
        const value = values[index];
        return value === undefined ? [] : [{ value, text: `${word} ${format(value)}` }];
      });
      const text = known.length === 0 ? "nothing is known" : known.map((one) => one.text).join(", ");
      return { x: index + 0.5, y: known[0]?.value ?? view.range[0], reach: 0.5, text: `${span}: ${text}` };
    }),
    draw: (canvas) => draw(canvas, view),
  });
}

function draw(canvas: Canvas, { spans, lines, range, format, target, unit = 1 }: SpanLines) {
  const x = scaleLinear([0, spans.length], [canvas.left, canvas.right]);
  const y = scaleLinear([...range], [canvas.bottom, canvas.top]);
  const ticks = scaleLinear([range[0] / unit, range[1] / unit], [0, 1]).ticks(5);
  return {
    x: [0, spans.length] as const,
    y: range,
    marks: [
      ...amountAxis(
        canvas,
        ticks.map((tick) => ({ at: y(tick * unit), text: format(tick * unit) })),
      ),
      ...bottomAxis(
        canvas,
        spans.map((span, index) => ({ at: x(index + 0.5), text: span.slice(5) })),
      ),
      ...(target === undefined
        ? []
        : [e("path", { class: "target", d: `M${canvas.left} ${short(y(target.value))}H${canvas.right}` })]),
      ...lines.flatMap(({ look, values }) => {
        const known = values.flatMap((value, index) => (value === undefined ? [] : [{ index, value }]));
        const path = line<(typeof known)[number]>()
          .x(({ index }) => Number(short(x(index + 0.5))))
          .y(({ value }) => Number(short(y(value))));
        const dots = known.map(({ index, value }) => markPath("dot", x(index + 0.5), y(value)));
        return [
          e("path", { class: `line ${look}`, d: path(known) ?? "" }),
          e("path", { class: `dots ${look}`, d: dots.join("") }),
        ];
      }),
    ],
  };
}
