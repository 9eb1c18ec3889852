import { scaleUtc } from "d3-scale";
import { momentText, timestamp } from "../../domain/clock.ts";
import type { Tick } from "./axes.ts";
import type { Canvas } from "./figure.ts";

const HOUR_MS = 3_600_000;

/** Where moments lie in the picture, and round ones for its axis. Milliseconds since 1970. */
export function timeScale(canvas: Canvas, [first, last]: readonly [number, number]) {
  const x = scaleUtc([first, last], [canvas.left, canvas.right]);
  const format = timeFormat(last - first);
  const ticks: Tick[] = x.ticks(canvas.width < 500 ? 3 : 7).map((tick) => ({ at: x(tick), text: format(tick) }));
  return { x: (at: number) => x(at), ticks };
}

/** As much of a moment as tells ticks apart that lie within so long. */
export function timeFormat(spanMs: number): (at: Date) => string {
  return (at) => {
    if (spanMs < 10_000) return timestamp(at.getTime()).slice(11, 21);
    const text = momentText(timestamp(at.getTime()));
    if (spanMs < 24 * HOUR_MS) return text.slice(11, spanMs < HOUR_MS / 4 ? 19 : 16);
    return spanMs < 5 * 24 * HOUR_MS ? text.slice(5, 16) : text.slice(0, 10);
  };
}
