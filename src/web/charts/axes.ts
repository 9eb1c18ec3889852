import type { VNode } from "preact";
import { element as e } from "../element.ts";
import { short, type Canvas } from "./figure.ts";

/** A tick: where it stands in the picture, and its text. */
export type Tick = { at: number; text: string };

/** Lines across the picture with their amounts at the left. */
export function amountAxis(canvas: Canvas, ticks: readonly Tick[]): VNode[] {
  return ticks.flatMap(({ at, text }) => [
    e("path", { class: "grid", d: `M${canvas.left} ${short(at)}H${canvas.right}` }),
    e("text", { x: canvas.left - 6, y: short(at + 4), "text-anchor": "end" }, text),
  ]);
}

/** Texts below the picture; those that would run into the one before are left out. */
export function bottomAxis(canvas: Canvas, ticks: readonly Tick[]): VNode[] {
  const shown: Tick[] = [];
  for (const tick of ticks) {
    const before = shown.at(-1);
    if (before === undefined || tick.at - before.at > WIDTH_OF_CHARACTER * (tick.text.length + 2)) shown.push(tick);
  }
  return shown.map(({ at, text }) =>
    e("text", { x: short(at), y: canvas.bottom + 18, "text-anchor": anchorAt(canvas, at, text) }, text),
  );
}

const WIDTH_OF_CHARACTER = 7;

function anchorAt(canvas: Canvas, at: number, text: string): string {
  const half = (text.length * WIDTH_OF_CHARACTER) / 2;
  if (at + half > canvas.width) return "end";
  return at - half < 0 ? "start" : "middle";
}
