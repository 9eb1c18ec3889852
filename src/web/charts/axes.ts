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
  const shown: Placed[] = [];
  for (const tick of ticks) {
    const placed = placedIn(canvas, tick);
    if (placed.from > (shown.at(-1)?.to ?? -Infinity) + WIDTH_OF_CHARACTER) shown.push(placed);
  }
  return shown.map(({ at, text, anchor }) =>
    e("text", { x: short(at), y: canvas.bottom + 18, "text-anchor": anchor }, text),
  );
}

const WIDTH_OF_CHARACTER = 7;

type Placed = Tick & { anchor: "start" | "middle" | "end"; from: number; to: number };

/** Around its place, or beside it where that would leave the picture. */
function placedIn(canvas: Canvas, tick: Tick): Placed {
  const { at, text } = tick;
  const width = text.length * WIDTH_OF_CHARACTER;
  if (at + width / 2 > canvas.width) return { ...tick, anchor: "end", from: at - width, to: at };
  if (at - width / 2 < 0) return { ...tick, anchor: "start", from: at, to: at + width };
  return { ...tick, anchor: "middle", from: at - width / 2, to: at + width / 2 };
}
