import type { VNode } from "preact";
import { scaleLinear } from "d3-scale";
import { area } from "d3-shape";
import type { Curve, MemoryRaise } from "../../domain/runtime-statistics.ts";
import { element as e } from "../element.ts";
import { amountAxis, bottomAxis } from "./axes.ts";
import { chart, short, type Canvas } from "./figure.ts";
import { formatIn, roundTicks, type Unit } from "./scales.ts";

/** One figure of a run over time, with what was reserved and predicted. */
export type RunCurve = {
  sentence: string;
  unit: Unit;
  /** Milliseconds since the run's start, and the figure then. */
  at_ms: Curve["at_ms"];
  values: readonly number[];
  reserved?: number | undefined;
  predicted?: number | undefined;
  raises?: readonly MemoryRaise[] | undefined;
};

/** What a run used while it ran: an area, below a line of what was reserved and one of what was predicted. */
export function runCurveChart(curve: RunCurve): VNode {
  const { unit, sentence, at_ms, values } = curve;
  return chart({
    sentence,
    legend: [
      { look: "used", mark: "area", word: "used" },
      ...(curve.reserved === undefined ? [] : [{ look: "reserved", mark: "line", word: "reserved" } as const]),
      ...(curve.predicted === undefined ? [] : [{ look: "predicted", mark: "line", word: "predicted (p95)" } as const]),
    ],
    points: at_ms.map((at, index) => {
      const value = values[index] ?? 0;
      return { x: at, y: value, text: `${formatIn(unit, value)} at ${formatIn("seconds", at / 1000)}` };
    }),
    draw: (canvas) => draw(canvas, curve),
  });
}

function draw(canvas: Canvas, curve: RunCurve) {
  const { unit, at_ms, values, reserved = 0, predicted = 0 } = curve;
  const end = Math.max(1, at_ms.at(-1) ?? 1);
  const most = Math.max(...values, predicted);
  // far above what was used the line itself says enough at the edge
  const top = Math.max(most, Math.min(reserved, most * 4 || reserved)) * 1.08 || 1;
  const x = scaleLinear([0, end], [canvas.left, canvas.right]);
  const y = scaleLinear([0, top], [canvas.bottom, canvas.top]);
  const used = area<number>()
    .x((_, index) => Number(short(x(at_ms[index] ?? 0))))
    .y0(canvas.bottom)
    .y1((value) => Number(short(y(value))));
  const timeTicks = roundTicks("seconds", end / 1000, canvas.width < 500 ? 4 : 8);
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
        timeTicks.map((tick) => ({ at: x(tick * 1000), text: formatIn("seconds", tick) })),
      ),
      e("path", { class: "used", d: used([...values]) ?? "" }),
      ...limitLine(
        "reserved",
        reservedPath(
          canvas,
          curve,
          (at) => x(at),
          (amount) => y(Math.min(amount, top)),
        ),
      ),
      ...limitLine(
        "predicted",
        curve.predicted === undefined ? "" : `M${canvas.left} ${short(y(predicted))}H${canvas.right}`,
      ),
    ],
  };
}

function limitLine(look: string, d: string): VNode[] {
  return d === "" ? [] : [e("path", { class: look, d })];
}

/** What was reserved, with the steps at which the worker gave more. */
function reservedPath(
  canvas: Canvas,
  { reserved, raises = [] }: RunCurve,
  x: (at: number) => number,
  y: (amount: number) => number,
): string {
  if (reserved === undefined) return "";
  const first = raises[0]?.from ?? reserved;
  const steps = raises.map(({ at_ms, to }) => `H${short(x(at_ms))}V${short(y(to))}`);
  return `M${canvas.left} ${short(y(first))}${steps.join("")}H${canvas.right}`;
}
