import { scaleUtc } from "d3-scale";
import type { Canvas } from "./figure.ts";
import { timeFormat } from "./time-axis.ts";
import type { Tick } from "./axes.ts";

/** A stretch of time; milliseconds since 1970. */
export type Stretch = { from: number; to: number };

/** Shorter stretches without anything to see stay as they are. */
const LEAST_GAP_MS = 10 * 60_000;
/** How long a gap is drawn, of all that is not gaps. */
const GAP_SHARE = 0.1;
/** One that would not be half as long then is left alone. */
const LEAST_FACTOR = 2;

/** Time with its idle stretches drawn short: where moments lie, in milliseconds of what is drawn. */
export type DrawnTime = { length: number; gaps: readonly Stretch[]; place: (at: number) => number };

/** Draws short what is longer than ten minutes and has nothing in it that is `busy`. */
export function drawnTime([first, last]: readonly [number, number], busy: readonly Stretch[]): DrawnTime {
  const idle = idleIn({ from: first, to: last }, busy).filter(({ from, to }) => to - from > LEAST_GAP_MS);
  const lengthOf = (stretches: readonly Stretch[]) => stretches.reduce((sum, { from, to }) => sum + to - from, 0);
  const shortOf = (gaps: readonly Stretch[]) => (last - first - lengthOf(gaps)) * GAP_SHARE;
  const estimate = shortOf(idle);
  const gaps = estimate <= 0 ? [] : idle.filter(({ from, to }) => to - from > LEAST_FACTOR * estimate);
  const short = shortOf(gaps);
  const place = (at: number) => {
    let moved = 0;
    for (const { from, to } of gaps) {
      const inside = Math.max(0, Math.min(at, to) - from);
      moved += inside - (inside / (to - from)) * short;
    }
    return at - first - moved;
  };
  return { length: place(last), gaps, place };
}

/** What is in none of the stretches. */
function idleIn({ from, to }: Stretch, busy: readonly Stretch[]): Stretch[] {
  const idle: Stretch[] = [];
  let until = from;
  for (const stretch of busy.toSorted((a, b) => a.from - b.from)) {
    if (stretch.from > until) idle.push({ from: until, to: Math.min(stretch.from, to) });
    until = Math.max(until, stretch.to);
  }
  if (until < to) idle.push({ from: until, to });
  return idle;
}

/** Round moments for the axis below what is drawn; after each gap there is one, since the clock has jumped. */
export function drawnTicks(
  canvas: Canvas,
  [first, last]: readonly [number, number],
  { length, gaps }: DrawnTime,
  x: (at: number) => number,
): Tick[] {
  const [one = first, two = last] = scaleUtc([first, first + length], [0, 1])
    .ticks(canvas.width < 500 ? 3 : 7)
    .map(Number);
  const step = Math.max(1, two - one);
  const ticks: number[] = [];
  for (const { from, to } of idleIn({ from: first, to: last }, gaps)) {
    const begin = Math.ceil((from - one) / step) * step + one;
    if (begin > to) ticks.push(from);
    // ends: a part of what is drawn has no more ticks than all of it
    for (let at = begin; at <= to; at += step) ticks.push(at);
  }
  const format = timeFormat(last - first);
  return ticks.map((at) => ({ at: x(at), text: format(new Date(at)) }));
}
