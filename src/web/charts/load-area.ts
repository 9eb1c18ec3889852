import type { VNode } from "preact";
import { scaleLinear } from "d3-scale";
import { area, curveStepAfter } from "d3-shape";
import { timestamp } from "../../domain/clock.ts";
import { element as e } from "../element.ts";
import { amountAxis, bottomAxis } from "./axes.ts";
import { chart, short, type Canvas } from "./figure.ts";
import { formatIn, roundTicks, type Unit } from "./scales.ts";
import { timeScale } from "./time-axis.ts";
import { zonedText } from "../zone.ts";

/** What is held from a moment on (milliseconds since 1970), in the chart's unit. */
export type LoadStep = { at: number; reserved: number; used: number };

/** Reserved and used of a capacity over time. */
export type LoadArea = {
  sentence: string;
  unit: Unit;
  /** What the used amount of a run is: `used at most`. */
  usedWord: string;
  capacity: number;
  /** Oldest first; at least one. */
  steps: readonly LoadStep[];
  span: readonly [number, number];
};

/** Used before reserved before the whole: what is pale is held and not used, what is empty is free. */
export function loadAreaChart(load: LoadArea): VNode {
  const { sentence, unit, usedWord, capacity, steps } = load;
  return chart({
    sentence,
    legend: [
      { look: "bar-used", mark: "area", word: usedWord },
      { look: "bar-reserved", mark: "area", word: "reserved" },
      { look: "reserved", mark: "line", word: "capacity" },
    ],
    points: steps.map(({ at, reserved, used }) => ({
      x: at,
      y: reserved,
      text: `${formatIn(unit, reserved)} reserved, ${formatIn(unit, used)} ${usedWord}, of ${formatIn(unit, capacity)}, from ${zonedText(timestamp(at))} on`,
    })),
    zooms: true,
    plotHeight: 150,
    draw: (canvas) => draw(canvas, load),
  });
}

function draw(canvas: Canvas, { unit, capacity, steps, span }: LoadArea) {
  const top = Math.max(capacity, ...steps.flatMap(({ reserved, used }) => [reserved, used])) * 1.05 || 1;
  const { x, ticks } = timeScale(canvas, span);
  const y = scaleLinear([0, top], [canvas.bottom, canvas.top]);
  const last = steps.at(-1)!; // there is one at least
  const whole = [...steps, { ...last, at: span[1] }];
  const pathOf = (field: "reserved" | "used") =>
    area<LoadStep>()
      .x(({ at }) => Number(short(x(at))))
      .y0(canvas.bottom)
      .y1((step) => Number(short(y(Math.min(step[field], top)))))
      .curve(curveStepAfter)(whole) ?? "";
  return {
    x: span,
    y: [0, top] as const,
    marks: [
      ...amountAxis(
        canvas,
        roundTicks(unit, top, 4).map((tick) => ({ at: y(tick), text: formatIn(unit, tick) })),
      ),
      ...bottomAxis(canvas, ticks),
      e("path", { class: "bar-reserved", d: pathOf("reserved") }),
      e("path", { class: "bar-used", d: pathOf("used") }),
      e("path", { class: "reserved", d: `M${canvas.left} ${short(y(capacity))}H${canvas.right}` }),
    ],
  };
}
