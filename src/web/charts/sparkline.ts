import type { VNode } from "preact";
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { element as e } from "../element.ts";
import { short } from "./figure.ts";

const WIDTH = 120;
const HEIGHT = 28;

/**
 * The course of one figure in a cell of a table, from 0 up; with a line of what was reserved where it is near enough to
 * tell something. `sentence` says the same in words.
 */
export function sparkline(values: readonly number[], sentence: string, reserved?: number): VNode {
  const most = Math.max(...values);
  const isNear = reserved !== undefined && reserved <= most * 3;
  const x = scaleLinear([0, Math.max(1, values.length - 1)], [2, WIDTH - 4]);
  const y = scaleLinear([0, Math.max(most, isNear ? reserved : 0) || 1], [HEIGHT - 1.5, 2]);
  const path = line<number>()
    .x((_, index) => Number(short(x(index))))
    .y((value) => Number(short(y(value))));
  return e(
    "svg",
    { class: "small", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": sentence },
    ...(isNear ? [e("path", { class: "reserved", d: `M0 ${short(y(reserved))}H${WIDTH}` })] : []),
    e("path", { class: "spark", d: path([...values]) ?? "" }),
    e("circle", { class: "spark-end", cx: short(x(values.length - 1)), cy: short(y(values.at(-1) ?? 0)), r: 2.5 }),
  );
}
