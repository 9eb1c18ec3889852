import type { VNode } from "preact";
import { scaleLinear } from "d3-scale";
import { area } from "d3-shape";
import type { Curve, MemoryRaise } from "../../domain/runtime-statistics.ts";
import type { CurveBand } from "../../history/curve-band.ts";
import { element as e } from "../element.ts";
import { amountAxis, bottomAxis } from "./axes.ts";
import { chart, markPath, short, type Canvas, type ChartParts, type ReadablePoint } from "./figure.ts";
import { beyondMarks, fitAxis } from "./off-scale.ts";
import { formatIn, roundTicks, type Unit } from "./scales.ts";

/** One figure of a run over time, with what was reserved and predicted, and what happened to it. */
export type RunCurve = {
  sentence: string;
  unit: Unit;
  /** Milliseconds since the run's start, and the figure then. */
  at_ms: Curve["at_ms"];
  values: readonly number[];
  reserved?: number | undefined;
  predicted?: number | undefined;
  raises?: readonly MemoryRaise[] | undefined;
  /** How it was ended, where it did not end by itself. */
  killed?: string | undefined;
  /** What earlier runs used at the same time after their start. */
  band?: CurveBand | undefined;
};

/** Earlier runs that took longer are shown so many times as far as this one has come, lest it be a line at the left. */
const FARTHEST_BAND = 3;

/** What a run used while it ran: an area before that of earlier runs, below lines of what was reserved and predicted. */
export function runCurveChart(curve: RunCurve): VNode {
  const { unit, sentence, at_ms, values, raises = [], killed } = curve;
  const textAt = (at: number) => formatIn("seconds", at / 1000);
  const points = at_ms.map((at, index): ReadablePoint => {
    const value = values[index] ?? 0;
    const end = killed !== undefined && index === at_ms.length - 1 ? ` · ${killed}` : "";
    return { x: at, y: value, text: `${formatIn(unit, value)} at ${textAt(at)}${end}` };
  });
  const raised = raises.map(({ at_ms: at, from, to }): ReadablePoint => {
    return {
      x: at,
      y: to,
      text: `limit raised from ${formatIn(unit, from)} to ${formatIn(unit, to)} at ${textAt(at)}`,
    };
  });
  return chart({
    sentence,
    legend: legendOf(curve),
    points: [...points, ...raised].sort((a, b) => a.x - b.x),
    draw: (canvas) => draw(canvas, curve),
  });
}

function legendOf({ reserved, predicted, raises = [], killed, band }: RunCurve): ChartParts["legend"] {
  return [
    { look: "used", mark: "area", word: "used" },
    ...(band === undefined
      ? []
      : [{ look: "ghost", mark: "area", word: `p10 to p90 of ${band.runs} earlier runs` } as const]),
    ...(reserved === undefined ? [] : [{ look: "reserved", mark: "line", word: "reserved" } as const]),
    ...(predicted === undefined ? [] : [{ look: "predicted", mark: "line", word: "predicted (p95)" } as const]),
    ...(raises.length === 0 ? [] : [{ look: "change", mark: "diamond", word: "limit raised" } as const]),
    ...(killed === undefined ? [] : [{ look: "marks failure", mark: "triangle", word: killed } as const]),
  ];
}

function draw(canvas: Canvas, curve: RunCurve) {
  const { unit, at_ms, values, reserved, predicted, raises = [], band } = curve;
  const ownEnd = Math.max(1, at_ms.at(-1) ?? 1);
  const end = Math.max(ownEnd, Math.min(band?.at_ms.at(-1) ?? 0, ownEnd * FARTHEST_BAND));
  const most = Math.max(...values, ...(band?.high ?? []));
  const named = (word: string, amount: number | undefined) =>
    amount === undefined ? [] : [{ most: amount, text: `${word} ${formatIn(unit, amount)}` }];
  const { top, beyond } = fitAxis(most, [
    ...named("reserved", reserved === undefined ? undefined : Math.max(reserved, ...raises.map(({ to }) => to))),
    ...named("predicted", predicted),
  ]);
  const x = scaleLinear([0, end], [canvas.left, canvas.right]);
  const y = scaleLinear([0, top], [canvas.bottom, canvas.top]);
  const capped = (amount: number) => y(Math.min(amount, top));
  return {
    x: [0, end] as const,
    y: [0, top] as const,
    marks: [
      ...amountAxis(
        canvas,
        roundTicks(unit, top, 4).map((tick) => ({ at: y(tick), text: formatIn(unit, tick) })),
      ),
      ...bottomAxis(
        canvas,
        roundTicks("seconds", end / 1000, canvas.width < 500 ? 4 : 8).map((tick) => ({
          at: x(tick * 1000),
          text: formatIn("seconds", tick),
        })),
      ),
      ...ghost(band, end, x, y),
      e("path", { class: "used", d: usedPath(canvas, curve, x, y) }),
      ...limitLine("reserved", reservedPath(canvas, curve, x, capped)),
      ...limitLine(
        "predicted",
        predicted === undefined || predicted > top ? "" : `M${canvas.left} ${short(y(predicted))}H${canvas.right}`,
      ),
      ...limitLine("change", raises.map(({ at_ms: at, to }) => markPath("diamond", x(at), capped(to))).join("")),
      ...(curve.killed === undefined
        ? []
        : [e("path", { class: "marks failure", d: markPath("triangle", x(ownEnd), y(values.at(-1) ?? 0)) })]),
      ...beyondMarks(canvas, beyond),
    ],
  };
}

type Place = (amount: number) => number;

function usedPath(canvas: Canvas, { at_ms, values }: RunCurve, x: Place, y: Place): string {
  const used = area<number>()
    .x((_, index) => Number(short(x(at_ms[index] ?? 0))))
    .y0(canvas.bottom)
    .y1((value) => Number(short(y(value))));
  return used([...values]) ?? "";
}

function ghost(band: CurveBand | undefined, end: number, x: Place, y: Place): VNode[] {
  if (band === undefined) return [];
  const path = area<number>()
    .x((_, index) => Math.round(x(band.at_ms[index] ?? 0)))
    .y0((_, index) => Math.round(y(band.low[index] ?? 0)))
    .y1((_, index) => Math.round(y(band.high[index] ?? 0)));
  return [e("path", { class: "ghost", d: path(band.at_ms.filter((at) => at <= end)) ?? "" })];
}

function limitLine(look: string, d: string): VNode[] {
  return d === "" ? [] : [e("path", { class: look, d })];
}

/** What was reserved, with the steps at which the worker gave more. */
function reservedPath(canvas: Canvas, { reserved, raises = [] }: RunCurve, x: Place, y: Place): string {
  if (reserved === undefined) return "";
  const first = raises[0]?.from ?? reserved;
  const steps = raises.map(({ at_ms, to }) => `H${short(x(at_ms))}V${short(y(to))}`);
  return `M${canvas.left} ${short(y(first))}${steps.join("")}H${canvas.right}`;
}
