import type { VNode } from "preact";
import { scaleLog } from "d3-scale";
import { element as e } from "../element.ts";
import { short } from "./figure.ts";

const WIDTH = 120;
const HEIGHT = 20;

/** A factor and the interval that it lies in. */
export type FactorRange = { low: number; factor: number; high: number };

/**
 * A factor as a dot on the line of its interval, in a cell of a table; a stroke stands at 1. `most` is how far from 1, to either
 * side, the cells of the column reach. `sentence` says the same in words.
 */
export function dotInterval({ low, factor, high }: FactorRange, most: number, sentence: string): VNode {
  const x = scaleLog([1 / most, most], [4, WIDTH - 4]).clamp(true);
  const middle = HEIGHT / 2;
  return e(
    "svg",
    { class: "small", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": sentence },
    e("path", { class: "grid", d: `M${short(x(1))} 1V${HEIGHT - 1}` }),
    e("path", { class: "spark", d: `M${short(x(low))} ${middle}H${short(x(high))}` }),
    e("circle", { class: "spark-end", cx: short(x(factor)), cy: middle, r: 3.5 }),
  );
}

/** How far from 1 a column of them reaches: at least to a quarter more. */
export function reachOf(ranges: readonly FactorRange[]): number {
  return Math.max(1.25, ...ranges.flatMap(({ low, high }) => [1 / low, high])) * 1.05;
}
