import type { VNode } from "preact";
import { element as e } from "../element.ts";
import type { Canvas } from "./figure.ts";

/** A line higher than so many times what was used would leave that flat at the bottom. */
const HIGHEST_LINE = 2.5;

/** Above the highest mark; and as much as a line of text needs above it. */
const MARGIN = 1.08;
const MARGIN_WITH_TEXT = 1.3;

/** An axis from 0: its end, and which lines lie beyond it. */
export type FittedAxis = { top: number; beyond: string[] };

/**
 * How far an axis goes: to the highest mark, and to each line that is not far above it. `lines`: the most of each, and its
 * text (`reserved 16.0G`), which is given back for those that are. Amounts in the unit of the axis.
 */
export function fitAxis(most: number, lines: readonly { most: number; text: string }[]): FittedAxis {
  const highest = most * HIGHEST_LINE || Infinity; // nothing was used: the lines are all there is
  const near = lines.filter((line) => line.most <= highest);
  const beyond = lines.filter((line) => line.most > highest).map(({ text }) => text);
  const top = Math.max(most, ...near.map((line) => line.most));
  return { top: top * (beyond.length > 0 ? MARGIN_WITH_TEXT : MARGIN) || 1, beyond };
}

/** Says what lies above the picture, where its axis is broken; nothing when nothing does. */
export function beyondMarks({ left, right, top }: Canvas, beyond: readonly string[]): VNode[] {
  if (beyond.length === 0) return [];
  return [
    e("path", { class: "break", d: `M${left - 5} ${top + 8}l10 -5m0 5l-10 5` }),
    e("text", { class: "beyond", x: right - 4, y: top + 16, "text-anchor": "end" }, `↑ ${beyond.join(", ")}`),
  ];
}
