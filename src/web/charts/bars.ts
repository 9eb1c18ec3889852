import type { VNode } from "preact";
import { element as e } from "../element.ts";
import { short } from "./figure.ts";

const WIDTH = 300;
const HEIGHT = 16;

/** A part of a bar, from 0 to 1 of its length. */
export type BarPart = { from: number; to: number; look: string };

/** A part of a bar that belongs to one holder: what it holds, and how much of that it uses, from 0 to 1 of the bar's length. */
export type BarSegment = { held: number; used: number };

/** The parts of a whole in one picture; `sentence` says the same in words. */
export function boxBar(sentence: string, parts: readonly BarPart[]): VNode {
  return bar(sentence, [ground(), ...parts.map(partOf), outline()]);
}

/**
 * One capacity cut into those who hold it, from the left: of each what it uses solid, and what it only holds pale; what is free is
 * hatched. Whoever uses more than it holds takes that much room.
 */
export function segmentBar(sentence: string, segments: readonly BarSegment[], look?: "thin"): VNode {
  let at = 0;
  const held: string[] = [];
  const used: string[] = [];
  const cuts: string[] = [];
  for (const segment of segments) {
    const from = at;
    at = Math.min(1, at + Math.max(segment.held, segment.used));
    held.push(box(from, at));
    used.push(box(from, Math.min(at, from + segment.used)));
    cuts.push(`M${short(at * WIDTH)} 0V${HEIGHT}`);
  }
  const holders = [
    e("path", { class: "bar-reserved", d: held.join("") }),
    e("path", { class: "bar-used", d: used.join("") }),
    ...(cuts.length > 1 ? [e("path", { class: "bar-cut", d: cuts.slice(0, -1).join("") })] : []),
  ];
  return bar(sentence, [hatching("bar-room", at, 1), ...(segments.length === 0 ? [] : holders), outline()], look);
}

/**
 * How far a run is beside what history says: filled up to now, a mark at the median, the end where nine of ten are over; what it
 * takes beyond that is hatched. All in seconds.
 */
export function progressBar(
  sentence: string,
  { elapsed, p50, p90 }: { elapsed: number; p50: number; p90: number },
): VNode {
  const full = Math.max(p90, elapsed);
  return bar(sentence, [
    ground(),
    partOf({ from: 0, to: Math.min(elapsed, p90) / full, look: "bar-used" }),
    ...(elapsed > p90 ? [partOf({ from: p90 / full, to: 1, look: "bar-late" })] : []),
    e("path", { class: "now", d: `M${short((p50 / full) * WIDTH)} 0V${HEIGHT}` }),
    outline(),
  ]);
}

function partOf({ from, to, look }: BarPart): VNode {
  if (look === "bar-late") return hatching(look, from, to);
  return e("path", { class: look, d: box(from, to) });
}

function box(from: number, to: number): string {
  const x = inside(from);
  return `M${short(x)} 0h${short(Math.max(0, inside(to) - x))}V${HEIGHT}H${short(x)}z`;
}

function inside(share: number): number {
  return Math.max(0, Math.min(1, share)) * WIDTH;
}

function ground(): VNode {
  return e("rect", { class: "bar-free", width: WIDTH, height: HEIGHT });
}

/** A line so thick that it fills the bar, and dashed: shape where colour alone would not do, without a pattern to refer to. */
function hatching(look: string, from: number, to: number): VNode {
  return e("path", { class: look, d: `M${short(inside(from))} ${HEIGHT / 2}H${short(inside(to))}` });
}

function outline(): VNode {
  return e("rect", { class: "bar-edge", x: 0.5, y: 0.5, width: WIDTH - 1, height: HEIGHT - 1 });
}

function bar(sentence: string, marks: readonly VNode[], look?: "thin"): VNode {
  const view = `0 0 ${WIDTH} ${HEIGHT}`;
  return e(
    "svg",
    {
      class: look === undefined ? "bar" : `bar ${look}`,
      viewBox: view,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": sentence,
    },
    ...marks,
  );
}
