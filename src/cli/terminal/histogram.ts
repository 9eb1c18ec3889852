import { paint } from "./colour.ts";
import { symbols } from "./glyph.ts";
import { solidBar } from "./spark.ts";
import type { ScatterLabel } from "./scatter.ts";
import type { Surface } from "./surface.ts";
import { displayWidth, pad } from "./width.ts";

/** One value of a histogram. */
export type HistogramValue = { value: number; isFailed: boolean };

export type HistogramOptions = {
  /** Columns in all. */
  width: number;
  format(value: number): string;
  /** Named at the right of the row they lie in; above the last row or below the first at those. */
  labels: readonly ScatterLabel[];
};

const MAX_BINS = 12;
const LEAST_BAR_COLUMNS = 8;

type Bin = { from: number; to: number; count: number; failed: number };

/**
 * How values are distributed: one row for each of up to 12 equal ranges, lowest first, with its count and how many of
 * them failed. Needs at least one value.
 */
export function histogram(values: readonly HistogramValue[], surface: Surface, options: HistogramOptions): string[] {
  const bins = binsOf(values);
  const ranges = rangeTexts(bins, surface, options);
  const rangeWidth = Math.max(...ranges.map(displayWidth));
  const counts = bins.map((bin) => countText(bin, surface));
  const countWidth = Math.max(...counts.map(displayWidth));
  const labels = bins.map((bin, at) => labelText(bin, at === bins.length - 1, at === 0, options.labels, surface));
  const labelWidth = Math.max(0, ...labels.map((text) => (text === "" ? 0 : displayWidth(text) + 2)));
  const barWidth = Math.max(LEAST_BAR_COLUMNS, options.width - (2 + rangeWidth + 2 + 1 + countWidth + labelWidth));
  const most = Math.max(...bins.map(({ count }) => count));
  return bins.map((bin, at) => {
    const drawn = `${barText(bin.count / most, barWidth, surface)} ${counts[at]}`;
    const line = `  ${pad(ranges[at]!, rangeWidth, "right")}  ${pad(drawn, barWidth + 1 + countWidth)}`; // one for each bin
    return (labels[at] === "" ? line : `${line}  ${labels[at]}`).trimEnd();
  });
}

/** About the square root of the number of values, as is usual for histograms; one bin where all are equal. */
function binsOf(values: readonly HistogramValue[]): Bin[] {
  const low = Math.min(...values.map(({ value }) => value));
  const high = Math.max(...values.map(({ value }) => value));
  const count = low === high ? 1 : Math.min(MAX_BINS, Math.max(3, Math.ceil(Math.sqrt(values.length))));
  const size = (high - low) / count;
  const bins = Array.from({ length: count }, (_, at): Bin => ({
    from: low + at * size,
    to: low + (at + 1) * size,
    count: 0,
    failed: 0,
  }));
  for (const { value, isFailed } of values) {
    const bin = bins[size === 0 ? 0 : Math.min(count - 1, Math.floor((value - low) / size))];
    if (bin === undefined) continue; // never: the value lies between lowest and highest
    bin.count += 1;
    if (isFailed) bin.failed += 1;
  }
  return bins;
}

function rangeTexts(bins: readonly Bin[], surface: Surface, options: HistogramOptions): string[] {
  return bins.map(({ from, to }) => {
    const [low, high] = [options.format(from), options.format(to)];
    return low === high ? low : `${low}${symbols(surface).range}${high}`;
  });
}

function countText({ count, failed }: Bin, surface: Surface): string {
  return failed === 0 ? String(count) : `${count} ${paint(surface, "failed", `${symbols(surface).failed} ${failed}`)}`;
}

function labelText(
  bin: Bin,
  isLast: boolean,
  isFirst: boolean,
  labels: readonly ScatterLabel[],
  surface: Surface,
): string {
  return labels
    .filter(({ value }) => (isFirst || value >= bin.from) && (isLast || value < bin.to))
    .toSorted((a, b) => a.value - b.value)
    .map(({ value, text }) => (value > bin.to ? `${symbols(surface).up} ${text}` : text))
    .join(` ${symbols(surface).dot} `);
}

function barText(share: number, width: number, surface: Surface): string {
  const text = surface.hasUnicode
    ? solidBar(share, width)
    : "#".repeat(Math.max(share > 0 ? 1 : 0, Math.round(share * width)));
  return paint(surface, "running", text);
}
