import type { Surface } from "./surface.ts";

const LEVELS = "▁▂▃▄▅▆▇█";
const ASCII_LEVELS = "_.-=+*%#";

/**
 * A row of bars, one for each value, from the lowest to the highest; with more values than `width`, the largest of
 * each stretch is shown. With `from` and `to` the scale is given; values outside end at its ends.
 */
export function sparkline(
  values: readonly number[],
  surface: Pick<Surface, "hasUnicode">,
  options: { width?: number; from?: number; to?: number } = {},
): string {
  const shown = options.width === undefined ? [...values] : peaks(values, options.width);
  const low = options.from ?? Math.min(...shown);
  const high = options.to ?? Math.max(...shown);
  const levels = surface.hasUnicode ? LEVELS : ASCII_LEVELS;
  return shown.map((value) => levels[levelOf(value, low, high, levels.length)]).join("");
}

/** The largest value of each of `count` stretches of the values; all of them where there are no more. */
export function peaks(values: readonly number[], count: number): number[] {
  if (values.length <= count) return [...values];
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * values.length) / count);
    const to = Math.floor(((index + 1) * values.length) / count);
    return Math.max(...values.slice(from, to));
  });
}

function levelOf(value: number, low: number, high: number, count: number): number {
  if (high <= low) return 0;
  const level = Math.floor(((value - low) / (high - low)) * count);
  return Math.min(count - 1, Math.max(0, level));
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of the given width, filled to a fraction from 0 to 1: in eighths of a column, or in columns of `#`. */
export function bar(fraction: number, width: number, surface: Pick<Surface, "hasUnicode">): string {
  const share = Number.isFinite(fraction) ? Math.min(1, Math.max(0, fraction)) : 0;
  if (!surface.hasUnicode) return `[${"#".repeat(Math.round(share * width)).padEnd(width, ".")}]`;
  return `▕${solidBar(share, width).padEnd(width)}▏`;
}

/** The filled part of a bar alone; a share above 0 shows at least a sliver. */
export function solidBar(share: number, width: number): string {
  const eighths = share > 0 ? Math.max(1, Math.round(share * width * 8)) : 0;
  return "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
}
