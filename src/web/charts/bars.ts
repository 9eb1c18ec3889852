import type { VNode } from "preact";
import { element as e } from "../element.ts";
import { short } from "./figure.ts";

const WIDTH = 300;
const HEIGHT = 16;

/** A part of a bar, from 0 to 1 of its length. */
export type BarPart = { from: number; to: number; look: string };

/** Used, reserved and free of one capacity in one picture; `sentence` says the same in words. */
export function boxBar(sentence: string, parts: readonly BarPart[]): VNode {
  return bar(sentence, [
    e("rect", { class: "bar-free", x: 0.5, y: 0.5, width: WIDTH - 1, height: HEIGHT - 1 }),
    ...parts.map(partOf),
  ]);
}

/**
 * How far a run is beside what history says: filled up to now, a mark at the median, the end at the 95th percentile;
 * beyond that it is late, and the bar says so by its look.
 */
export function progressBar(
  sentence: string,
  { elapsed, p50, p95 }: { elapsed: number; p50: number; p95: number },
): VNode {
  const full = Math.max(p95, elapsed);
  const late = elapsed > p95;
  return bar(sentence, [
    e("rect", { class: "bar-free", x: 0.5, y: 0.5, width: WIDTH - 1, height: HEIGHT - 1 }),
    partOf({ from: 0, to: Math.min(elapsed, p95) / full, look: "bar-used" }),
    ...(late ? [partOf({ from: p95 / full, to: 1, look: "bar-late" })] : []),
    e("path", { class: "now", d: `M${short((p50 / full) * WIDTH)} 0V${HEIGHT}` }),
  ]);
}

function partOf({ from, to, look }: BarPart): VNode {
  const x = Math.max(0, Math.min(1, from)) * WIDTH;
  const width = Math.max(0, Math.min(1, to)) * WIDTH - x;
  return e("rect", { class: look, x: short(x), y: 1, width: short(Math.max(0, width)), height: HEIGHT - 2 });
}

function bar(sentence: string, marks: readonly VNode[]): VNode {
  const box = `0 0 ${WIDTH} ${HEIGHT}`;
  return e(
    "svg",
    { class: "bar", viewBox: box, preserveAspectRatio: "none", role: "img", "aria-label": sentence },
    ...marks,
  );
}
