import { scaleUtc } from "d3-scale";
import { timestamp } from "../../domain/clock.ts";
import type { Tick } from "./axes.ts";
import type { Canvas } from "./figure.ts";
import { zonedText, zoneOffsetMs } from "../zone.ts";

const HOUR_MS = 3_600_000;

/** Where moments lie in the picture, and round ones for its axis. Milliseconds since 1970. */
export function timeScale(canvas: Canvas, [first, last]: readonly [number, number]) {
  const x = scaleUtc([first, last], [canvas.left, canvas.right]);
  const format = timeFormat(last - first);
  // what is round on the reader's clocks
  const offset = zoneOffsetMs(last);
  const round = scaleUtc()
    .domain([first + offset, last + offset])
    .ticks(canvas.width < 500 ? 3 : 7);
  const ticks: Tick[] = round.map((tick) => {
    const at = new Date(tick.getTime() - offset);
    return { at: x(at), text: format(at) };
  });
  return { x: (at: number) => x(at), ticks };
}

/** As much of a moment as tells ticks apart that lie within so long. */
export function timeFormat(spanMs: number): (at: Date) => string {
  return (at) => {
    const moment = timestamp(at.getTime());
    const text = zonedText(moment);
    // with tenths of seconds, which are the same everywhere
    if (spanMs < 10_000)
      return text.slice(11) + moment.slice("2026-11-22T17:16:02".length, "2026-11-22T17:16:02.1".length);
    if (spanMs < 24 * HOUR_MS) return text.slice(11, spanMs < HOUR_MS / 4 ? 19 : 16);
    return spanMs < 5 * 24 * HOUR_MS ? text.slice(5, 16) : text.slice(0, 10);
  };
}
